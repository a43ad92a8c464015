/** Places where evidence says that rows were, and what became of them. */
import type { Details } from '../../../shared/model/errors.ts'
import type { QuarantineEntry } from '../../../shared/model/report.ts'
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
 * - `placeholder`: a file or link stands for it, its contents are elsewhere
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
  if (!isObject(value)) return null
  const { encoder_hash: encoderHash, state_layer: stateLayer, pool_type: poolType, pool_radius: poolRadius, dtype } = value
  if (typeof encoderHash !== 'string' || typeof poolType !== 'string' || typeof dtype !== 'string') return null
  return typeof stateLayer === 'number' && typeof poolRadius === 'number' ? { encoderHash, stateLayer, poolType, poolRadius, dtype } : null
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
  /** Different keys that were claimed here, and those of them that no shard holds. */
  claimed = 0
  missing = 0
  /** Keys claimed here that were counted at another place. */
  repeated = 0
  /** Fingerprints of keys that no shard holds, two words each. */
  prints: number[] = []
  /** Rows that have another key than evidence says, and how many of the earlier keys no shard holds. */
  readonly changedRows = new Set<number>()
  /** Of a damaged shard: for each key the shards that hold it as well. */
  damagedKeys: (readonly number[])[] = []

  constructor(shardPath: string, state: ShardState, shard: number) {
    this.shardPath = shardPath
    this.state = state
    this.shard = shard
  }

  /** Before the claims are judged anew. */
  reset(): void {
    this.claimed = 0
    this.missing = 0
    this.repeated = 0
    this.prints = []
    this.changedRows.clear()
    this.damagedKeys = []
  }

  /** Takes note of a source. @param at when it was written down */
  note(source: Source, at: bigint | null = null): void {
    this.sources.add(source)
    if (at !== null && (this.since === null || at < this.since)) this.since = at
  }
}
