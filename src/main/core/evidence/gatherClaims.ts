/**
 * Gathers claims from all sources of evidence: the index, its removed entries, the quarantine and the ledger. Each records which rows were
 * where.
 */
import { setImmediate } from 'node:timers/promises'
import { CacheError, CancelledError, SystemError } from '../../../shared/model/errors.ts'
import type { RowPlace } from '../../../shared/model/record.ts'
import type { QuarantineEntry } from '../../../shared/model/report.ts'
import { filesInQuarantine, quarantineEntries } from '../cache/quarantineFiles.ts'
import { stampIfVisible } from '../fs/fileStamp.ts'
import type { WindowIndex } from '../index/windowIndex.ts'
import type { IndexEntry } from '../keys/indexRow.ts'
import { indexRow } from '../keys/shardKeys.ts'
import { isShardPath, QUARANTINE_PATH, shardFilePath } from '../layouts/paths.ts'
import type { EvidenceStamp, Ledger, LedgerEvidence, ReportedMissing } from '../ledger/ledger.ts'
import { BYTES_OF_KEYS, mapShards } from '../pool/mapShards.ts'
import { ClaimCollector } from './claims.ts'
import { type ArchivedEntry, type ArchiveProblem, readArchive } from './kept/entryArchive.ts'
import { isForgotten, readForgotten } from './kept/forgotten.ts'
import { Place, type ShardState } from './places.ts'

/** The state of the cache that a run knows when it gathers evidence. */
export type Situation = {
  readonly root: string
  /** All present shards, in path order. */
  readonly present: readonly string[]
  readonly index: WindowIndex | null
  readonly ledger: Ledger | undefined
  /** Records of missing shards in other ledgers. */
  readonly reported: readonly ReportedMissing[]
  readonly signal: AbortSignal | undefined
  readonly workers: number | undefined
  /** The canonical path of a shard that is named through a link. */
  readonly canonical: (path: string) => string
  readonly stateOf: (path: string) => ShardState
  /** The position of a shard whose rows were read, or -1. */
  readonly idOf: (path: string) => number
  /** Number of rows of a shard that was inspected. Null if unknown. */
  readonly rowsOf: (path: string) => number | null
  /** Whether a shard has the bytes that once agreed with the index. If so, contradicting evidence is wrong. */
  readonly isIntact: (path: string) => boolean
  /** Whether this run reports a path. */
  readonly isMine: (path: string) => boolean
  readonly onProblem: (problem: ArchiveProblem) => void
  /** Called if the index fails. The other sources are still used. @throws any error that the index did not cause */
  readonly onIndexFailure: (error: unknown) => void
}

/** Number of claims between two turns of the event loop. */
const CLAIMS_A_TURN = 5_000

export class ClaimGatherer {
  readonly claims = new ClaimCollector()
  readonly places: Place[] = []
  private readonly byPath = new Map<string, number>()
  private readonly situation: Situation
  /** Shards with entries in the index. Null without an index. */
  indexed: ReadonlySet<string> | null = null
  /** Known number of rows of absent shards, from removed entries. */
  private readonly keptRows = new Map<string, Set<number>>()
  private sinceTurn = 0

  private index: WindowIndex | null

  constructor(situation: Situation) {
    this.situation = situation
    this.index = situation.index
  }

  /**
   * Gathers all claims. The shards must have been inspected before.
   * @throws SystemError, CancelledError
   */
  async gather(): Promise<void> {
    await this.askIndex().catch((error: unknown) => this.giveUpIndex(error))
    await this.askArchive()
    await this.askQuarantine()
    this.askLedger()
  }

  /** Entries with earlier keys of rows in a shard that was just read. */
  claimChanged(shardPath: string, entries: Iterable<IndexEntry>): void {
    const id = this.place(shardPath)
    for (const entry of entries) {
      if (!this.claims.add(entry, id, 'changed', entry.rowOffset)) continue
      this.places[id]?.note('index')
      this.places[id]?.noteRecorded(entry.rowOffset, entry)
    }
  }

  close(): void {
    this.claims.close()
  }

  /** Entries of absent or damaged shards. */
  private async askIndex(): Promise<void> {
    const { index } = this
    if (index === null) return
    this.indexed = new Set(index.distinctShardPaths())
    for (const path of this.indexed) {
      const shardPath = this.concerned(path)
      const state = shardPath === null ? null : this.situation.stateOf(shardPath)
      if (shardPath === null || !(state === 'absent' || state === 'placeholder' || state === 'damaged')) continue
      const id = this.place(shardPath)
      for (const entry of index.entriesOf(path)) {
        if (this.claims.add(entry, id, state === 'damaged' ? 'damaged' : 'expected', entry.rowOffset)) this.places[id]?.note('index')
        await this.turn()
      }
    }
  }

  /** Entries that were removed from the index. */
  private async askArchive(): Promise<void> {
    const { root, stateOf, onProblem } = this.situation
    for (const entry of entriesKept(root, onProblem)) {
      await this.turn()
      const shardPath = this.concerned(entry.shardPath)
      if (shardPath === null || entry.why === 'superseded' || entry.why === 'index_error') continue
      const state = stateOf(shardPath)
      if (state === 'unread' || this.situation.isIntact(shardPath)) continue
      if (state !== 'read' && this.isHeldUnread(entry)) {
        this.places[this.place(shardPath)]?.heldUnread.add(entry.rowOffset)
        continue
      }
      const kind = state === 'damaged' ? 'damaged' : !isVacant(state) && entry.why === 'changed' ? 'changed' : 'expected'
      const id = this.place(shardPath)
      if (!this.claims.add(entry, id, kind, entry.rowOffset)) continue
      this.places[id]?.note('kept', entry.at)
      if (kind === 'changed') this.places[id]?.noteRecorded(entry.rowOffset, entry)
      if (state !== 'read') this.noteRow(shardPath, entry.rowOffset)
    }
  }

  /** Rows of shards in quarantine whose original path is free. At an occupied path, the present file counts. */
  private async askQuarantine(): Promise<void> {
    const { root, stateOf, signal, workers, onProblem } = this.situation
    const forgotten = readForgotten(root)
    const entries = (await inQuarantine(root, onProblem)).filter(entry => {
      const shardPath = this.concerned(entry.shardPath)
      return shardPath !== null && isVacant(stateOf(shardPath)) && !isForgotten(forgotten, entry)
    })
    const tasks = entries.map(({ path }) => ({ root, shardPath: path, depth: 'keys' as const, digest: false }))
    const isComplete = this.situation.present.every(path => stateOf(path) === 'read')
    let i = 0
    for await (const { verdict } of mapShards(tasks, 'inspection', { signal, workers, bytes: tasks.length * BYTES_OF_KEYS })) {
      const entry = entries[i++]
      if (entry === undefined) continue
      const id = this.place(entry.shardPath)
      const place = this.places[id]
      place?.note('quarantine', entry.at)
      place?.quarantined.push(entry)
      if (place !== undefined && verdict.rows !== null) place.quarantinedRows = Math.max(place.quarantinedRows ?? 0, verdict.rows)
      const kept = this.keptRows.get(entry.shardPath)
      const { keys } = verdict
      if (keys === null) continue
      const isWanted = (row: number): boolean => {
        // A removed entry is better evidence for a row than the file, which was quarantined for a reason.
        if (kept?.has(row) === true || place?.heldUnread.has(row) === true) return false
        if (isComplete || !this.isHeldUnread(indexRow(keys, row, entry.shardPath))) return true
        place?.heldUnread.add(row)
        return false
      }
      this.claims.addRows(keys, id, 'expected', isWanted)
    }
  }

  /** Shards that were verified once and are now absent, or have fewer rows. */
  private askLedger(): void {
    const { root, ledger, reported, stateOf } = this.situation
    const isWanted = (path: string, record: EvidenceStamp | null): boolean => {
      const state = this.concerned(path) === null ? null : stateOf(path)
      return (
        state !== null &&
        (isVacant(state) || state === 'read' || (state === 'unlooked' && record !== null && this.hasChanged(path, record)))
      )
    }
    const take = (known: LedgerEvidence): void => {
      if (!isVacant(stateOf(known.shardPath)) && !this.mayBeShorter(known)) return
      const place = this.places[this.place(known.shardPath)]
      if (place === undefined || place.ledger !== null) return
      place.note('ledger')
      place.ledger = known
    }
    for (const known of ledger?.evidence(root, isWanted) ?? []) take(known)
    for (const known of reported) if (isWanted(known.shardPath, null)) take(known)
  }

  /** Whether an unread shard has other bytes than the ledger first recorded. Then it is read. */
  private hasChanged(shardPath: string, { bytes, mtimeNs, hasChanged }: EvidenceStamp): boolean {
    if (hasChanged) return true
    const stamp = stampIfVisible(shardFilePath(this.situation.root, shardPath))
    return stamp !== undefined && (stamp.bytes !== bytes || stamp.mtimeNs !== mtimeNs)
  }

  /** Whether a present shard may have fewer rows than the ledger recorded. */
  private mayBeShorter({ shardPath, holdings, sha256 }: LedgerEvidence): boolean {
    const rows = this.situation.rowsOf(shardPath)
    return holdings !== null && sha256 !== null && (rows === null || rows < holdings.rows)
  }

  /** The canonical path of a shard, if this run reports it. */
  private concerned(path: string): string | null {
    if (typeof path !== 'string' || !isShardPath(path)) return null
    const shardPath = this.situation.canonical(path)
    return this.situation.isMine(shardPath) ? shardPath : null
  }

  private place(shardPath: string): number {
    let id = this.byPath.get(shardPath)
    if (id === undefined) {
      id = this.places.length
      this.byPath.set(shardPath, id)
      const { stateOf, idOf, rowsOf } = this.situation
      const place = new Place(shardPath, stateOf(shardPath), idOf(shardPath))
      if (place.state === 'read') place.rows = rowsOf(shardPath)
      this.places.push(place)
    }
    return id
  }

  /** Whether the index has a key in a present shard whose rows were not read in this run. */
  private isHeldUnread(entry: IndexEntry): boolean {
    const { canonical, stateOf } = this.situation
    const held = this.locate(entry)
    if (held === null || !isShardPath(held.shardPath)) return false
    const state = stateOf(canonical(held.shardPath))
    return state === 'unread' || state === 'unlooked' || state === 'damaged'
  }

  private locate(entry: IndexEntry): RowPlace | null {
    try {
      return this.index?.locate(entry) ?? null
    } catch (error) {
      this.giveUpIndex(error)
      return null
    }
  }

  private giveUpIndex(error: unknown): void {
    this.index = null
    this.situation.onIndexFailure(error)
  }

  private noteRow(shardPath: string, row: number): void {
    const rows = this.keptRows.get(shardPath)
    if (rows === undefined) this.keptRows.set(shardPath, new Set([row]))
    else rows.add(row)
  }

  private async turn(): Promise<void> {
    this.sinceTurn += 1
    if (this.sinceTurn < CLAIMS_A_TURN) return
    this.sinceTurn = 0
    if (this.situation.signal?.aborted) throw new CancelledError()
    await setImmediate()
  }
}

function isVacant(state: ShardState): boolean {
  return state === 'absent' || state === 'placeholder'
}

/** Removed entries, as far as they can be read. */
function* entriesKept(root: string, onProblem: Situation['onProblem']): Generator<ArchivedEntry> {
  try {
    yield* readArchive(root, onProblem)
  } catch (error) {
    if (!(error instanceof SystemError)) throw error
    onProblem({ path: QUARANTINE_PATH, message: `archived index entries could not be read: ${error.message}`, refused: true })
  }
}

/** Nothing if the quarantine is a link, because commands that use it report this. */
async function inQuarantine(root: string, onProblem: Situation['onProblem']): Promise<QuarantineEntry[]> {
  try {
    const { files, unread } = await filesInQuarantine(root)
    for (const { path, reason } of unread)
      onProblem({ path, message: `the contents of the quarantine there could not be read: ${reason}`, refused: true })
    return quarantineEntries(root, files)
  } catch (error) {
    if (error instanceof CacheError) return []
    throw error
  }
}
