/** The entries of an index that a new one will not hold, each with why: found while the new one is built, kept before it takes its place. */
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

/** What becomes of a shard's entries when the index is built anew. */
export type ShardFate = 'read' | 'damaged' | 'missing'

export class VanishingEntries {
  private readonly index: WindowIndex | null
  private readonly root: string
  /** Shards whose entries are exactly their rows. */
  private readonly exact = new Set<string>()
  private changed: IndexRow[] = []
  private gaveOut = false

  /** Looks at the index that will be replaced. @throws CacheBusyError, SystemError */
  constructor(root: string) {
    this.root = root
    this.index = openUsableIndex(root)
  }

  close(): void {
    this.index?.close()
  }

  /** A shard's rows go into the new index. */
  take(shardPath: string, keys: ShardKeys): void {
    this.attempt(index => {
      if (holdsExactly(index, shardPath, keys)) this.exact.add(shardPath)
      else this.changed.push(...contradictionsOf([...index.rowsOf(shardPath)], keys).changed)
    })
  }

  /**
   * Keeps what will be lost.
   * @param isHeld whether the new index has the key of an entry
   * @param fateOf what became of a shard
   * @returns how many entries were kept
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
      // A key of a row that changed is kept even where another shard holds it: it tells of the change.
      if (!changed.has(entryText(entry)) && !isHeld(entry)) yield { ...entry, why: whyOf(entry, fateOf) }
    }
  }

  /** Rows of which an earlier key is kept already. */
  private earlierKeys(): ReadonlySet<string> {
    if (this.changed.length === 0) return new Set()
    const places = new Set(this.changed.map(placeText))
    const earlier = new Set<string>()
    for (const entry of readArchive(this.root, () => undefined)) {
      if (entry.why === 'changed' && places.has(placeText(entry))) earlier.add(placeText(entry))
    }
    return earlier
  }

  /** An index that gives out half-way is looked at once more at the end, as far as it can be read. */
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
  // Of a shard that was read, what was told of it is among the changed rows.
  return fate === 'damaged' ? 'damaged' : 'index_error'
}

/**
 * Keeps the entries of shards that are about to be moved to quarantine. Without an index that can be used there is nothing to keep.
 * @throws CacheBusyError, SystemError, CancelledError
 */
export async function archiveShards(
  root: string,
  shardPaths: readonly string[],
  options: Pick<LongOptions, 'signal' | 'workers'>
): Promise<void> {
  // SQLite takes a device that fails once for a damaged index. Its entries leave it by another reading, so it is read again.
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

/** @param asFarAsItReads whether an index that gives out half-way is no error. @throws IndexUnusable, CacheBusyError, SystemError, CancelledError */
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

/** Entries that tell that one of some shards changed: once the shard has moved, nothing tells them from the others. */
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
      // The index as a whole is set aside when a new one takes its place.
      if (!asFarAsItReads || !(error instanceof IndexUnusable)) throw error
      return
    }
  }
}

/** Every entry, but for those of some shards; of an index with damage, those before and after it. */
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
