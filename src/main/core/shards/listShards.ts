/** The listing: every shard's address, size and date, and the numbers in its footer. Reads no page. */

import { setImmediate } from 'node:timers/promises'
import { CancelledError } from '../../../shared/model/errors.ts'
import type { LongOptions } from '../../../shared/model/report.ts'
import type { ShardAddress, ShardEntry } from '../../../shared/model/shard.ts'
import { ProgressMeter } from '../base/progress.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import { hiddenShards, walkShards } from '../cache/walkShards.ts'
import { otherName, sameContig } from '../layouts/contigNames.ts'
import { addressOf } from '../layouts/layoutOf.ts'
import type { ShardFooter } from '../parquet/footer/footer.ts'
import type { ShardReader } from '../parquet/shardReader.ts'
import { faultFinding } from './faultFinding.ts'
import { openShardAt } from './openShardAt.ts'

export type ShardFilter = {
  /** The folder's name, or the encoder id with its slashes. */
  readonly encoder?: string
  readonly layer?: number
  /** `global_mean`, or with its radius `centered_mean_64`. */
  readonly pool?: string
  readonly contig?: string
}

/**
 * Lists shards in path order. `onFinding` receives findings about shards that are not in the list because they could not be read. Shards
 * outside of layout 1 have no address, and match no filter.
 * @throws InputError, SystemError, CancelledError
 */
export async function listShards(cacheDir: string, filter: ShardFilter = {}, options: LongOptions = {}): Promise<ShardEntry[]> {
  const root = await checkCacheRoot(cacheDir)
  const walk = await walkShards(root, options.signal)
  for (const found of hiddenShards(walk)) options.onFinding?.(found)
  const chosen = choose(walk.shardPaths, filter)
  const meter = new ProgressMeter(options.onProgress, 'list', chosen.length)
  const entries: ShardEntry[] = []
  for (const [i, shardPath] of chosen.entries()) {
    if (options.signal?.aborted) throw new CancelledError()
    const entry = listShard(root, shardPath)
    entries.push(entry)
    meter.step(shardPath, entry.bytes)
    if (i % 32 === 31) await setImmediate()
  }
  return entries
}

function choose(shardPaths: readonly string[], filter: ShardFilter): readonly string[] {
  const chosen = shardPaths.filter(path => passes(addressOf(path), filter))
  const other = filter.contig === undefined ? null : otherName(filter.contig)
  if (other === null || shardPaths.some(path => passes(addressOf(path), { contig: filter.contig }))) return chosen
  return shardPaths.filter(path => passes(addressOf(path), { ...filter, contig: other }))
}

function passes(address: ShardAddress | null, filter: ShardFilter): boolean {
  const { encoder, layer, pool, contig } = filter
  if (address === null) return encoder === undefined && layer === undefined && pool === undefined && contig === undefined
  const part = (text: string): string => text.replaceAll('/', '__').replaceAll('\\', '__')
  return (
    (encoder === undefined || address.encoder === part(encoder)) &&
    (layer === undefined || address.stateLayer === layer) &&
    (pool === undefined || address.poolType === pool || `${address.poolType}_${address.poolRadius}` === pool) &&
    (contig === undefined || sameContig(address.contig, part(contig)))
  )
}

/**
 * One shard's entry. The numbers of its footer are null if it cannot be read.
 * @param root absolute
 * @param look called with the open shard
 */
export function listShard(root: string, shardPath: string, look?: (shard: ShardReader) => void): ShardEntry {
  const stamp = { bytes: 0, mtimeNs: 0n }
  const address = addressOf(shardPath)
  try {
    const shard = openShardAt(root, shardPath, file => {
      stamp.bytes = file.bytes
      stamp.mtimeNs = file.mtimeNs
      return file
    })
    try {
      look?.(shard)
    } finally {
      shard.close()
    }
    return { shardPath, address, ...stamp, rows: shard.footer.rows, dimensions: dimensionsOf(shard.footer) }
  } catch (error) {
    faultFinding(shardPath, error)
    return { shardPath, address, ...stamp, rows: null, dimensions: null }
  }
}

/** Dimensions, if values divide evenly by rows. Only a full read shows whether every row has this many. */
export function dimensionsOf(footer: ShardFooter): number | null {
  const leaf = footer.leaves.findIndex(each => each.name === 'embedding')
  const values = footer.rowGroups.reduce((sum, group) => sum + (group.chunks[leaf]?.values ?? 0), 0)
  if (footer.leaves[leaf]?.maxRepetition !== 1 || footer.rows === 0 || values % footer.rows !== 0) return null
  return values / footer.rows
}
