/** In how many configurations of a cache a block of a contig is present. Only paths are compared, no shard is read. */
import type { ShardAddress } from '../../../shared/model/shard.ts'
import { contigKey } from './contigNames.ts'
import { addressOf } from './layoutOf.ts'

/** Encoder, layer and pool are a configuration here, as a path does not name the dtype. */
export type BlockPresence = {
  /** As in the path of the shard, without its `chr`. */
  readonly contig: string
  readonly strideBlock: number
  /** Configurations that have shards, or should have some. */
  readonly configurations: number
  /** Those of them that have a shard of the same contig and block. */
  readonly presentIn: number
}

/**
 * @param present shards that are there
 * @param absent shards that are missing: their configurations count as well
 * @returns for each of `absent`; nothing for a path that no layout would give
 */
export function blockPresence(present: Iterable<string>, absent: readonly string[]): ReadonlyMap<string, BlockPresence> {
  const found = new Map<string, BlockPresence>()
  const contigs = new Map<string, string>()
  const blockOf = ({ contig, strideBlock }: ShardAddress): string => {
    const key = contigs.get(contig) ?? contigKey(contig)
    contigs.set(contig, key)
    return `${strideBlock} ${key}`
  }
  const missing = absent.flatMap(shardPath => {
    const address = addressOf(shardPath)
    return address === null ? [] : [{ shardPath, address, block: blockOf(address) }]
  })
  if (missing.length === 0) return found
  const configurations = new Set(missing.map(({ address }) => configurationOf(address)))
  const holders = new Map(missing.map(({ block }) => [block, new Set<string>()]))
  for (const shardPath of present) {
    const address = addressOf(shardPath)
    if (address === null) continue
    const configuration = configurationOf(address)
    configurations.add(configuration)
    holders.get(blockOf(address))?.add(configuration)
  }
  for (const { shardPath, address, block } of missing) {
    const { contig, strideBlock } = address
    found.set(shardPath, { contig, strideBlock, configurations: configurations.size, presentIn: holders.get(block)?.size ?? 0 })
  }
  return found
}

function configurationOf({ encoder, stateLayer, poolType, poolRadius }: ShardAddress): string {
  return `${encoder}/${stateLayer}/${poolType}_${poolRadius}`
}
