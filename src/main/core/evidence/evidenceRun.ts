/** One evaluation of all evidence about a cache: claims are gathered, compared with the rows that were read, and judged. */
import { setImmediate } from 'node:timers/promises'
import { CancelledError } from '../../../shared/model/errors.ts'
import type { KeyCollector, KeyHolders } from '../keys/duplicateKeys.ts'
import { type Holdings, holdingsOf } from '../keys/holdings.ts'
import { type BlockPresence, blockPresence } from '../layouts/blockPresence.ts'
import { comparePaths } from '../layouts/paths.ts'
import type { EvidenceStamp } from '../ledger/ledger.ts'
import { BYTES_OF_KEYS, mapShards } from '../pool/mapShards.ts'
import { ClaimGatherer, type Situation } from './gatherClaims.ts'
import { judgePartition, type LostShard, lossesAt, markMoved } from './judgeClaims.ts'
import { LocusFinder } from './locusFinder.ts'
import type { LostDetail } from './lostReport.ts'
import { nameLostRows } from './lostRows.ts'
import type { Place, ShardState } from './places.ts'

/** The contents of a present shard. */
export type Present = { readonly shardPath: string; readonly holdings: Holdings | null; readonly sha256: string | null }

export type EvidenceOptions = {
  /** The contents of shards that were read in this run. */
  readonly holdings: () => Iterable<Present>
  /** How many keys of each lost shard are wanted by name. */
  readonly listed: number
}

type Read = { readonly state: ShardState; readonly id: number; readonly rows: number | null }

export class EvidenceRun {
  private readonly situation: Situation
  private readonly options: EvidenceOptions
  private readonly collector: KeyCollector
  private readonly gatherer: ClaimGatherer
  /** Shards that were read later, to find out whether they hold claimed keys. */
  private readonly readLater = new Map<string, Read>()
  private readonly holdingsReadLater: Present[] = []

  /** @param collector the keys of all shards that were read so far, each by its position in the run */
  constructor(situation: Situation, collector: KeyCollector, options: EvidenceOptions) {
    this.situation = situation
    this.collector = collector
    this.options = options
    this.gatherer = new ClaimGatherer(situation)
  }

  close(): void {
    this.gatherer.close()
  }

  get claimChanged(): ClaimGatherer['claimChanged'] {
    return this.gatherer.claimChanged.bind(this.gatherer)
  }

  get places(): readonly Place[] {
    return this.gatherer.places
  }

  /**
   * Gathers and judges.
   * @param onHolders called with the holders of each partition of keys
   * @throws SystemError, CancelledError
   */
  async settle(onHolders: (holders: KeyHolders) => void): Promise<void> {
    await this.gatherer.gather()
    await this.judge(onHolders)
    if (await this.readMore()) await this.judge(() => undefined)
    for (const place of this.places) {
      const recorded = place.ledger?.holdings?.rows ?? 0
      if (place.state === 'read' && place.rows !== null) place.recordedGone = Math.max(0, recorded - place.rows)
    }
    markMoved(this.places, this.everythingPresent())
  }

  /** Whether the index or its removed entries contradict a shard that was read. */
  get contradicted(): ReadonlySet<string> {
    return new Set(this.places.flatMap(({ shardPath, isContradicted }) => (isContradicted ? [shardPath] : [])))
  }

  lost(): LostShard[] {
    return this.places.flatMap(place => lossesAt(place).map(({ lost }) => lost))
  }

  /**
   * Lost shards in path order, with the keys and windows of the first ones.
   * @param most number of shards with details
   * @throws CancelledError
   */
  async details(most: number): Promise<{ readonly place: Place; readonly lost: LostDetail }[]> {
    const all = this.places.flatMap(lossesAt)
    if (all.length === 0) return []
    all.sort((a, b) => comparePaths(a.place.shardPath, b.place.shardPath))
    const { root, index, present, signal } = this.situation
    const absent = all.filter(({ place }) => place.state === 'absent').map(({ place }) => place.shardPath)
    const blocks = blockPresence(present, absent)
    const blockOf = (shardPath: string): BlockPresence | null => {
      const block = blocks.get(shardPath)
      return block !== undefined && block.configurations > 1 ? block : null
    }
    const finder = new LocusFinder(root, index, present)
    try {
      const first = all.slice(0, most)
      const rows = await nameLostRows(root, first, index, finder, windows => this.shardWith(windows), signal)
      return all.map(loss => ({
        place: loss.place,
        lost: { ...loss.lost, ...(rows.get(loss) ?? { keys: [], windows: [] }), block: blockOf(loss.place.shardPath) }
      }))
    } finally {
      finder.close()
    }
  }

  private async judge(onHolders: (holders: KeyHolders) => void): Promise<void> {
    for (const place of this.places) place.reset()
    let i = 0
    for (const holders of this.collector.holders()) {
      onHolders(holders)
      judgePartition(this.gatherer.claims, this.places, i, holders, this.options.listed)
      i += 1
      if (this.situation.signal?.aborted) throw new CancelledError()
      await setImmediate()
    }
  }

  /** Reads the keys of shards that were not part of the run and may hold claimed rows. @returns false if there is none */
  private async readMore(): Promise<boolean> {
    const open = this.places.filter(place => place.state === 'unlooked' || lossesAt(place).length > 0)
    if (open.length === 0) return false
    const { indexed } = this.gatherer
    const countOf = this.entryCounts()
    const wanted = new Set(open.map(({ shardPath }) => shardPath))
    // Rows that only the ledger knows may have moved to a shard that it does not know.
    const sizes = new Set(
      open.flatMap(({ ledger, gone, changed }) => (gone.claimed + changed.claimed === 0 ? (ledger?.holdings?.rows ?? []) : []))
    )
    const { root, ledger, signal, workers, stateOf } = this.situation
    const candidates = this.situation.present.filter(path => {
      if (stateOf(path) !== 'unlooked') return false
      if (wanted.has(path) || indexed === null || !indexed.has(path)) return true
      const rows = this.situation.rowsOf(path)
      if (rows !== null && rows !== countOf(path)) return true
      return sizes.size > 0 && sizes.has(countOf(path)) && (ledger?.evidenceOf(root, path) ?? null) === null
    })
    const tasks = candidates.map(shardPath => ({ root, shardPath, depth: 'keys' as const, digest: false }))
    let id = this.situation.present.length
    for await (const { verdict } of mapShards(tasks, 'inspection', { signal, workers, bytes: tasks.length * BYTES_OF_KEYS })) {
      if (verdict.keys === null) {
        this.readLater.set(verdict.shardPath, { state: 'unread', id: -1, rows: null })
        continue
      }
      this.readLater.set(verdict.shardPath, { state: 'read', id, rows: verdict.keys.rows })
      this.holdingsReadLater.push({ shardPath: verdict.shardPath, holdings: holdingsOf(verdict.keys, null), sha256: null })
      this.collector.add(id++, verdict.keys)
    }
    for (const place of this.places) {
      const read = this.readLater.get(place.shardPath)
      if (read !== undefined) Object.assign(place, { state: read.state, shard: read.id, rows: read.rows })
    }
    return candidates.length > 0
  }

  /** The number of index entries for a shard. All are counted on first use, which is slow for a large index. */
  private entryCounts(): (path: string) => number {
    let counts: ReadonlyMap<string, number> | null = null
    return path => {
      counts ??= this.countEntries()
      return counts.get(path) ?? 0
    }
  }

  private countEntries(): ReadonlyMap<string, number> {
    try {
      return this.situation.index?.shardPaths() ?? new Map()
    } catch (error) {
      this.situation.onIndexFailure(error)
      return new Map()
    }
  }

  private *everythingPresent(): Generator<Present> {
    yield* this.options.holdings()
    yield* this.holdingsReadLater
    const { root, ledger, stateOf } = this.situation
    if (ledger === undefined) return
    const present = new Set(this.situation.present)
    // The ledger's record of a shard whose bytes changed does not describe its current contents.
    const isAsRecorded = (path: string, { hasChanged }: EvidenceStamp): boolean =>
      !hasChanged && present.has(path) && stateOf(path) === 'unlooked' && !this.readLater.has(path)
    for (const known of ledger.evidence(root, isAsRecorded)) yield known
  }

  private shardWith(windows: string): string | undefined {
    for (const { shardPath, holdings } of this.everythingPresent()) if (holdings?.windows === windows) return shardPath
    return undefined
  }
}
