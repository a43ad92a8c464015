/** Kinds of findings: what follows from the kind alone, and the facts of which its sentence is made at the edge (`describeFinding`). */

/**
 * Severity of a finding, which decides how a repair treats the shard.
 * - `corrupt`: damaged; the plan quarantines it
 * - `missing`: expected from evidence (index, ledger, archived entries) but absent, so there is nothing to move
 * - `unsupported`: a version or encoding that is not supported, so there is no verdict; never moved by default
 * - `unreadable`: I/O or permission error, so the content is unknown; never moved
 * - `suspect`: readable, but implausible or contradictory; moved only if a user ticks it
 * - `index`: the SQLite index differs from the shards, which a reindex resolves, or could not be compared with them
 */
export const SEVERITIES = ['corrupt', 'missing', 'unreadable', 'unsupported', 'suspect', 'index'] as const
export type Severity = (typeof SEVERITIES)[number]

/**
 * The source of a kind: reading the shard alone, comparing it with other shards, with evidence of it, with the index, with the record of its
 * bytes, by a second reader, or listing the folders.
 */
type FoundBy = 'shard' | 'shards' | 'evidence' | 'index' | 'record' | 'second_reader' | 'walk'

/** Every kind of finding. */
export const FINDING_KINDS = {
  not_parquet: { severity: 'corrupt', foundBy: 'shard' },
  cut_off: { severity: 'corrupt', foundBy: 'shard' },
  bad_footer: { severity: 'corrupt', foundBy: 'shard' },
  bad_page: { severity: 'corrupt', foundBy: 'shard' },
  page_checksum: { severity: 'corrupt', foundBy: 'shard' },
  missing_column: { severity: 'corrupt', foundBy: 'shard' },
  wrong_type: { severity: 'corrupt', foundBy: 'shard' },
  invalid_row: { severity: 'corrupt', foundBy: 'shard' },
  missing_shard: { severity: 'missing', foundBy: 'evidence' },
  placeholder: { severity: 'missing', foundBy: 'walk' },
  unreadable: { severity: 'unreadable', foundBy: 'shard' },
  unsupported_layout: { severity: 'unsupported', foundBy: 'shard' },
  unsupported_version: { severity: 'unsupported', foundBy: 'shard' },
  unsupported_encoding: { severity: 'unsupported', foundBy: 'shard' },
  over_limit: { severity: 'unsupported', foundBy: 'shard' },
  not_a_file: { severity: 'suspect', foundBy: 'walk' },
  misplaced_file: { severity: 'suspect', foundBy: 'shard' },
  path_mismatch: { severity: 'suspect', foundBy: 'shard' },
  duplicate_key: { severity: 'suspect', foundBy: 'shards' },
  conflicting_key: { severity: 'suspect', foundBy: 'shards' },
  changed_bytes: { severity: 'suspect', foundBy: 'record' },
  changed_since_indexed: { severity: 'suspect', foundBy: 'evidence' },
  window_hash_disagrees: { severity: 'suspect', foundBy: 'shards' },
  readers_disagree: { severity: 'suspect', foundBy: 'second_reader' },
  bad_metadata: { severity: 'suspect', foundBy: 'shard' },
  stray_file: { severity: 'suspect', foundBy: 'walk' },
  no_rows: { severity: 'suspect', foundBy: 'shard' },
  ragged_dimensions: { severity: 'suspect', foundBy: 'shard' },
  non_finite: { severity: 'suspect', foundBy: 'shard' },
  constant_vector: { severity: 'suspect', foundBy: 'shard' },
  index_missing: { severity: 'index', foundBy: 'index' },
  index_unreadable: { severity: 'index', foundBy: 'index' },
  index_schema: { severity: 'index', foundBy: 'index' },
  index_unsupported: { severity: 'index', foundBy: 'index' },
  index_busy: { severity: 'index', foundBy: 'index' },
  index_other_layout: { severity: 'index', foundBy: 'index' },
  entry_without_row: { severity: 'index', foundBy: 'index' },
  row_without_entry: { severity: 'index', foundBy: 'index' },
  entry_elsewhere: { severity: 'index', foundBy: 'index' },
  entry_outside: { severity: 'index', foundBy: 'index' }
} as const satisfies Record<string, { readonly severity: Severity; readonly foundBy: FoundBy }>

export type FindingKind = keyof typeof FINDING_KINDS

/** Whether this is the name of a kind. */
export function isFindingKind(value: unknown): value is FindingKind {
  return typeof value === 'string' && Object.hasOwn(FINDING_KINDS, value)
}

const COMPARED: ReadonlySet<FoundBy> = new Set(['shards', 'evidence', 'index'])

/** Whether a finding comes from comparing a shard with others, the index or other evidence, and not from the shard alone. */
export function isCompared({ kind }: { readonly kind: FindingKind }): boolean {
  return COMPARED.has(FINDING_KINDS[kind].foundBy)
}

/** Whether reading the shard once more cannot find it again: it takes other shards, the index, a record or a second reader. */
export function needsMoreThanShard(kind: FindingKind): boolean {
  const { foundBy } = FINDING_KINDS[kind]
  return COMPARED.has(foundBy) || foundBy === 'record' || foundBy === 'second_reader'
}

/** A sentence that was made elsewhere: by the Parquet reader, or by an earlier run whose plan, report or record is read again. */
export type Said = { readonly said: string }

/** Nothing beyond the kind. */
export type NoFacts = Readonly<Record<never, never>>

/** Why something could not be read or used, as a clause. */
type Refused = { readonly reason: string }

/** As text beyond 2^53. */
type Integer = number | string

/** One rule that rows break. */
export type RowFlaw =
  | { readonly flaw: 'null'; readonly column: string }
  | { readonly flaw: 'newer_layout'; readonly layout: string; readonly version: string }
  | { readonly flaw: 'unknown_version'; readonly version: string }
  | { readonly flaw: 'empty_contig' }
  | { readonly flaw: 'other_contig'; readonly contig: string; readonly ofPath: string }
  | { readonly flaw: 'unknown_value'; readonly column: string; readonly value: string; readonly known: readonly string[] }
  | { readonly flaw: 'other_value'; readonly column: string; readonly value: string | number; readonly ofPath: string | number }
  | { readonly flaw: 'inexact_integer'; readonly column: string; readonly value: number }
  | { readonly flaw: 'negative'; readonly column: string; readonly value: number }
  | { readonly flaw: 'wrong_width'; readonly column: string; readonly width: number }
  /** A rule that the layout's own code states. */
  | { readonly flaw: 'broken_rule'; readonly what: string }
  | { readonly flaw: 'empty_span'; readonly start: Integer; readonly end: Integer }
  | { readonly flaw: 'no_embedding' | 'empty_embedding' | 'null_element' | 'non_finite' | 'constant' }

/** A flaw, its first row, and how many rows have it. */
export type FlawedRows = RowFlaw & { readonly row: number; readonly count: number }

/** Programs that keep or move the contents of files. */
export type Tool =
  | 'Git LFS'
  | 'git-fat'
  | 'git-annex'
  | 'Xet'
  | 'DVC'
  | 'iCloud Drive'
  | 'cloud drive'
  | 'rclone'
  | 'rsync'
  | 'Syncthing'
  | 'download'

type Placeholder =
  | { readonly is: 'dangling_link' | 'link_saved_as_file'; readonly target: string; readonly tool: Tool | null }
  | { readonly is: 'link_to_itself' }
  | { readonly is: 'pointer'; readonly tool: Tool }
  | { readonly is: 'beside_stand_in'; readonly file: string; readonly tool: Tool }
  | { readonly is: 'empty' }
  | { readonly is: 'behind_dangling_link'; readonly folder: string; readonly target: string }
  | { readonly is: 'known_before' }

type StrayFile =
  | { readonly is: 'link_to_shard' | 'target_of_link'; readonly shard: string }
  | { readonly is: 'editor_lock'; readonly target: string }
  | { readonly is: 'apple_double' }
  | { readonly is: 'unfinished' | 'in_transfer'; readonly tool: Tool }

type NotAFile =
  | { readonly is: 'folder' | 'device' | 'no_regular_file' }
  | { readonly is: 'link_to_itself' | 'link_to_device' | 'link_to_folder_above' | 'link_to_folder' }
  | { readonly is: 'dangling_link'; readonly target: string }
  | ({ readonly is: 'link_not_followed' } & Refused)
  | ({ readonly is: 'behind_link_not_followed'; readonly folder: string } & Refused)

type Unreadable =
  | { readonly cause: 'name_not_utf8' | 'shards_gone' }
  | ({ readonly cause: 'link' | 'folder' | 'stamps' | 'shard' | 'index_not_compared' | 'evidence' } & Refused)

type SharedKeys = { readonly count: number; readonly sameValues: boolean } & (
  | { readonly role: 'within'; readonly firstRow: number }
  | { readonly role: 'indexed'; readonly other: string; readonly isFirst: boolean }
  | { readonly role: 'not_indexed'; readonly other: string }
)

/** Keys that others have, as a reindex finds them: values are not compared. */
type RepeatedKeys = { readonly role: 'reindexed'; readonly count: number; readonly other: string | null; readonly isFirst: boolean }

type MissingShard = {
  /** Null if the number is unknown. */
  readonly rows: number | null
  /** Where its windows are, when that is known of all: `chr1:1-100`. */
  readonly locus: string | null
  /** Rows of the shard that are in others. */
  readonly elsewhere: number
} & (
  | { readonly what: 'shard' | 'rows' }
  | { readonly what: 'quarantined_shard'; readonly path: string }
  | { readonly what: 'recorded_rows'; readonly gone: number; readonly recorded: number }
)

type OverLimit =
  | { readonly claim: string; readonly limit: string }
  /** The time that a shard may take, as a clause; the reader was stopped. */
  | { readonly tookTooLong: string }

/** Facts of each kind, as much as its sentence needs beyond place and details, in JSON values. */
export type FindingFacts = {
  not_parquet: Said
  cut_off: Said
  bad_footer: Said
  bad_page: Said
  page_checksum: Said
  missing_column: Said
  wrong_type: Said
  invalid_row: FlawedRows
  missing_shard: MissingShard
  placeholder: Placeholder
  unreadable: Unreadable
  unsupported_layout: FlawedRows | { readonly tree: string }
  unsupported_version: FlawedRows
  unsupported_encoding: FlawedRows
  over_limit: OverLimit
  not_a_file: NotAFile
  misplaced_file: NoFacts
  path_mismatch: FlawedRows
  duplicate_key: SharedKeys | RepeatedKeys
  conflicting_key: SharedKeys
  changed_bytes: { readonly recordedAt: string }
  changed_since_indexed: {
    readonly count: number
    readonly keysLost: number
    /** Fields of the key that differ in the first row; none where it cannot be read. */
    readonly differences: readonly { readonly field: string; readonly recorded: string; readonly found: string }[]
  }
  window_hash_disagrees: {
    /** `chr1:1-100`. */
    readonly locus: string
    readonly count: number
    readonly agreeing: number
    readonly otherShard: string
    readonly otherRow: number
    readonly isMajority: boolean
  }
  readers_disagree: { readonly own: string; readonly second: string; readonly rows: number }
  bad_metadata: { readonly oddities: readonly string[] } | Refused
  stray_file: StrayFile
  no_rows: NoFacts
  ragged_dimensions: { readonly smallest: number; readonly largest: number }
  non_finite: FlawedRows
  constant_vector: FlawedRows
  index_missing: NoFacts
  index_unreadable: Refused
  index_schema: Refused
  index_unsupported: Refused
  index_busy: Refused
  /** @property hasIndex whether there can be an index of the layout */
  index_other_layout: {
    readonly index: number
    readonly layout: number
    readonly shards: number
    readonly rows: number
    readonly hasIndex: boolean
  }
  /** @property rows how many rows the shard has; null when the shard is not there */
  entry_without_row: { readonly entries: number; readonly rows: number | null }
  /** @property isRebuilt whether a reindex enters them */
  row_without_entry: { readonly rows: number; readonly isRebuilt: boolean }
  entry_elsewhere: { readonly entries: number; readonly isCopy: boolean }
  entry_outside: { readonly entries: number }
}

/** The facts of one kind, or a sentence that was made elsewhere. */
export type FactsOf<K extends FindingKind> = FindingFacts[K] | Said

/** Kinds whose facts are a flaw of rows. */
export type FlawKind = { [K in keyof FindingFacts]: FlawedRows extends FindingFacts[K] ? K : never }[keyof FindingFacts]
