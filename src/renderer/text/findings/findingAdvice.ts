/** The impact of a finding and what to do about it, for every kind. The finding's own sentence says what happened. */
import type { Finding, FindingKind } from '../../../shared/model/finding.ts'
import { capital, formatCounted } from '../index.ts'

export type Advice = { readonly cost: string; readonly remedy: string }

/** The buttons below a finding. */
export type Action = 'verify' | 'quarantine' | 'repair'

const ENCODE_AGAIN = 'Quarantine it, by hand or with a repair, and encode its windows again.'
const LOOK = 'Inspect the shard, and quarantine it if you do not need it. A repair leaves it in place unless you select it.'
const REINDEX = 'Rebuild the index, directly or with a repair. The shards are not changed.'
const LEFT = 'Leave it in place. It cannot be judged here, and a repair never moves it.'

const COSTS: Record<FindingKind, (rows: string) => string> = {
  not_parquet: () => 'Any rows that the shard had are lost.',
  cut_off: () => 'Its rows are lost, because the footer is gone.',
  bad_footer: rows => `No reader can trust the file, so ${rows} cannot be used.`,
  bad_page: rows => `Some values are lost. GenoLeWM rejects the whole shard, so ${rows} cannot be used.`,
  page_checksum: rows => `Some values are wrong but look plausible, so ${rows} cannot be trusted.`,
  missing_column: rows => `GenoLeWM rejects the whole shard, so ${rows} cannot be used.`,
  wrong_type: rows => `GenoLeWM rejects the whole shard, so ${rows} cannot be used.`,
  invalid_row: rows => `GenoLeWM rejects the whole shard because of most such rows, and misreads the others, so ${rows} cannot be used.`,
  missing_shard: rows => `GenoLeWM cannot find ${rows} until the shard is restored.`,
  placeholder: rows => `The file is a placeholder. The contents of the shard are not on this machine, so GenoLeWM cannot read ${rows}.`,
  unreadable: rows => `${capital(rows)} cannot be read now. The data may be intact.`,
  unsupported_layout: () => 'GenoLeWM 0.2.1 does not read it. Its columns and rows are shown as they are stored.',
  unsupported_version: () => 'GenoLeWM 0.2.1 does not read it. Its columns and rows are shown as they are stored.',
  unsupported_encoding: () => 'Some of its values cannot be shown here. Another reader may show them.',
  over_limit: () => 'It was not read completely, because it needs more memory than a shard should.',
  not_a_file: () => 'No reader opens it, so rows in it are not found.',
  misplaced_file: () => 'A search by key does not find these rows, although a reindex enters them.',
  path_mismatch: () => 'Browsing by location does not show these rows. A search by key finds them.',
  duplicate_key: () => 'Nothing is lost, because the values are the same. GenoLeWM’s own reindex fails on it.',
  conflicting_key: () => 'A search by key finds one of two different vectors. GenoLeWM’s own reindex fails on it.',
  changed_bytes: rows => `Rows must never change, so ${rows} may hold wrong but plausible values.`,
  changed_since_indexed: () => 'These rows changed after they were indexed. Their embeddings may belong to other windows.',
  window_hash_disagrees: () => 'The same locus has another window hash in other configurations. One of them is wrong.',
  readers_disagree: () => 'Two independent Parquet readers decode different values. At least one of them is wrong.',
  bad_metadata: () => 'GenoLeWM reads every row. Only auxiliary data in the file is wrong.',
  stray_file: () => 'The file is not a shard. GenoLeWM fails to read it when it rebuilds its index.',
  no_rows: () => 'None. The shard is empty.',
  ragged_dimensions: () => 'Vectors of different lengths cannot be stacked into one matrix.',
  non_finite: () => 'A model that reads these vectors computes NaN.',
  constant_vector: () => 'These vectors carry no information about their windows.',
  index_missing: () => 'A search by key finds nothing. Browsing works.',
  index_unreadable: () => 'A search by key fails. Browsing works.',
  index_schema: () => 'A search by key fails or finds nothing. Browsing works.',
  index_unsupported: () => 'A newer GenoLeWM made this index. It is not changed.',
  index_busy: () => 'The index was locked by another process, so it was not compared with the shards.',
  index_other_layout: () => 'A search for these keys finds nothing. Browsing shows the rows.',
  entry_without_row: () => 'A search for these keys fails.',
  row_without_entry: () => 'A search for these keys finds nothing, although the rows exist.',
  entry_elsewhere: () => 'A search for these keys points to the wrong row and fails.',
  entry_outside: () => 'A search for these keys would read outside the cache, and is refused.'
}

const REMEDIES: Partial<Record<FindingKind, string>> = {
  missing_shard: 'Restore the shard from a backup or encode its windows again.',
  placeholder: 'Fetch the contents with the tool that manages this file (Git LFS, git-annex, DVC or the cloud drive).',
  changed_since_indexed: 'Restore the file from a backup, or quarantine it and encode its windows again.',
  window_hash_disagrees: 'Compare the shards named here. Quarantine the wrong one and encode its windows again.',
  readers_disagree: 'Report this difference. Do not rely on the values until it is explained.',
  bad_metadata: 'No action is necessary. Rewriting the shard removes the finding.',
  stray_file: 'Delete the file, or move it out of the cache.',
  index_unsupported: 'Use the GenoLeWM version that made the index.',
  index_other_layout: 'Use the GenoLeWM version that wrote these shards. A repair does not change this.',
  index_busy: 'Verify again when the other process has finished.',
  unreadable: 'Check the permissions, the disk or the mount, then verify again. A repair never moves it.',
  changed_bytes: 'Restore the file from a backup, or quarantine it and encode its windows again.',
  path_mismatch:
    'Find out whether the rows or the location are correct. If the rows are wrong, quarantine the shard. A repair leaves it in place unless you select it.',
  duplicate_key: 'Keep the shard that comes first in path order. Quarantine the other one.',
  conflicting_key: 'Compare the rows and keep the correct shard. If both are wrong, quarantine both and encode their windows again.',
  no_rows: 'Keep it or quarantine it.',
  not_a_file: 'Replace it with the shards themselves if you need their rows. Otherwise remove it yourself.',
  misplaced_file: 'Move it to its correct location, or quarantine it.'
}

const BY_SEVERITY: Record<Finding['severity'], { readonly remedy: string; readonly actions: readonly Action[] }> = {
  corrupt: { remedy: ENCODE_AGAIN, actions: ['verify', 'quarantine', 'repair'] },
  missing: { remedy: 'Restore it from a backup or encode its windows again.', actions: ['verify'] },
  unreadable: { remedy: LEFT, actions: ['verify'] },
  unsupported: { remedy: LEFT, actions: ['verify', 'quarantine'] },
  suspect: { remedy: LOOK, actions: ['verify', 'quarantine'] },
  index: { remedy: REINDEX, actions: ['repair'] }
}

const MET_TWICE = 'A search by key works. GenoLeWM\u2019s own reindex finds the rows twice and fails.'

/** Findings about links, by `details.link`. The advice for their kind does not apply to them. */
const OF_LINKS: Readonly<Record<string, Advice>> = {
  alias: { cost: MET_TWICE, remedy: 'Remove the link. The shard stays.' },
  target: { cost: MET_TWICE, remedy: 'Leave the file where it is, because the link needs it.' },
  not_followed: { cost: 'The target of the link was not read.', remedy: 'If you trust this cache, start the program with --follow.' }
}

const CHANGED_MEANWHILE: Advice = {
  cost: 'Another process wrote to these shards or to the index during or after the verification. This finding may no longer apply.',
  remedy: 'Verify them again when the other process has finished.'
}

/** Whether a finding is about a file that changed after it was read. */
export function isChangedMeanwhile({ details }: Finding): boolean {
  return details.changed_meanwhile === true
}

/** The kind of link that a finding is about. Empty for findings to which the advice for their kind applies. */
export function linkOf({ details: { link } }: Finding): string {
  return typeof link === 'string' && Object.hasOwn(OF_LINKS, link) ? link : ''
}

/** @param rows number of rows in the shard, or null if unknown */
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

/** The possible actions for any of these findings. */
export function actionsFor(findings: readonly Finding[]): readonly Action[] {
  const offered = new Set(findings.flatMap(({ severity }) => BY_SEVERITY[severity].actions))
  const all: readonly Action[] = ['verify', 'quarantine', 'repair']
  return all.filter(action => offered.has(action))
}

/** `page_checksum` → `Page checksum`. */
export function kindTitle(kind: FindingKind): string {
  return capital(kind.replaceAll('_', ' '))
}
