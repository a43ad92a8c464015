/** Places where evidence says that rows were, and what became of them. */
import type { Details } from '../../../shared/model/errors.ts'
import type { QuarantineEntry } from '../../../shared/model/report.ts'
import { configurationInJson, type EntryKey } from '../keys/entryKey.ts'
import type { Holdings } from '../keys/holdings.ts'
import type { KeyConfiguration } from '../keys/keyConfiguration.ts'
import type { LocusRun } from '../keys/locusBuilder.ts'
import type { LedgerEvidence, ReportedMissing } from '../ledger/ledger.ts'

/**
 * What is known of a path now.
 * - `read`: its rows were read
 * - `damaged`: it was read and is damaged
 * - `unread`: it could not be read, which says nothing of its rows
 * - `unlooked`: it was not part of this run
 * - `placeholder`: something else is in its place: a file or link that stands for it, a folder, a pipe
 * - `absent`: it is not there
 */
export type ShardState = 'read' | 'damaged' | 'unread' | 'unlooked' | 'placeholder' | 'absent'

export type Source = 'index' | 'kept' | 'ledger' | 'quarantine'

/** The evidence in the details of a finding; null where a shard is missing by other evidence. */
export function reportedMissing(shardPath: string, { holdings, sha256 }: Details): ReportedMissing | null {
  if (holdings === undefined) return null
  return { shardPath, holdings: holdingsIn(holdings), sha256: typeof sha256 === 'string' ? sha256 : null, awaySha256: null }
}

function holdingsIn(value: unknown): Holdings | null {
  if (!isObject(value) || typeof value.rows !== 'number') return null
  const { rows, keys, windows, configuration, loci } = value
  return {
    rows,
    keys: typeof keys === 'string' ? keys : null,
    windows: typeof windows === 'string' ? windows : null,
    configuration: configurationIn(configuration),
    loci: Array.isArray(loci) && loci.every(isRun) ? loci : null
  }
}

/** Reports have names in snake_case. */
function configurationIn(value: unknown): KeyConfiguration | null {
  return isObject(value) ? configurationInJson(value) : null
}

function isRun(value: unknown): value is LocusRun {
  return (
    isObject(value) &&
    typeof value.chrom === 'string' &&
    ['start', 'length', 'step', 'count'].every(name => typeof value[name] === 'number')
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Claims of one kind at a place, counted. */
export class Tally {
  /** Different keys that were claimed, and those of them that no shard holds. */
  claimed = 0
  missing = 0
  /** Keys that were counted at another place. */
  repeated = 0
  /** Fingerprints of keys that no shard holds, two words each. */
  readonly prints: number[] = []
}

/** Only a few rows are reported with the key that they had. */
const RECORDED_KEYS = 1_000

export class Place {
  readonly shardPath: string
  state: ShardState
  /** Its position among the shards whose keys were collected, -1 for none. */
  shard: number
  readonly sources = new Set<Source>()
  /** When the oldest of the entries that were kept left the index, or the shard was moved, UTC ns. */
  since: bigint | null = null
  readonly quarantined: QuarantineEntry[] = []
  /** Rows by what the footer of a file in quarantine says. */
  quarantinedRows: number | null = null
  ledger: LedgerEvidence | null = null
  /** Whether the ledger's rows were found at another place. */
  isMoved = false
  /** Rows whose keys the index has in a shard that is there and was not read. */
  readonly heldUnread = new Set<number>()
  /** Rows that the shard has now; null where it was not read. */
  rows: number | null = null
  /** Keys of rows that are not there any more. */
  gone = new Tally()
  /** Earlier keys of rows that have another key now. */
  changed = new Tally()
  readonly changedRows = new Set<number>()
  /** The earlier keys of some of these rows. */
  readonly recorded = new Map<number, EntryKey>()
  /** Whether evidence has keys of rows that the shard does not hold: then its bytes are not those that were indexed. */
  isContradicted = false
  /** Rows that the ledger recorded and the shard does not have any more, as far as no shard is known to hold them. */
  recordedGone = 0
  /** Of a damaged shard: for each key the shards that hold it as well. */
  damagedKeys: (readonly number[])[] = []

  constructor(shardPath: string, state: ShardState, shard: number) {
    this.shardPath = shardPath
    this.state = state
    this.shard = shard
  }

  /** Before the claims are judged anew. */
  reset(): void {
    this.gone = new Tally()
    this.changed = new Tally()
    this.changedRows.clear()
    this.isContradicted = false
    this.damagedKeys = []
  }

  /** Takes note of an earlier key of a row. */
  noteRecorded(row: number, key: EntryKey): void {
    if (this.recorded.size < RECORDED_KEYS && !this.recorded.has(row)) this.recorded.set(row, key)
  }

  /** Takes note of a source. @param at when it was written down */
  note(source: Source, at: bigint | null = null): void {
    this.sources.add(source)
    if (at !== null && (this.since === null || at < this.since)) this.since = at
  }
}
