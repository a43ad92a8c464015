/** Findings are data: the problem, its location, its severity and its impact. */
import type { Details } from './errors.ts'

/**
 * Severity of a finding, which decides how a repair treats the shard.
 * - `corrupt`: damaged; the plan quarantines it
 * - `missing`: expected from evidence (index, ledger, kept entries) but absent; there is nothing to move
 * - `unsupported`: a version or encoding that is not supported, so there is no verdict; never moved by default
 * - `unreadable`: I/O or permission error, so the content is unknown; never moved
 * - `suspect`: readable, but implausible or contradictory; moved only if a user ticks it
 * - `index`: the SQLite index differs from the shards, which a reindex resolves, or could not be compared with them
 */
export const SEVERITIES = ['corrupt', 'missing', 'unreadable', 'unsupported', 'suspect', 'index'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Every kind of finding with its severity. */
export const FINDING_KINDS = {
  not_parquet: 'corrupt',
  cut_off: 'corrupt',
  bad_footer: 'corrupt',
  bad_page: 'corrupt',
  page_checksum: 'corrupt',
  missing_column: 'corrupt',
  wrong_type: 'corrupt',
  invalid_row: 'corrupt',
  missing_shard: 'missing',
  placeholder: 'missing',
  unreadable: 'unreadable',
  unsupported_layout: 'unsupported',
  unsupported_version: 'unsupported',
  unsupported_encoding: 'unsupported',
  over_limit: 'unsupported',
  not_a_file: 'suspect',
  misplaced_file: 'suspect',
  path_mismatch: 'suspect',
  duplicate_key: 'suspect',
  conflicting_key: 'suspect',
  changed_bytes: 'suspect',
  changed_since_indexed: 'suspect',
  window_hash_disagrees: 'suspect',
  readers_disagree: 'suspect',
  bad_metadata: 'suspect',
  stray_file: 'suspect',
  no_rows: 'suspect',
  ragged_dimensions: 'suspect',
  non_finite: 'suspect',
  constant_vector: 'suspect',
  index_missing: 'index',
  index_unreadable: 'index',
  index_schema: 'index',
  index_unsupported: 'index',
  index_busy: 'index',
  index_other_layout: 'index',
  entry_without_row: 'index',
  row_without_entry: 'index',
  entry_elsewhere: 'index',
  entry_outside: 'index'
} as const satisfies Record<string, Severity>

export type FindingKind = keyof typeof FINDING_KINDS

/** Whether this is the name of a kind. */
export function isFindingKind(value: unknown): value is FindingKind {
  return typeof value === 'string' && Object.hasOwn(FINDING_KINDS, value)
}

/** One problem at one location. */
export type Finding = {
  readonly kind: FindingKind
  readonly severity: Severity
  /** Relative to the cache root; the path of the index for findings about the whole index. */
  readonly shardPath: string
  /** 0-based row; null if the finding is about the whole file. */
  readonly row: number | null
  readonly column: string | null
  /** A sentence: the problem and its impact. */
  readonly message: string
  /** The data behind the sentence: only JSON values. */
  readonly details: Details
}

/** Makes a finding. The severity follows from the kind. */
export function finding(
  kind: FindingKind,
  shardPath: string,
  message: string,
  place: { row?: number | null; column?: string | null; details?: Details } = {}
): Finding {
  return {
    kind,
    severity: FINDING_KINDS[kind],
    shardPath,
    row: place.row ?? null,
    column: place.column ?? null,
    message,
    details: place.details ?? {}
  }
}

const COMPARED: ReadonlySet<FindingKind> = new Set([
  'missing_shard',
  'duplicate_key',
  'conflicting_key',
  'changed_since_indexed',
  'window_hash_disagrees'
])

/** Whether a finding results from comparing a shard with others, the index or other evidence, and not from the shard alone. */
export function isCompared({ kind, severity }: Pick<Finding, 'kind' | 'severity'>): boolean {
  return severity === 'index' || COMPARED.has(kind)
}

/** Number of findings of each kind. */
export function countByKind(findings: readonly Finding[]): Partial<Record<FindingKind, number>> {
  const counts: Partial<Record<FindingKind, number>> = {}
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
