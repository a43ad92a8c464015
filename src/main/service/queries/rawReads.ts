/** A Parquet file of any layout for the window: values as text that fits a cell. */
import { RAW_GROUPS, type RawFileFacts, type RawRowPage } from '../../../shared/contract/index.ts'
import { rawText } from '../../../shared/text/rawText.ts'
import { readRawShard } from '../../core/index.ts'
import { stampOf } from './shardReads.ts'

type ShardPlace = { readonly root: string; readonly shardPath: string }

const CELL_CHARACTERS = 120
const VALUE_CHARACTERS = 4096

/** @throws NotFoundError, CacheCorruptError for a footer that cannot be read, SystemError, CancelledError */
export async function readRawFacts({ root, shardPath }: ShardPlace, signal: AbortSignal): Promise<RawFileFacts> {
  stampOf(root, shardPath)
  const { leaves, keyValues, rowGroups, rowCount, createdBy, unread } = await readRawShard(
    root,
    shardPath,
    { rowStart: 0, rowEnd: 0 },
    signal
  )
  return {
    leaves: [...leaves].map(leaf => ({ ...leaf, encodings: [...leaf.encodings] })),
    keyValues: keyValues.map(pair => ({ ...pair, value: pair.value?.slice(0, VALUE_CHARACTERS) ?? null })),
    rowGroups: rowGroups.slice(0, RAW_GROUPS),
    rowGroupCount: rowGroups.length,
    rowCount,
    createdBy,
    unread: unread.filter(({ column }) => column === null)
  }
}

/** @throws NotFoundError, CacheCorruptError for a footer that cannot be read, SystemError, CancelledError */
export async function readRawRows(
  { root, shardPath, offset, limit }: ShardPlace & { offset: number; limit: number },
  signal: AbortSignal
): Promise<RawRowPage> {
  stampOf(root, shardPath)
  const { columns, cells, unread, rowCount } = await readRawShard(root, shardPath, { rowStart: offset, rowEnd: offset + limit }, signal)
  const rows = cells.map(row => row.map(value => (value === null ? null : rawText(value, CELL_CHARACTERS))))
  return { total: rowCount, columns: [...columns], rows, unread: [...unread] }
}
