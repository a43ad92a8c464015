/**
 * The sentences of all findings, made from kind and facts where they are shown. A sentence begins small, as it follows a path or a name in
 * a terminal; several sentences end with a full stop, a single one does not.
 */

import type { Finding, FindingKind } from '../model/finding.ts'
import type { FactsOf, FindingFacts, FlawedRows, RowFlaw, Said, Tool } from '../model/findingKinds.ts'
import { lostKeysText } from './missingText.ts'
import { formatCounted, counted as say } from './numbers.ts'

type Place = Pick<Finding, 'row' | 'column'>
type Sentences = { readonly [K in FindingKind]: (facts: FindingFacts[K], place: Place) => string }

const saidByReader = ({ said }: Said): string => said
const reasonAlone = ({ reason }: { readonly reason: string }): string => reason

const SENTENCES: Sentences = {
  not_parquet: saidByReader,
  cut_off: saidByReader,
  bad_footer: saidByReader,
  bad_page: saidByReader,
  page_checksum: saidByReader,
  missing_column: saidByReader,
  wrong_type: saidByReader,
  invalid_row: facts => flawedRows(facts, invalidRowCost(facts)),
  missing_shard: missingShard,
  placeholder: placeholder,
  unreadable: unreadable,
  unsupported_layout: facts =>
    'tree' in facts
      ? `the shard is in the tree of ${facts.tree}, which lewm-cache does not read yet. It is left alone.`
      : flawedRows(facts, 'The shard is left alone'),
  unsupported_version: facts => flawedRows(facts, 'The shard is left alone'),
  unsupported_encoding: facts => flawedRows(facts),
  over_limit: facts =>
    'tookTooLong' in facts
      ? `reading was stopped: ${facts.tookTooLong}. The shard was left alone, and nothing is known of its contents.`
      : `${facts.claim}, the limit is ${facts.limit}`,
  not_a_file: notAFile,
  misplaced_file: () => 'GenoLeWM does not give a shard this path. The path alone does not keep its rows from being indexed.',
  path_mismatch: facts => flawedRows(facts, 'The shard or its rows are in the wrong place'),
  duplicate_key: sharedKeys,
  conflicting_key: sharedKeys,
  changed_bytes: ({ recordedAt }) =>
    `the bytes differ from those recorded on ${recordedAt}. Shards are never rewritten, so the file is corrupted or another one is in its place.`,
  changed_since_indexed: changedSinceIndexed,
  window_hash_disagrees: windowHashDisagrees,
  readers_disagree: readersDisagree,
  bad_metadata: facts => {
    if ('reason' in facts) return facts.reason
    const [first = '', ...others] = facts.oddities
    const more = others.length === 0 ? '' : ` The details list ${formatCounted(others.length, 'more contradiction')}.`
    return `the file contradicts itself: ${first}. GenoLeWM reads every row all the same.${more}`
  },
  stray_file: strayFile,
  no_rows: () => 'the shard is a valid file without rows, so nothing is lost',
  ragged_dimensions: ({ smallest, largest }) =>
    say`the embeddings have between ${smallest} and ${largest} dimensions. Those of one encoder layer should agree.`,
  non_finite: facts => flawedRows(facts),
  constant_vector: facts => flawedRows(facts),
  index_missing: () => 'there is no index, so searches by key find nothing until a reindex. The shards are not affected.',
  index_unreadable: reasonAlone,
  index_schema: reasonAlone,
  index_unsupported: reasonAlone,
  index_busy: ({ reason }) => notCompared(reason),
  index_other_layout: ({ index, layout, shards, rows, hasIndex }) =>
    `the index is of layout ${index} and cannot hold the ${formatCounted(rows, 'row')} of ${formatCounted(shards, 'shard')} of layout ${layout}. Searches for ${theirKeys(rows)} find nothing.${hasIndex ? ' Only an index of that layout can hold them.' : ''}`,
  entry_without_row: ({ entries, rows }) =>
    rows === null
      ? `${pointing(entries)} to a shard that does not exist`
      : say`${pointing(entries)} beyond the ${formatCounted(rows, 'row')} of the shard, so searches for ${theirKeys(entries)} fail`,
  row_without_entry: ({ rows, isRebuilt }) =>
    `${formatCounted(rows, 'row is', 'rows are')} not in the index, so searches for ${theirKeys(rows)} find nothing${isRebuilt ? ' until a reindex' : ''}`,
  entry_elsewhere: ({ entries, isCopy }) =>
    isCopy
      ? `${pointing(entries)} to a copy among deleted or older files, which is not part of the cache. Searches for ${theirKeys(entries)} fail once it is deleted. A reindex prefers shards of the cache.`
      : `${pointing(entries)} to rows with another key, so searches for ${theirKeys(entries)} fail`,
  entry_outside: ({ entries }) => `${pointing(entries)} out of the folder of shards. It is never followed.`
}

/** The sentence of a finding. No other place makes it. */
export function describeFinding(found: Pick<Finding, 'kind' | 'facts' | 'row' | 'column'>): string {
  return sentenceOf(found.kind, found.facts, found)
}

/** The sentence of facts that are not a finding yet. */
export function sentenceOf<K extends FindingKind>(kind: K, facts: FactsOf<K>, place: Place): string {
  if ('said' in facts) return facts.said
  // The facts are those of the kind: `finding` takes no others.
  const sentence: (facts: never, place: Place) => string = SENTENCES[kind]
  return sentence(facts as never, place)
}

/** Whether facts that come from another process or version are those of their kind, as far as their sentence needs them. */
export function isDescribable(found: Pick<Finding, 'kind' | 'facts' | 'row' | 'column'>): boolean {
  try {
    return typeof describeFinding(found) === 'string'
  } catch {
    return false
  }
}

/** Why evidence could not be read, without saying that it could not. */
export function unreadReason(found: Pick<Finding, 'kind' | 'facts' | 'row' | 'column'>): string {
  return 'reason' in found.facts ? found.facts.reason : describeFinding(found)
}

function pointing(entries: number): string {
  return formatCounted(entries, 'index entry points', 'index entries point')
}

function theirKeys(count: number): string {
  return count === 1 ? 'its key' : 'their keys'
}

function notCompared(reason: string): string {
  return `the index was not compared with the shards: ${reason}`
}

function flawedRows(facts: FlawedRows, cost = ''): string {
  const { row, count } = facts
  const more = count === 1 ? '' : ` The same is true of ${formatCounted(count - 1, 'more row')}.`
  const first = say`row ${row} ${flawText(facts)}`
  if (more === '' && cost === '') return first
  return `${first}.${more}${cost === '' ? '' : ` ${cost}.`}`
}

function flawText(flaw: RowFlaw): string {
  switch (flaw.flaw) {
    case 'null':
      return `has no ${flaw.column} (null)`
    case 'newer_layout':
      return `belongs to ${flaw.layout} (schema_version ${quoted(flaw.version)})`
    case 'unknown_version':
      return `has schema_version ${quoted(flaw.version)}, which lewm-cache does not know`
    case 'empty_contig':
      return 'has an empty chrom'
    case 'other_contig':
      return `is on contig ${quoted(flaw.contig)}, but the file name says ${quoted(flaw.ofPath)}`
    case 'unknown_value':
      return `has ${flaw.column} ${quoted(flaw.value)}, not one of ${flaw.known.join(', ')}`
    case 'other_value':
      return `has ${flaw.column} ${typeof flaw.value === 'string' ? quoted(flaw.value) : flaw.value}, but the folder says ${flaw.ofPath}`
    case 'inexact_integer':
      return `has ${flaw.column} ${flaw.value}, beyond the integers that lewm-cache represents exactly`
    case 'negative':
      return `has the negative ${flaw.column} ${flaw.value}`
    case 'wrong_width':
      return `has a ${flaw.column} that is not ${flaw.width} bytes`
    case 'broken_rule':
      return flaw.what
    case 'empty_span':
      return say`ends at ${flaw.end} bp, not after its start at ${flaw.start} bp`
    case 'no_embedding':
      return 'has no embedding (null)'
    case 'empty_embedding':
      return 'has an empty embedding'
    case 'null_element':
      return 'has a null inside its embedding'
    case 'non_finite':
      return 'holds NaN or infinite values'
    case 'constant':
      return 'holds the same value throughout'
  }
}

/** Two nulls are read by GenoLeWM, and misread. */
function invalidRowCost(facts: FlawedRows): string {
  if (facts.flaw === 'null' && facts.column === 'chrom') return 'GenoLeWM accepts it silently, as a contig called "None"'
  if (facts.flaw === 'null' && facts.column === 'untargeted') return 'GenoLeWM accepts it silently, as false'
  return 'GenoLeWM refuses the whole shard because of it, so all its rows are lost until they are encoded again'
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

function missingShard(facts: FindingFacts['missing_shard']): string {
  const { rows, locus, elsewhere } = facts
  const rowsText = rows === null ? 'its rows' : formatCounted(rows, 'row')
  const are = rows === 1 ? 'is' : 'are'
  const where = locus === null ? '' : ` (${locus})`
  const others = elsewhere === 0 ? '' : ` ${formatCounted(elsewhere, 'other row of it is', 'other rows of it are')} in other shards.`
  const sentence = (): string => {
    switch (facts.what) {
      case 'recorded_rows':
        return say`${facts.gone} of ${facts.recorded} recorded rows ${are} gone from this shard, and no other shard is known to hold them`
      case 'quarantined_shard':
        return `the shard is in quarantine (${facts.path}), and no other shard holds ${rowsText} of it`
      case 'rows':
        return `${rowsText} that this shard held ${are} missing, and no other shard holds ${rows === 1 ? 'it' : 'them'}`
      case 'shard':
        return `the shard is missing, and no other shard holds ${rowsText} of it`
    }
  }
  return `${sentence()}${where}.${others}`
}

/** How to get the contents from the tool that keeps them. */
const FETCH: Record<Tool, string> = {
  'Git LFS': '`git lfs pull` fetches the contents',
  'git-fat': '`git fat pull` fetches the contents',
  'git-annex': '`git annex get` fetches the contents',
  Xet: '`git xet` or `huggingface-cli download` fetches the contents',
  DVC: '`dvc pull` fetches the contents',
  'iCloud Drive': 'Opening it in the Finder, or `brctl download`, fetches it',
  'cloud drive': 'Its client fetches the contents',
  rclone: '`rclone copy --links` makes it a link again',
  rsync: 'Running rsync again completes it',
  Syncthing: 'Syncthing completes it',
  download: 'Downloading it again completes it'
}

const TOOL_NAME: Partial<Record<Tool, string>> = { 'cloud drive': 'a cloud drive', download: 'a download' }

function toolName(tool: Tool): string {
  return TOOL_NAME[tool] ?? tool
}

function belongsTo(tool: Tool): string {
  return `It belongs to ${toolName(tool)}. ${FETCH[tool]}`
}

function placeholder(facts: FindingFacts['placeholder']): string {
  switch (facts.is) {
    case 'dangling_link':
      return `is a symbolic link to ${facts.target}, which does not exist here. ${facts.tool === null ? 'Fetch the contents, or mount the disk that holds them' : belongsTo(facts.tool)}`
    case 'link_saved_as_file':
      return `is a symbolic link to ${facts.target} that was saved as a file. ${facts.tool === null ? 'Make it a link again, or replace it with the shard' : belongsTo(facts.tool)}`
    case 'link_to_itself':
      return 'is a symbolic link that leads back to itself, so there is nothing behind it. Replace it with the shards'
    case 'pointer':
      return `is a pointer of ${toolName(facts.tool)} in place of the shard. ${FETCH[facts.tool]}`
    case 'beside_stand_in':
      return `is not on this machine. In its place is ${facts.file}, a file of ${toolName(facts.tool)}. ${FETCH[facts.tool]}`
    case 'empty':
      return 'is empty, but held rows before: a cloud drive keeps the contents elsewhere, or a copy ended before its first byte'
    case 'behind_dangling_link':
      return `is behind the symbolic link ${facts.folder}, which leads to ${facts.target}. That path does not exist here`
    case 'known_before':
      return 'is a placeholder: the contents are not on this machine'
  }
}

function strayFile(facts: FindingFacts['stray_file']): string {
  switch (facts.is) {
    case 'link_to_shard':
      return `is a link to the shard ${facts.shard} of this cache, which is read there. GenoLeWM's own reindex finds its rows twice and fails.`
    case 'target_of_link':
      return `is the file behind the link ${facts.shard}, which is read there. GenoLeWM's own reindex finds its rows twice and fails.`
    case 'editor_lock':
      return `is the lock of an editor (${facts.target}), not a shard. GenoLeWM fails to read it.`
    case 'apple_double':
      return 'is a file that macOS writes beside another one on foreign disks (AppleDouble). It holds no rows, and GenoLeWM fails to read it.'
    case 'unfinished':
      return `is a file that ${toolName(facts.tool)} has not finished or has moved away`
    case 'in_transfer':
      return `is a file that ${toolName(facts.tool)} is still transferring, or has left behind. It was not read`
  }
}

const NOT_INDEXED = 'It was not read and is not indexed'

function notAFile(facts: FindingFacts['not_a_file']): string {
  switch (facts.is) {
    case 'folder':
      return `is a folder with the name of a shard. ${NOT_INDEXED}`
    case 'device':
      return `is a pipe, socket or device. ${NOT_INDEXED}`
    case 'no_regular_file':
      return 'is not a regular file'
    case 'link_to_itself':
      return `is a symbolic link that leads back to itself. ${NOT_INDEXED}`
    case 'link_to_device':
      return `is a symbolic link to a pipe, socket or device. ${NOT_INDEXED}`
    case 'link_to_folder_above':
      return `is a symbolic link to a folder that contains it. ${NOT_INDEXED}`
    case 'link_to_folder':
      return `is a symbolic link to a folder with the name of a shard. ${NOT_INDEXED}`
    case 'dangling_link':
      return `is a symbolic link to ${facts.target}, which does not exist. Its target was not read`
    case 'link_not_followed':
      return `is a symbolic link that was not followed: ${facts.reason}. Its target was not read`
    case 'behind_link_not_followed':
      return `is behind the symbolic link ${facts.folder}, which was not followed: ${facts.reason}`
  }
}

function unreadable(facts: FindingFacts['unreadable']): string {
  switch (facts.cause) {
    case 'name_not_utf8':
      return 'its name is not UTF-8, so it can be neither opened nor moved. Rename it'
    case 'shards_gone':
      return 'the folder of the shards no longer exists: it was removed, or its disk was unmounted'
    case 'link':
      return `the link could not be followed: ${facts.reason}`
    case 'folder':
      return `the folder could not be read, so its shards were not checked: ${facts.reason}`
    case 'stamps':
      return `shards could not be checked: ${facts.reason}`
    case 'shard':
      return `I/O or permission error, so the contents are unknown: ${facts.reason}`
    case 'index_not_compared':
      return notCompared(facts.reason)
    case 'evidence':
      return facts.reason
  }
}

function sharedKeys(facts: FindingFacts['duplicate_key'], { row }: Place): string {
  const { count } = facts
  if (facts.role === 'reindexed') {
    const holder = facts.other ?? 'an earlier row of this shard'
    const winner = facts.isFirst ? 'the first in path order is indexed' : 'the one at the path that GenoLeWM gives it is indexed'
    return `${formatCounted(count, 'row has a key', 'rows have keys')} that ${holder} already holds; ${winner}. A reindex compares keys only. A verification compares values too.`
  }
  const values = facts.sameValues ? 'with the same values' : 'with other values, and it is unknown which are right'
  const keys = formatCounted(count, 'key')
  switch (facts.role) {
    case 'within': {
      const repeating = count === 1 ? say`row ${row ?? 0} repeats` : say`${count} rows repeat`
      return say`${repeating} the key of an earlier row of this shard (row ${facts.firstRow}) ${values}; only the first is indexed`
    }
    case 'indexed': {
      const why = facts.isFirst ? 'come first in path order' : 'are at the path that GenoLeWM gives them'
      return `holds ${keys} that ${facts.other} holds too, ${values}; a reindex enters these rows, as they ${why}`
    }
    case 'not_indexed':
      return `holds ${keys} that ${facts.other} already holds, ${values}; these rows cannot be indexed as well`
  }
}

function changedSinceIndexed({ count, keysLost, differences }: FindingFacts['changed_since_indexed'], { row }: Place): string {
  const others = count === 1 ? '' : ` The same is true of ${formatCounted(count - 1, 'more row')}.`
  const lost = keysLost === 0 ? '' : ` ${lostKeysText(keysLost)}.`
  const what = differences.map(({ field, recorded, found }) => `${field} was ${recorded}, is ${found}`).join('; ')
  const first =
    differences.length > 0
      ? say`row ${row ?? 0} is not what the index recorded: ${what}`
      : say`row ${row ?? 0} had another key when the shard was indexed`
  return `${first}. The shard has changed since then.${others}${lost}`
}

function windowHashDisagrees(facts: FindingFacts['window_hash_disagrees'], { row }: Place): string {
  const { locus, count, agreeing, otherShard, otherRow, isMajority } = facts
  const more = count === 1 ? '' : ` The same is true of ${formatCounted(count - 1, 'more row')} of this shard.`
  const others = formatCounted(agreeing, 'other configuration')
  const verdict = isMajority ? 'The majority is more likely to be right.' : 'The configurations are divided, so either side may be wrong.'
  return say`row ${row ?? 0} (${locus}) has another window hash than ${others} at the same locus (${otherShard}, row ${otherRow}).${more} ${verdict}`
}

function readersDisagree({ own, second, rows }: FindingFacts['readers_disagree'], { row, column }: Place): string {
  const place = column === null ? 'the shard' : row === null ? `column ${column}` : say`${column} of row ${row}`
  const more = rows === 1 ? '' : `, and ${formatCounted(rows - 1, 'more row differs', 'more rows differ')}`
  return `${place} is ${own} for lewm-cache and ${second} for hyparquet${more}. One of them has a fault, or the file breaks the format and each reads it differently.`
}
