/**
 * Writes one immutable shard and then inserts its rows into the index. After a crash between the two, the next write or reindex inserts the
 * rows. Nothing is written before everything has been checked.
 */

import { dirname, join } from 'node:path'
import { CacheCorruptError, CacheError, InputError, SystemError, UnsupportedError } from '../../../shared/model/errors.ts'
import type { WindowKey, WindowRecord } from '../../../shared/model/record.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { nowNs } from '../base/clock.ts'
import { hex } from '../base/hex.ts'
import { withCacheLock } from '../cache/cacheLock.ts'
import { nearestCacheRoot, realRoot } from '../cache/cacheRoot.ts'
import { walkShards } from '../cache/walkShards.ts'
import { isThere, sweepTempFiles, writeNewFileDurably } from '../fs/durableFile.ts'
import type { WindowIndex } from '../index/windowIndex.ts'
import { enterRows, withIndex } from '../index/write/changeIndex.ts'
import { blocksIndexing, verifyShard } from '../inspect/inspectShard.ts'
import { spellKey } from '../keys/entryKey.ts'
import type { IndexRow } from '../keys/indexRow.ts'
import { indexRow, keysOf, type ShardKeys } from '../keys/shardKeys.ts'
import { checkRecord } from '../layouts/checkRecord.ts'
import { EMBEDDINGS_DIR } from '../layouts/layout.ts'
import { INDEX_PATH, relativeShardPath, shardFilePath } from '../layouts/paths.ts'
import { CACHE_SCHEMA_VERSION, WRITTEN_LAYOUT } from '../layouts/registry.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { toFloat16 } from '../parquet/encodings/float16.ts'
import type { StoredValues } from '../parquet/pages/embeddingBatch.ts'
import type { ShardReader } from '../parquet/shardReader.ts'
import { type EmbeddingEncoding, encodeShard, type RoundedEmbeddings, roundEmbeddings } from '../parquet/write/encodeShard.ts'
import { openShardAt } from '../shards/openShardAt.ts'
import { checkFolderLinks, corruptOnFault, openShardRows, type ShardRows } from '../shards/shardRows.ts'
import { checkPathLength } from '../sqlite/database.ts'

const WAIT_MS = 30_000

export type WriteShardOptions = {
  readonly encoderId: string
  readonly contig: string
  readonly strideBlock: number
  readonly records: readonly WindowRecord[]
  /** 'plain' (default) can be read by every Parquet reader. 'byte_stream_split' is smaller and needs Parquet 2.11 (pyarrow ≥ 15). */
  readonly encoding?: EmbeddingEncoding
}

export type WriteShardResult = {
  /** Relative to the cache root. */
  readonly shardPath: string
  readonly rows: number
  /** False if the shard already existed with the same values and was not rewritten. */
  readonly written: boolean
  /** Number of finite values that exceed float16 and became infinities. */
  readonly overflowed: number
}

/** Fills `createdAt` with the current UTC ns if it is absent or 0 (`with_created_at` of `geno_lewm`). */
export function withCreatedAt(record: WindowRecord): WindowRecord & { readonly createdAt: bigint } {
  const { createdAt } = record
  return { ...record, createdAt: createdAt === undefined || createdAt === 0n ? nowNs() : createdAt }
}

/**
 * Writes a shard (`write_shard` of `geno_lewm`).
 * @throws InputError for invalid records, CacheCorruptError if a key exists or the shard has other values, CacheBusyError, SystemError
 */
export async function writeShard(cacheDir: string, options: WriteShardOptions): Promise<WriteShardResult> {
  const { contig, records } = options
  const [first] = records
  if (first === undefined) throw new InputError('records must contain at least one cache row', { field: 'records' })
  checkRecords(records, first, contig)
  const { stateLayer, poolType, poolRadius } = first
  const shardPath = relativeShardPath({ ...options, stateLayer, poolType, poolRadius })
  const root = await writableRoot(cacheDir)
  checkPathLength(join(root, INDEX_PATH))
  const complete = records.map(record => ({ ...withCreatedAt(record), schemaVersion: CACHE_SCHEMA_VERSION }))
  const rounded = roundEmbeddings(complete)
  const path = shardFilePath(root, shardPath)
  return withCacheLock(root, `write ${shardPath}`, WAIT_MS, async () => {
    checkFolderLinks(root, shardPath)
    if (!isThere(join(root, INDEX_PATH))) await checkLayoutOfCache(root)
    sweepTempFiles(dirname(path))
    const written =
      !isThere(path) && publish(root, shardPath, keysOf(complete), encodeShard(complete, rounded, options.encoding ?? 'plain'))
    if (!written) {
      checkStored(root, shardPath, complete, rounded)
      enterRows(root, indexRowsOf(root, shardPath))
    }
    return { shardPath, rows: records.length, written, overflowed: rounded.overflowed }
  })
}

/** Removes the entries of a shard if another process has written that path. */
class PlaceTaken extends Error {}

/**
 * Publishes a shard in the middle of the transaction that inserts its entries. There are no entries before the shard exists, and none if it
 * cannot be written.
 * @returns false if another shard has just appeared at the path, because GenoLeWM does not use the lock
 * @throws CacheCorruptError if a key exists, SystemError
 */
function publish(root: string, shardPath: string, keys: ShardKeys, pieces: readonly Uint8Array[]): boolean {
  try {
    withIndex(root, index => {
      if (index.enterShard(shardPath, keys) < keys.rows) refuseTaken(index, shardPath, keys)
      if (!writeNewFileDurably(shardFilePath(root, shardPath), pieces)) throw new PlaceTaken()
    })
    return true
  } catch (error) {
    if (error instanceof PlaceTaken) return false
    throw error
  }
}

function refuseTaken(index: WindowIndex, shardPath: string, keys: ShardKeys): void {
  for (let row = 0; row < keys.rows; row++) {
    const entry = indexRow(keys, row, shardPath)
    const taken = index.locate(entry)
    if (taken === null || (taken.shardPath === shardPath && taken.rowOffset === row)) continue
    throw new CacheCorruptError('cache key is already indexed; refusing duplicate shard write', {
      window_hash: entry.windowHash,
      existing_shard_path: taken.shardPath,
      existing_row_offset: taken.rowOffset
    })
  }
}

function checkRecords(records: readonly WindowRecord[], first: WindowRecord, contig: string): void {
  const seen = new Set<string>()
  for (const [row, record] of records.entries()) {
    try {
      checkRecord(record)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      throw new InputError(`record ${row}: ${error.message}`, { ...error.details, record: row })
    }
    if (record.chrom !== contig) throw mixed(row, 'chrom', record.chrom, `match the contig argument ${JSON.stringify(contig)}`)
    if (record.stateLayer !== first.stateLayer) throw mixed(row, 'state_layer', record.stateLayer, 'share state_layer')
    if (record.poolType !== first.poolType) throw mixed(row, 'pool_type', record.poolType, 'share pool_type')
    if (record.poolRadius !== first.poolRadius) throw mixed(row, 'pool_radius', record.poolRadius, 'share pool_radius')
    const key = keyText(record)
    if (seen.has(key)) {
      throw new CacheCorruptError(`record ${row} has the key of an earlier record`, { record: row, window_hash: hex(record.windowHash) })
    }
    seen.add(key)
  }
}

function keyText(key: WindowKey): string {
  return Object.values(spellKey(WRITTEN_LAYOUT.key, key) ?? {}).join(' ')
}

function mixed(row: number, field: string, value: unknown, rule: string): InputError {
  return new InputError(`all records in a shard must ${rule}: record ${row} has ${field} ${JSON.stringify(value)}`, {
    field,
    value,
    record: row
  })
}

/** A new cache may be created anywhere except inside another one. */
async function writableRoot(cacheDir: string): Promise<string> {
  const root = realRoot(cacheDir)
  const nearest = await nearestCacheRoot(root)
  if (nearest !== null && root.startsWith(join(nearest, EMBEDDINGS_DIR, '/'))) {
    throw new InputError(`${cacheDir} is inside the cache ${nearest}`, { field: 'cache', value: cacheDir, nearest_root: nearest })
  }
  return root
}

/**
 * A cache without an index has the layout of its first shard that can be opened, because an index of layout 1 could not hold rows of
 * another layout.
 * @throws UnsupportedError, SystemError
 */
async function checkLayoutOfCache(root: string): Promise<void> {
  if (!isThere(join(root, EMBEDDINGS_DIR))) return
  const { shardPaths } = await walkShards(root)
  for (const shardPath of shardPaths) {
    try {
      const shard = openShardAt(root, shardPath)
      try {
        checkIsWritten(shard, shardPath)
        return
      } finally {
        shard.close()
      }
    } catch (error) {
      if (error instanceof UnsupportedError || !(error instanceof CacheError || error instanceof ShardFault)) throw error
    }
  }
}

/** @throws UnsupportedError for a shard of another layout than the written one */
function checkIsWritten({ knownLayout }: ShardReader, shardPath: string): void {
  if (knownLayout === WRITTEN_LAYOUT) return
  const layout = knownLayout === null ? 'a newer layout' : `layout ${knownLayout.version}`
  throw new UnsupportedError(
    `${shardPath} is of ${layout}, but only layout ${WRITTEN_LAYOUT.version} can be written. Nothing was changed`,
    { shard_path: shardPath }
  )
}

/** The existing shard must hold each record. */
function checkStored(root: string, shardPath: string, records: readonly WindowRecord[], rounded: RoundedEmbeddings): void {
  const rows = openShardRows(root, shardPath)
  try {
    checkIsWritten(rows.reader, shardPath)
    corruptOnFault(shardPath, () => checkSameRows(rows, records, rounded))
  } finally {
    rows.close()
  }
}

/** Each record must already be in the shard, with the same values after rounding. */
function checkSameRows(rows: ShardRows, records: readonly WindowRecord[], rounded: RoundedEmbeddings): void {
  const offsets = new Map<string, number>()
  for (let row = 0; row < rows.rows; row++) {
    const info = rows.info(row)
    if (info !== null) offsets.set(keyText(info), row)
  }
  for (const [i, record] of records.entries()) {
    const row = offsets.get(keyText(record))
    const details = { shard_path: rows.shardPath, window_hash: hex(record.windowHash) }
    if (row === undefined)
      throw new CacheCorruptError(
        `cache shard already exists; refusing in-place append: ${rows.shardPath} has no row for record ${i}`,
        details
      )
    const float16s = rounded.float16s.subarray(rounded.offsets[i], rounded.offsets[i + 1])
    if (!sameHalves(rows.values(row), float16s))
      throw new CacheCorruptError(`cache shard contains conflicting row for key: ${rows.shardPath}, row ${row}`, {
        ...details,
        row_offset: row
      })
  }
}

/** Equal after rounding to float16. NaN equals NaN, and the two zeros are equal, as numbers are. */
function sameHalves(stored: StoredValues, float16s: Uint16Array): boolean {
  if (stored.length !== float16s.length) return false
  for (let i = 0; i < float16s.length; i++) {
    const a = stored instanceof Uint16Array ? (stored[i] ?? 0) : toFloat16(stored[i] ?? 0)
    const b = float16s[i] ?? 0
    if (a === b) continue
    const bothNaN = (a & 0x7fff) > 0x7c00 && (b & 0x7fff) > 0x7c00
    const bothZero = ((a | b) & 0x7fff) === 0
    if (!bothNaN && !bothZero) return false
  }
  return true
}

/** All rows of an existing shard, for the index. */
function indexRowsOf(root: string, shardPath: string): IndexRow[] {
  const { keys, findings } = verifyShard(root, shardPath, 'keys')
  if (keys === null) {
    const why = findings.find(blocksIndexing)
    if (why?.severity === 'unreadable') throw new SystemError(`cannot read the shard ${shardPath}: ${describeFinding(why)}`, why.details)
    throw new CacheCorruptError(`cache shard ${shardPath} could not be read: ${why === undefined ? '' : describeFinding(why)}`, {
      shard_path: shardPath,
      ...why?.details
    })
  }
  return Array.from({ length: keys.rows }, (_, row) => indexRow(keys, row, shardPath))
}
