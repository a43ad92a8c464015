/** Look-ups by key: the index says where, the row itself must agree. Reads never write. */
import { CacheCorruptError, UnsupportedError } from '../../../shared/model/errors.ts'
import type { Embedding, RowPlace, WindowKey } from '../../../shared/model/record.ts'
import { realRoot } from '../cache/cacheRoot.ts'
import { openIndex, patiently, type WindowIndex } from '../index/windowIndex.ts'
import { spellKey } from '../keys/entryKey.ts'
import { checkKey } from '../layouts/checkRecord.ts'
import { comparePaths } from '../layouts/paths.ts'
import { ShardLookup } from '../shards/shardLookup.ts'
import { corruptOnFault, toEmbedding } from '../shards/shardRows.ts'

/** A row that was looked up. */
export type FoundEmbedding = { readonly place: RowPlace; readonly embedding: Embedding }

/**
 * Opens a cache for many look-ups; a cache without an index misses every key.
 * @throws CacheCorruptError for an index that cannot be used, CacheBusyError, SystemError
 */
export function openCacheReader(cacheDir: string): CacheReader {
  return new CacheReader(cacheDir)
}

export class CacheReader {
  private index: WindowIndex | null
  private readonly root: string
  private readonly shards: ShardLookup

  constructor(cacheDir: string) {
    this.root = realRoot(cacheDir)
    this.index = openIndex(this.root, 'read')
    this.shards = new ShardLookup(this.root)
  }

  close(): void {
    this.index?.close()
    this.shards.close()
  }

  /**
   * Where the index says a key lies; null for a miss.
   * @throws InputError for a key that cannot be
   */
  locate(key: WindowKey): RowPlace | null {
    checkKey(key)
    return patiently(() => this.locateOnce(key))
  }

  /** An index that fails was perhaps replaced by Python, which deletes the old file: the next try asks the one that is there now. */
  private locateOnce(key: WindowKey): RowPlace | null {
    try {
      if (this.index === null) return null
      const spelled = spellKey(this.index.layout.key, key)
      return spelled === null ? null : this.index.locate(spelled)
    } catch (error) {
      this.index?.close()
      this.index = null
      this.index = openIndex(this.root, 'read')
      throw error
    }
  }

  /**
   * One embedding (the seed's `read_embedding`); null for a miss.
   * @throws InputError, CacheCorruptError when the index points outside the shard, at another key, or the row cannot be read
   */
  readEmbedding(key: WindowKey): Embedding | null {
    const place = this.locate(key)
    return place === null ? null : this.readAt(place, key)
  }

  /**
   * Many embeddings, in the order of their keys, duplicates kept; every page is decoded once.
   * @throws as readEmbedding
   */
  readEmbeddings(keys: readonly WindowKey[]): (FoundEmbedding | null)[] {
    const places = keys.map(key => this.locate(key))
    const results: (FoundEmbedding | null)[] = keys.map(() => null)
    const order = [...places.keys()].sort((a, b) => comparePlaces(places[a] ?? null, places[b] ?? null))
    for (const i of order) {
      const place = places[i] ?? null
      const key = keys[i]
      if (place !== null && key !== undefined) results[i] = { place, embedding: this.readAt(place, key) }
    }
    return results
  }

  private readAt(place: RowPlace, key: WindowKey): Embedding {
    return corruptOnFault(place.shardPath, () => {
      const rows = this.shards.open(place.shardPath)
      const details = { shard_path: place.shardPath, row_offset: place.rowOffset }
      if (place.rowOffset < 0 || place.rowOffset >= rows.rows) {
        throw new CacheCorruptError('cache index row_offset points outside shard', { ...details, rows: rows.rows })
      }
      const { knownLayout } = rows.reader
      if (knownLayout === null) throw unsupportedShard(place.shardPath)
      if (knownLayout !== this.index?.layout || !rows.matches(place.rowOffset, key))
        throw new CacheCorruptError('cache index key does not match shard row', details)
      return toEmbedding(rows.values(place.rowOffset))
    })
  }
}

function unsupportedShard(shardPath: string): UnsupportedError {
  return new UnsupportedError(`cache shard ${shardPath} is of a newer layout, which this version does not read`, { shard_path: shardPath })
}

function comparePlaces(a: RowPlace | null, b: RowPlace | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return comparePaths(a.shardPath, b.shardPath) || a.rowOffset - b.rowOffset
}

/** One look-up (the seed's `read_embedding`): null when the index does not know the key, or there is none. */
export async function readEmbedding(cacheDir: string, key: WindowKey): Promise<Embedding | null> {
  const reader = openCacheReader(cacheDir)
  try {
    return reader.readEmbedding(key)
  } finally {
    reader.close()
  }
}

/** Many look-ups at once, in the order of the keys. */
export async function readEmbeddings(cacheDir: string, keys: readonly WindowKey[]): Promise<(FoundEmbedding | null)[]> {
  const reader = openCacheReader(cacheDir)
  try {
    return reader.readEmbeddings(keys)
  } finally {
    reader.close()
  }
}
