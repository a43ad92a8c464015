/** Reads one shard for the window: its facts, its rows, one row's vector. Open shards and descriptions are cached for a while. */
import { join } from 'node:path'
import type { RowLine } from '../../../shared/contract/index.ts'
import {
  CacheError,
  corruptOnFault,
  describeShard,
  type FileStamp,
  type Finding,
  stampOf as fileStamp,
  isShardPath,
  listShard,
  NotFoundError,
  otherContigs,
  type ShardDescription,
  type ShardEntry,
  ShardLookup,
  toEmbedding,
  VectorSummary,
  type WindowRowInfo
} from '../../core/index.ts'

type ShardPlace = { readonly root: string; readonly shardPath: string }

const KEPT_DESCRIPTIONS = 64
const descriptions = new Map<string, ShardDescription>()
const lookups = new Map<string, ShardLookup>()

export type FooterEntry = ShardEntry & {
  readonly findings: readonly Finding[]
  /** Contigs that it holds although its path does not name them; null if its footer does not show them. */
  readonly otherContigs: readonly string[] | null
}

/** Listing entries of some shards: data from their footers, and findings for those without a readable footer. */
export async function readFooters({ root, shardPaths }: { root: string; shardPaths: readonly string[] }): Promise<FooterEntry[]> {
  const entries: FooterEntry[] = []
  for (const shardPath of shardPaths) {
    // For an unreadable shard, its findings give the reason.
    let others: readonly string[] | null = []
    const entry = listShard(root, shardPath, shard => {
      others = otherContigs(shard, shardPath)
    })
    entries.push({ ...entry, otherContigs: others, findings: entry.rows === null ? await findingsOf(root, shardPath) : [] })
  }
  return entries
}

/** None for a shard that no longer exists. */
async function findingsOf(root: string, shardPath: string): Promise<readonly Finding[]> {
  try {
    return (await describeShard(root, shardPath)).findings
  } catch (error) {
    if (error instanceof NotFoundError) return []
    throw error
  }
}

/** Everything about a shard; read once as long as the file is unchanged. */
export async function describe({ root, shardPath }: ShardPlace): Promise<ShardDescription> {
  const stamp = stampOf(root, shardPath)
  const key = `${root}\n${shardPath}`
  const known = descriptions.get(key)
  descriptions.delete(key)
  const current = known !== undefined && known.bytes === stamp.bytes && known.mtimeNs === stamp.mtimeNs
  const description = current ? known : await describeShard(root, shardPath)
  descriptions.set(key, description)
  for (const oldest of descriptions.keys()) {
    if (descriptions.size <= KEPT_DESCRIPTIONS) break
    descriptions.delete(oldest)
  }
  return description
}

/**
 * A shard's size and modification time.
 * @throws NotFoundError
 */
export function stampOf(root: string, shardPath: string): FileStamp {
  const stamp = isShardPath(shardPath) ? fileStamp(join(root, shardPath)) : undefined
  if (stamp === undefined) throw new NotFoundError(`there is no shard ${shardPath}`, { shard_path: shardPath })
  return stamp
}

function open(root: string, shardPath: string) {
  stampOf(root, shardPath)
  let lookup = lookups.get(root)
  if (lookup === undefined) {
    lookup = new ShardLookup(root)
    lookups.set(root, lookup)
  }
  return lookup.open(shardPath)
}

/** Closes the cached shards of a cache. */
export function closeShards({ root }: { root: string }): void {
  lookups.get(root)?.close()
  lookups.delete(root)
  for (const key of descriptions.keys()) if (key.startsWith(`${root}\n`)) descriptions.delete(key)
}

/**
 * Some rows of a shard, without their vectors. Rows with an unknown pool type or dtype are left out. If pages are damaged, the rows before
 * them are returned.
 * @throws NotFoundError, CacheCorruptError if none of the rows can be read
 */
export function readRows({ root, shardPath, offset, limit }: ShardPlace & { offset: number; limit: number }): {
  total: number
  rows: RowLine[]
} {
  const shard = open(root, shardPath)
  const rows: RowLine[] = []
  try {
    for (let row = offset; row < Math.min(offset + limit, shard.rows); row++) {
      const info = corruptOnFault(shardPath, () => shard.info(row))
      if (info !== null) rows.push(rowLine(info, shardPath, row))
    }
  } catch (error) {
    if (rows.length === 0 || !(error instanceof CacheError)) throw error
  }
  return { total: shard.rows, rows }
}

/** A row in the form that is sent to the window. */
export function rowLine(info: WindowRowInfo, shardPath: string, rowOffset: number): RowLine {
  return {
    ...info,
    shardPath,
    rowOffset,
    windowHash: Buffer.from(info.windowHash).toString('hex'),
    encoderHash: Buffer.from(info.encoderHash).toString('hex')
  }
}

/**
 * One row with its vector as float64.
 * @throws NotFoundError beyond the last row, CacheCorruptError if its page cannot be read
 */
export function readVector({ root, shardPath, rowOffset }: ShardPlace & { rowOffset: number }) {
  const shard = open(root, shardPath)
  return corruptOnFault(shardPath, () => {
    const info = shard.info(rowOffset)
    if (info === null) {
      const message = `${shardPath} has no row ${rowOffset} that can be shown; it has ${shard.rows}`
      throw new NotFoundError(message, { shard_path: shardPath, row_offset: rowOffset, rows: shard.rows })
    }
    const stored = shard.values(rowOffset)
    const summary = new VectorSummary()
    summary.add(stored)
    const statistics = summary.result()
    const values = Float64Array.from(toEmbedding(stored))
    return { row: rowLine(info, shardPath, rowOffset), values, statistics, norm: statistics.maxNorm }
  })
}
