/** Results of the query thread about one shard in the form of the contract: with data of the catalog, and numbers as bytes. */
import type { ShardFacts } from '../../../shared/contract/index.ts'
import { modifiedMs } from '../catalog/catalogEntry.ts'
import type { QueryThread } from '../queries/queryThread.ts'
import type { OpenCache } from './openCache.ts'

export async function shardFacts(cache: OpenCache, reader: QueryThread, shardPath: string, signal?: AbortSignal): Promise<ShardFacts> {
  const { mtimeNs, rowList, findings, ...description } = await reader.ask('describe', { root: cache.root, shardPath }, signal)
  const stamp = { bytes: description.bytes, mtimeNs }
  cache.takeFirstLook(shardPath, stamp, findings)
  return {
    ...description,
    modifiedMs: modifiedMs(stamp),
    findings: [...findings, ...cache.comparedFindings(shardPath)],
    verifiedAtMs: cache.line(shardPath)?.verifiedAtMs ?? null
  }
}

/** One row with its vector as little-endian float64. */
export async function vectorOf(
  cache: OpenCache,
  reader: QueryThread,
  place: { shardPath: string; rowOffset: number },
  signal?: AbortSignal
) {
  const { values, ...vector } = await reader.ask('readVector', { root: cache.root, ...place }, signal)
  return { ...vector, values: new Blob([values]) }
}

/** The shard as an image of little-endian float32 cells. */
export async function heatMapOf(
  cache: OpenCache,
  reader: QueryThread,
  wanted: { shardPath: string; width: number; height: number },
  signal?: AbortSignal
) {
  const { cells, ...picture } = await reader.ask('drawHeatMap', { root: cache.root, ...wanted }, signal)
  return { ...picture, cells: new Blob([cells]) }
}
