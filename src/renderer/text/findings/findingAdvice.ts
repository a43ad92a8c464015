/** What a finding costs and what can be done about it, for every kind there is. What happened is the finding's own sentence. */
import type { Finding, FindingKind } from '../../../shared/model/finding.ts'
import { capital, formatCounted } from '../index.ts'

export type Advice = { readonly cost: string; readonly remedy: string }

/** What the row of buttons below a finding offers. */
export type Action = 'verify' | 'quarantine' | 'repair'

const ENCODE_AGAIN = 'Quarantine it, as a repair does, and encode its windows again.'
const LOOK = 'Look at it; quarantine it by hand if it should go. A repair leaves it where it is unless it is ticked.'
const REINDEX = 'Rebuild the index; a repair does so. The shards stay as they are.'
const LEFT = 'Nothing is done to it: it is not ours to judge, and a repair never moves it.'

const COSTS: Record<FindingKind, (rows: string) => string> = {
  not_parquet: () => 'Whatever rows the shard had are lost.',
  cut_off: () => 'Its rows are lost with its footer.',
  bad_footer: rows => `No reader can trust the file: ${rows} cannot be used.`,
  bad_page: rows => `Some values are lost; GenoLeWM refuses the whole shard, so ${rows} cannot be used.`,
  page_checksum: rows => `Some values are wrong, and they read as plausible numbers; ${rows} cannot be trusted.`,
  missing_column: rows => `GenoLeWM refuses the whole shard: ${rows} cannot be used.`,
  wrong_type: rows => `GenoLeWM refuses the whole shard: ${rows} cannot be used.`,
  invalid_row: rows => `GenoLeWM refuses the whole shard for most such rows and misreads the others: ${rows} cannot be used.`,
  missing_shard: rows => `GenoLeWM cannot find ${rows} until the shard is back.`,
  placeholder: rows => `The file stands for a shard whose contents are not on this machine. GenoLeWM cannot read ${rows} until they are.`,
  unreadable: rows => `${capital(rows)} cannot be reached now; the bytes may well be whole.`,
  unsupported_layout: () => 'GenoLeWM 0.2.1 does not read it. Its columns and rows are shown as they are stored.',
  unsupported_version: () => 'GenoLeWM 0.2.1 does not read it. Its columns and rows are shown as they are stored.',
  unsupported_encoding: () => 'Some of its values cannot be shown here. Another reader may show them.',
  over_limit: () => 'It was not read to its end, as it would take more memory than a shard should.',
  not_a_file: () => 'No reader looks into it: rows that lie there are not found.',
  misplaced_file: () => 'A look-up never leads to it; a reindex does enter its rows.',
  path_mismatch: () => 'Browsing by place does not find these rows; a look-up by key does.',
  duplicate_key: () => 'Nothing is lost: the values are the same. GenoLeWM’s own reindex fails on it.',
  conflicting_key: () => 'A look-up gives one of two different vectors. GenoLeWM’s own reindex fails on it.',
  changed_bytes: rows => `Rows never change by design: ${rows} may hold wrong, plausible values.`,
  changed_since_indexed: () => 'These rows changed after they were indexed. Their embeddings may belong to other windows.',
  window_hash_disagrees: () => 'The same locus has another window hash in other configurations. One of them is wrong.',
  readers_disagree: () => 'Two independent Parquet readers decode different values. At least one of them is wrong.',
  bad_metadata: () => 'GenoLeWM reads every row. Only auxiliary data in the file is wrong.',
  stray_file: () => 'The file is not a shard. GenoLeWM fails to read it when it rebuilds its index.',
  no_rows: () => 'Nothing: there is nothing in it.',
  ragged_dimensions: () => 'Vectors of different lengths cannot be stacked into one matrix.',
  non_finite: () => 'A model that takes these vectors in computes NaN.',
  constant_vector: () => 'These vectors say nothing of their windows.',
  index_missing: () => 'Every look-up by key finds nothing; browsing works.',
  index_unreadable: () => 'Every look-up by key fails; browsing works.',
  index_schema: () => 'Look-ups by key fail or find nothing; browsing works.',
  index_unsupported: () => 'A newer GenoLeWM made this index. It is left untouched.',
  index_busy: () => 'The index was locked by another process, so it was not compared with the shards.',
  index_other_layout: () => 'A look-up of these keys finds nothing. Browsing shows the rows.',
  entry_without_row: () => 'A look-up of these keys fails.',
  row_without_entry: () => 'A look-up of these keys finds nothing, although the rows are here.',
  entry_elsewhere: () => 'A look-up of these keys leads to the wrong row and fails.',
  entry_outside: () => 'A look-up of these keys would leave the cache, and is refused.'
}

const REMEDIES: Partial<Record<FindingKind, string>> = {
  missing_shard: 'Restore the shard from a backup or encode its windows again.',
  placeholder: 'Fetch the contents with the tool that manages this file (Git LFS, git-annex, DVC or the cloud drive).',
  changed_since_indexed: 'Restore the file from a backup, or quarantine it and encode its windows again.',
  window_hash_disagrees: 'Compare the shards named here. Quarantine the wrong one and encode its windows again.',
  readers_disagree: 'Report this difference. Do not rely on the values until it is explained.',
  bad_metadata: 'Nothing has to be done. Rewriting the shard removes the finding.',
  stray_file: 'Delete the file, or move it out of the cache.',
  index_unsupported: 'Use the GenoLeWM version that made the index.',
  index_other_layout: 'Use the GenoLeWM version that wrote these shards. A repair changes nothing about it.',
  index_busy: 'Verify again when the other process has finished.',
  unreadable: 'See to the permissions, the disk or the mount, then verify again. A repair never moves it.',
  changed_bytes: 'Bring the file back from a backup, or quarantine it and encode its windows again.',
  path_mismatch:
    'Find out which is right, the rows or the place; quarantine the shard if it is the rows. A repair leaves it unless it is ticked.',
  duplicate_key: 'Keep the shard that comes first in path order. Quarantine the other one.',
  conflicting_key: 'Compare the rows and keep the shard that is right. If neither is, quarantine both and encode their windows again.',
  no_rows: 'It may stay, or be quarantined.',
  not_a_file: 'Put the shards themselves in its place if their rows are needed; otherwise remove it by hand.',
  misplaced_file: 'Move it to where it belongs, or quarantine it.'
}

const BY_SEVERITY: Record<Finding['severity'], { readonly remedy: string; readonly actions: readonly Action[] }> = {
  corrupt: { remedy: ENCODE_AGAIN, actions: ['verify', 'quarantine', 'repair'] },
  missing: { remedy: 'Restore it from a backup or encode its windows again.', actions: ['verify'] },
  unreadable: { remedy: LEFT, actions: ['verify'] },
  unsupported: { remedy: LEFT, actions: ['verify', 'quarantine'] },
  suspect: { remedy: LOOK, actions: ['verify', 'quarantine'] },
  index: { remedy: REINDEX, actions: ['repair'] }
}

const MET_TWICE = 'Look-ups work. GenoLeWM\u2019s own reindex meets the rows twice and fails.'

/** Links, by `details.link`: what holds for other findings of their kind does not hold for them. */
const OF_LINKS: Readonly<Record<string, Advice>> = {
  alias: { cost: MET_TWICE, remedy: 'Remove the link. The shard stays.' },
  target: { cost: MET_TWICE, remedy: 'Leave the file where it is, because the link needs it.' },
  not_followed: { cost: 'What is behind the link was not read.', remedy: 'If you trust this cache, start the program with --follow.' }
}

const CHANGED_MEANWHILE: Advice = {
  cost: 'Another process wrote to these shards or to the index during or after the verification. This finding may no longer apply.',
  remedy: 'Verify them again when the other process has finished.'
}

/** Whether a finding is about a file that changed after it was read. */
export function isChangedMeanwhile({ details }: Finding): boolean {
  return details.changed_meanwhile === true
}

/** The sort of link that a finding is about; '' for findings to which the advice for their kind applies. */
export function linkOf({ details: { link } }: Finding): string {
  return typeof link === 'string' && Object.hasOwn(OF_LINKS, link) ? link : ''
}

/** @param rows of the shard; null when nothing tells */
export function adviceOf(found: Finding, rows: number | null): Advice {
  const { kind, severity, shardPath } = found
  if (isChangedMeanwhile(found)) return CHANGED_MEANWHILE
  const ofLink = OF_LINKS[linkOf(found)]
  if (ofLink !== undefined) return ofLink
  const affected = rows === null ? 'its rows' : rows === 1 ? 'its one row' : `its ${formatCounted(rows, 'row')}`
  const isIgnored = kind === 'stray_file' && !shardPath.endsWith('.parquet')
  return {
    cost: isIgnored ? 'The file is not a shard. GenoLeWM ignores it.' : COSTS[kind](affected),
    remedy: REMEDIES[kind] ?? (severity === 'index' && isOfReadOnlyIndex(found) ? READ_ONLY_INDEX : BY_SEVERITY[severity].remedy)
  }
}

const READ_ONLY_INDEX = 'Use the GenoLeWM version that made the index. A repair leaves it as it is.'

/** Whether a finding is about an index of a layout that is only read. */
function isOfReadOnlyIndex({ details }: Finding): boolean {
  return details.index_layout !== undefined
}

/** What can be done about any of these findings. */
export function actionsFor(findings: readonly Finding[]): readonly Action[] {
  const offered = new Set(findings.flatMap(({ severity }) => BY_SEVERITY[severity].actions))
  const all: readonly Action[] = ['verify', 'quarantine', 'repair']
  return all.filter(action => offered.has(action))
}

/** `page_checksum` → `Page checksum`. */
export function kindTitle(kind: FindingKind): string {
  return capital(kind.replaceAll('_', ' '))
}
