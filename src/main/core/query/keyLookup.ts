/** Reads embeddings by key. The index gives the location, and the row must match the key. Never writes. */
import { CacheCorruptError, UnsupportedError } from '../../../shared/model/errors.ts'
import type { Embedding, RowPlace, WindowKey } from '../../../shared/model/record.ts'
import { realRoot } from '../cache/cacheRoot.ts'
import { openIndex, patiently, type WindowIndex } from '../index/windowIndex.ts'
import { spellKey } from '../keys/entryKey.ts'
import { checkKey } from '../layouts/checkRecord.ts'
import { comparePaths } from '../layouts/paths.ts'
import { ShardLookup } from '../shards/shardLookup.ts'
import { corruptOnFault, toEmbedding } from '../shards/shardRows.ts'

/** A row that was found. */
export type FoundEmbedding = { readonly place: RowPlace; readonly embedding: Embedding }

/**
 * Opens a cache for many reads. Without an index, no key is found.
 * @throws CacheCorruptError for an unusable index, CacheBusyError, SystemError
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
   * The location of a key in the index; null if it is not found.
   * @throws InputError for an invalid key
   */
  locate(key: WindowKey): RowPlace | null {
    checkKey(key)
    return patiently(() => this.locateOnce(key))
  }

  /** After a failure, the index may have been replaced by Python, which deletes the old file. The next attempt opens the present one. */
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
   * One embedding (`read_embedding` of `geno_lewm`); null if it is not found.
   * @throws InputError, CacheCorruptError if the index points outside the shard or to another key, or the row cannot be read
   */
  readEmbedding(key: WindowKey): Embedding | null {
    const place = this.locate(key)
    return place === null ? null : this.readAt(place, key)
  }

  /**
   * Many embeddings, in the order of their keys, with duplicates. Every page is decoded once.
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

/** Reads one embedding (`read_embedding` of `geno_lewm`): null if the index does not have the key, or there is no index. */
export async function readEmbedding(cacheDir: string, key: WindowKey): Promise<Embedding | null> {
  const reader = openCacheReader(cacheDir)
  try {
    return reader.readEmbedding(key)
  } finally {
    reader.close()
  }
}

/** Reads many embeddings at once, in the order of the keys. */
export async function readEmbeddings(cacheDir: string, keys: readonly WindowKey[]): Promise<(FoundEmbedding | null)[]> {
  const reader = openCacheReader(cacheDir)
  try {
    return reader.readEmbeddings(keys)
  } finally {
    reader.close()
  }
}
