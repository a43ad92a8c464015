/** One shard in full: its footer, the range of its rows, and statistics of its vectors. Damaged parts are null and have findings. */

import { CacheError, NotFoundError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import type { WindowRowInfo } from '../../../shared/model/record.ts'
import type { ColumnFacts, ShardAddress, VectorStatistics } from '../../../shared/model/shard.ts'
import { hex } from '../base/hex.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import { hadEntries } from '../index/keptEntries.ts'
import { verifyShard } from '../inspect/inspectShard.ts'
import { addressOf } from '../layouts/layoutOf.ts'
import { isShardPath } from '../layouts/paths.ts'
import { judgeEmptyFile } from '../parquet/file/placeholders.ts'
import { columnFacts } from '../parquet/footer/columnFacts.ts'
import type { ShardFooter } from '../parquet/footer/footer.ts'
import { rowValues } from '../parquet/pages/embeddingBatch.ts'
import type { RowColumns } from '../parquet/pages/rowColumns.ts'
import type { ShardReader } from '../parquet/shardReader.ts'
import { faultFinding } from '../shards/faultFinding.ts'
import { dimensionsOf } from '../shards/listShards.ts'
import { openShardAt } from '../shards/openShardAt.ts'
import { digestAt, rowInfoAt } from '../shards/rowValues.ts'
import { VectorSummary } from '../shards/vectorStatistics.ts'

/** The range of a shard's rows. */
export type ShardRange = {
  readonly chrom: readonly string[]
  /** 0-based, in bp. */
  readonly minStartBp: bigint | null
  readonly maxEndBp: bigint | null
  readonly minCreatedAt: bigint | null
  readonly maxCreatedAt: bigint | null
  readonly encoderHashes: readonly string[]
}

export type ListedRow = WindowRowInfo & { readonly rowOffset: number; readonly dimensions: number }

export type ShardDescription = {
  readonly shardPath: string
  readonly address: ShardAddress | null
  readonly bytes: number
  readonly mtimeNs: bigint
  /** Null if the footer, and so everything that follows from it, cannot be read. */
  readonly rows: number | null
  readonly dimensions: number | null
  readonly rowGroups: number | null
  readonly createdBy: string | null
  readonly formatVersion: number | null
  readonly footerBytes: number | null
  readonly keyValueMetadata: readonly { readonly key: string; readonly bytes: number }[]
  readonly columns: readonly ColumnFacts[]
  readonly range: ShardRange | null
  /** Embeddings that can be read, up to the first unreadable one. */
  readonly readableEmbeddings: number
  readonly statistics: VectorStatistics | null
  readonly findings: readonly Finding[]
  readonly rowList: readonly ListedRow[] | null
}

/**
 * Describes a shard; reads all of it.
 * @param options.rows also lists the rows, without their embeddings
 * @throws NotFoundError, InputError; problems of the shard are in `findings`
 */
export async function describeShard(
  cacheDir: string,
  shardPath: string,
  options: { readonly rows?: boolean } = {}
): Promise<ShardDescription> {
  const root = await checkCacheRoot(cacheDir)
  if (!isShardPath(shardPath)) throw new NotFoundError(`${shardPath} is not the path of a shard`, { shard_path: shardPath })
  const { bytes, mtimeNs, findings } = judgeEmptyFile(verifyShard(root, shardPath, 'full'), () => isIndexed(root, shardPath))
  if (findings.some(found => found.details.error === 'ENOENT'))
    throw new NotFoundError(`there is no shard ${shardPath}`, { shard_path: shardPath })
  const identity = { shardPath, address: addressOf(shardPath), bytes, mtimeNs, findings }
  let shard: ShardReader
  try {
    shard = openShardAt(root, shardPath)
  } catch (error) {
    faultFinding(shardPath, error)
    return { ...identity, ...NO_FOOTER }
  }
  try {
    shard.settleRows()
    return { ...identity, ...footerFacts(shard.footer), ...contents(shard, shardPath, options.rows === true) }
  } finally {
    shard.close()
  }
}

/** The caller reports why an index cannot be used. */
function isIndexed(root: string, shardPath: string): boolean {
  try {
    return hadEntries(root, shardPath)
  } catch (error) {
    if (error instanceof CacheError) return false
    throw error
  }
}

const NO_FOOTER = {
  rows: null,
  dimensions: null,
  rowGroups: null,
  createdBy: null,
  formatVersion: null,
  footerBytes: null,
  keyValueMetadata: [],
  columns: [],
  range: null,
  readableEmbeddings: 0,
  statistics: null,
  rowList: null
}

function footerFacts(footer: ShardFooter) {
  return {
    rows: footer.rows,
    dimensions: dimensionsOf(footer),
    rowGroups: footer.rowGroups.length,
    createdBy: footer.createdBy,
    formatVersion: footer.version,
    footerBytes: footer.footerBytes,
    keyValueMetadata: footer.keyValues.map(({ key, value }) => ({ key, bytes: value?.length ?? 0 })),
    columns: columnFacts(footer)
  }
}

/** Data from the pages; each part is null if its pages cannot be read. */
function contents(shard: ShardReader, shardPath: string, withRows: boolean) {
  const groups = attempt(shardPath, () => shard.footer.rowGroups.map(group => shard.columns(group)))
  const lengths: number[] = []
  const statistics = attempt(shardPath, () => {
    const summary = new VectorSummary()
    for (const group of shard.footer.rowGroups) {
      for (const batch of shard.embeddings(group)) {
        for (let i = 0; i < batch.rows; i++) {
          const values = rowValues(batch, i)
          lengths.push(values.length)
          summary.add(values)
        }
      }
    }
    return summary.result()
  })
  return {
    range: groups === null ? null : rangeOf(groups),
    readableEmbeddings: lengths.length,
    statistics,
    rowList: withRows && groups !== null ? rowsOf(groups, lengths) : null
  }
}

function attempt<T>(shardPath: string, read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    // The same fault is already among the findings. Only a bug is rethrown.
    faultFinding(shardPath, error)
    return null
  }
}

function rangeOf(groups: readonly RowColumns[]): ShardRange {
  const smallest = (pick: (group: RowColumns) => Int32Array | BigInt64Array): bigint | null => reduce(groups.map(pick), (a, b) => a < b)
  const largest = (pick: (group: RowColumns) => Int32Array | BigInt64Array): bigint | null => reduce(groups.map(pick), (a, b) => a > b)
  const encoders = new Set(groups.flatMap(group => Array.from({ length: group.rows }, (_, row) => hex(digestAt(group.encoderHash, row)))))
  return {
    chrom: [...new Set(groups.flatMap(group => group.chrom.texts))],
    minStartBp: smallest(group => group.startBp.values),
    maxEndBp: largest(group => group.endBp.values),
    minCreatedAt: smallest(group => group.createdAt.values),
    maxCreatedAt: largest(group => group.createdAt.values),
    encoderHashes: [...encoders]
  }
}

function reduce(columns: readonly (Int32Array | BigInt64Array)[], better: (a: bigint, b: bigint) => boolean): bigint | null {
  let best: bigint | null = null
  for (const column of columns) {
    for (const value of column) {
      const big = BigInt(value)
      if (best === null || better(big, best)) best = big
    }
  }
  return best
}

function rowsOf(groups: readonly RowColumns[], lengths: readonly number[]): ListedRow[] {
  const list: ListedRow[] = []
  let rowOffset = 0
  for (const group of groups) {
    for (let row = 0; row < group.rows; row++, rowOffset++) {
      const info = rowInfoAt(group, row)
      if (info !== null) list.push({ ...info, rowOffset, dimensions: lengths[rowOffset] ?? 0 })
    }
  }
  return list
}
