/** Places where rows were, according to evidence, and their present state. */
import type { Details } from '../../../shared/model/errors.ts'
import type { QuarantineEntry } from '../../../shared/model/report.ts'
import { configurationInJson, type EntryKey } from '../keys/entryKey.ts'
import type { Holdings } from '../keys/holdings.ts'
import type { KeyConfiguration } from '../keys/keyConfiguration.ts'
import type { LocusRun } from '../keys/locusBuilder.ts'
import type { LedgerEvidence, ReportedMissing } from '../ledger/ledger.ts'

/**
 * The present state of a path.
 * - `read`: its rows were read
 * - `damaged`: it was read and is damaged
 * - `unread`: it could not be read, which says nothing about its rows
 * - `unlooked`: it was not part of this run
 * - `placeholder`: it has something else: a placeholder file or link, a folder, a pipe
 * - `absent`: it does not exist
 */
export type ShardState = 'read' | 'damaged' | 'unread' | 'unlooked' | 'placeholder' | 'absent'

export type Source = 'index' | 'kept' | 'ledger' | 'quarantine'

/** The evidence in the details of a finding. Null if a shard is missing by other evidence. */
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

/** Names in reports use snake_case. */
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
  /** Number of different claimed keys, and of those that no shard holds. */
  claimed = 0
  missing = 0
  /** Keys that were counted at another place. */
  repeated = 0
  /** Hashes of keys that no shard holds, two words each. */
  readonly prints: number[] = []
}

/** Maximum number of rows that are reported with their earlier key. */
const RECORDED_KEYS = 1_000

export class Place {
  readonly shardPath: string
  state: ShardState
  /** Its position among the shards whose keys were collected, or -1. */
  shard: number
  readonly sources = new Set<Source>()
  /** When the oldest archived entry was removed from the index, or the shard was quarantined, UTC ns. */
  since: bigint | null = null
  readonly quarantined: QuarantineEntry[] = []
  /** Number of rows according to the footer of a file in quarantine. */
  quarantinedRows: number | null = null
  ledger: LedgerEvidence | null = null
  /** Whether the ledger's rows were found at another place. */
  isMoved = false
  /** Number of rows whose keys the index has in a present but unread shard. */
  readonly heldUnread = new Set<number>()
  /** Number of rows that the shard has now. Null if it was not read. */
  rows: number | null = null
  /** Number of keys of rows that no longer exist. */
  gone = new Tally()
  /** Number of earlier keys of rows that have another key now. */
  changed = new Tally()
  readonly changedRows = new Set<number>()
  /** The earlier keys of some of these rows. */
  readonly recorded = new Map<number, EntryKey>()
  /** Whether evidence has keys of rows that the shard does not hold. Then its bytes are not the indexed ones. */
  isContradicted = false
  /** Rows that the ledger recorded and the shard no longer has, unless another shard is known to hold them. */
  recordedGone = 0
  /** For a damaged shard: the other shards that hold each of its keys. */
  damagedKeys: (readonly number[])[] = []

  constructor(shardPath: string, state: ShardState, shard: number) {
    this.shardPath = shardPath
    this.state = state
    this.shard = shard
  }

  /** Resets the result before the claims are judged again. */
  reset(): void {
    this.gone = new Tally()
    this.changed = new Tally()
    this.changedRows.clear()
    this.isContradicted = false
    this.damagedKeys = []
  }

  /** Records an earlier key of a row. */
  noteRecorded(row: number, key: EntryKey): void {
    if (this.recorded.size < RECORDED_KEYS && !this.recorded.has(row)) this.recorded.set(row, key)
  }

  /** Records a source. @param at when it was recorded */
  note(source: Source, at: bigint | null = null): void {
    this.sources.add(source)
    if (at !== null && (this.since === null || at < this.since)) this.since = at
  }
}
