/**
 * The entries of an index that its replacement will not hold, each with the reason. They are found during the rebuild and archived before
 * the replacement.
 */
import type { LongOptions } from '../../../../shared/model/report.ts'
import { IndexUnusable } from '../../index/untrusted.ts'
import { openUsableIndex } from '../../index/usableIndex.ts'
import type { WindowIndex } from '../../index/windowIndex.ts'
import { contradictionsOf } from '../../keys/contradictions.ts'
import type { IndexRow } from '../../keys/indexRow.ts'
import { configurationText } from '../../keys/keyConfiguration.ts'
import { isValidKey } from '../../keys/keyPrint.ts'
import { type ShardKeys, windowHashesText } from '../../keys/shardKeys.ts'
import { isShardPath } from '../../layouts/paths.ts'
import { BYTES_OF_KEYS, mapShards } from '../../pool/mapShards.ts'
import { archiveEntries, type LeavingEntry, readArchive } from './entryArchive.ts'

/** The fate of a shard's entries when the index is rebuilt. */
export type ShardFate = 'read' | 'damaged' | 'missing'

export class VanishingEntries {
  private readonly index: WindowIndex | null
  private readonly root: string
  /** Shards whose entries are exactly their rows. */
  private readonly exact = new Set<string>()
  private changed: IndexRow[] = []
  private gaveOut = false

  /** Reads the index that will be replaced. @throws CacheBusyError, SystemError */
  constructor(root: string) {
    this.root = root
    this.index = openUsableIndex(root)
  }

  close(): void {
    this.index?.close()
  }

  /** Registers a shard whose rows are entered into the new index. */
  take(shardPath: string, keys: ShardKeys): void {
    this.attempt(index => {
      if (holdsExactly(index, shardPath, keys)) this.exact.add(shardPath)
      else this.changed.push(...contradictionsOf([...index.rowsOf(shardPath)], keys).changed)
    })
  }

  /**
   * Archives the entries that would be lost.
   * @param isHeld whether the new index has the key of an entry
   * @param fateOf the fate of a shard
   * @returns number of archived entries
   * @throws SystemError
   */
  keep(isHeld: (entry: IndexRow) => boolean, fateOf: (shardPath: string) => ShardFate): number {
    const { index } = this
    if (index === null) return 0
    return archiveEntries(this.root, this.leaving(index, isHeld, fateOf))
  }

  private *leaving(
    index: WindowIndex,
    isHeld: (entry: IndexRow) => boolean,
    fateOf: (shardPath: string) => ShardFate
  ): Generator<LeavingEntry> {
    const earlier = this.earlierKeys()
    const changed = new Set(this.changed.map(entryText))
    for (const entry of this.changed) yield { ...entry, why: earlier.has(placeText(entry)) ? 'superseded' : 'changed' }
    for (const entry of entriesOf(index, this.exact)) {
      // The key of a changed row is archived even if another shard holds it, because it is evidence of the change.
      if (!changed.has(entryText(entry)) && !isHeld(entry)) yield { ...entry, why: whyOf(entry, fateOf) }
    }
  }

  /** Rows whose earlier key is already archived. */
  private earlierKeys(): ReadonlySet<string> {
    if (this.changed.length === 0) return new Set()
    const places = new Set(this.changed.map(placeText))
    const earlier = new Set<string>()
    for (const entry of readArchive(this.root, () => undefined)) {
      if (entry.why === 'changed' && places.has(placeText(entry))) earlier.add(placeText(entry))
    }
    return earlier
  }

  /** An index that failed part-way is read again at the end, as far as possible. */
  private attempt(work: (index: WindowIndex) => void): void {
    if (this.index === null || this.gaveOut) return
    try {
      work(this.index)
    } catch (error) {
      if (!(error instanceof IndexUnusable)) throw error
      this.gaveOut = true
    }
  }
}

function holdsExactly(index: WindowIndex, shardPath: string, keys: ShardKeys): boolean {
  const [configuration, ...others] = keys.configurations
  return (
    configuration !== undefined && others.length === 0 && index.holdsExactly(shardPath, keys.rows, windowHashesText(keys), configuration)
  )
}

function entryText(entry: IndexRow): string {
  return `${entry.windowHash} ${configurationText(entry)} ${placeText(entry)}`
}

function placeText({ shardPath, rowOffset }: IndexRow): string {
  return `${rowOffset} ${shardPath}`
}

function whyOf(entry: IndexRow, fateOf: (shardPath: string) => ShardFate): LeavingEntry['why'] {
  if (!isShardPath(entry.shardPath) || !isValidKey(entry)) return 'index_error'
  const fate = fateOf(entry.shardPath)
  if (fate === 'missing') return 'shard_missing'
  // For a shard that was read, the evidence is among the changed rows.
  return fate === 'damaged' ? 'damaged' : 'index_error'
}

/**
 * Archives the entries of shards that are about to be quarantined. Without a usable index, there is nothing to archive.
 * @throws CacheBusyError, SystemError, CancelledError
 */
export async function archiveShards(
  root: string,
  shardPaths: readonly string[],
  options: Pick<LongOptions, 'signal' | 'workers'>
): Promise<void> {
  // SQLite reports a single device error as a damaged index. The entries are removed by another read, so the index is read again.
  for (const isLast of [false, true]) {
    const index = openUsableIndex(root)
    if (index === null) continue
    try {
      await archiveFrom(index, root, shardPaths, isLast, options)
      return
    } catch (error) {
      if (isLast || !(error instanceof IndexUnusable)) throw error
    } finally {
      index.close()
    }
  }
}

/** @param asFarAsItReads accept an index that fails part-way. @throws IndexUnusable, CacheBusyError, SystemError, CancelledError */
async function archiveFrom(
  index: WindowIndex,
  root: string,
  shardPaths: readonly string[],
  asFarAsItReads: boolean,
  options: Pick<LongOptions, 'signal' | 'workers'>
): Promise<void> {
  const earlier = new Set<string>()
  const wanted = new Set(shardPaths)
  for (const entry of readArchive(root, () => undefined)) {
    if (entry.why === 'changed' && wanted.has(entry.shardPath)) earlier.add(placeText(entry))
  }
  const contradicted = await contradictedIn(root, index, shardPaths, asFarAsItReads, options)
  archiveEntries(root, quarantined(index, shardPaths, earlier, contradicted, asFarAsItReads))
}

/** Entries that show that one of some shards changed. After the shard has moved, they could not be distinguished from the others. */
async function contradictedIn(
  root: string,
  index: WindowIndex,
  shardPaths: readonly string[],
  asFarAsItReads: boolean,
  { signal, workers }: Pick<LongOptions, 'signal' | 'workers'>
): Promise<ReadonlySet<string>> {
  const contradicted = new Set<string>()
  const tasks = shardPaths.map(shardPath => ({ root, shardPath, depth: 'keys' as const, digest: false }))
  for await (const { verdict } of mapShards(tasks, 'inspection', { signal, workers, bytes: tasks.length * BYTES_OF_KEYS })) {
    const { shardPath, keys } = verdict
    if (keys === null) continue
    try {
      if (holdsExactly(index, shardPath, keys)) continue
      for (const entry of contradictionsOf(index.rowsOf(shardPath), keys).changed) contradicted.add(entryText(entry))
    } catch (error) {
      if (!asFarAsItReads || !(error instanceof IndexUnusable)) throw error
      return contradicted
    }
  }
  return contradicted
}

function* quarantined(
  index: WindowIndex,
  shardPaths: readonly string[],
  earlier: ReadonlySet<string>,
  contradicted: ReadonlySet<string>,
  asFarAsItReads: boolean
): Generator<LeavingEntry> {
  const whyOf = (entry: IndexRow): LeavingEntry['why'] => {
    if (!isValidKey(entry)) return 'index_error'
    if (earlier.has(placeText(entry))) return 'superseded'
    return contradicted.has(entryText(entry)) ? 'changed' : 'quarantined'
  }
  for (const path of shardPaths) {
    try {
      for (const entry of index.rowsOf(path)) yield { ...entry, why: whyOf(entry) }
    } catch (error) {
      // The whole index is moved to quarantine when a new one replaces it.
      if (!asFarAsItReads || !(error instanceof IndexUnusable)) throw error
      return
    }
  }
}

/** All entries except those of some shards. From a damaged index, the entries before and after the damage. */
function* entriesOf(index: WindowIndex, except: ReadonlySet<string>): Generator<IndexRow> {
  try {
    for (const path of index.distinctShardPaths()) if (!except.has(path)) yield* index.rowsOf(path)
    return
  } catch (error) {
    if (!(error instanceof IndexUnusable)) throw error
  }
  for (const end of ['first', 'last'] as const) {
    try {
      for (const entry of index.allRows(end)) if (!except.has(entry.shardPath)) yield entry
    } catch (error) {
      if (!(error instanceof IndexUnusable)) throw error
    }
  }
}
