/** The paths of layouts 1 and 2: a folder each for encoder, layer and pool, and a file for each block of a contig. */
import type { ShardAddress } from '../../../shared/model/shard.ts'
import { EMBEDDINGS_DIR, type PathCodec } from './layout.ts'

const SHARD_PATH = /^embeddings\/([^/]+)\/(-?\d+)\/([a-z_]+)_(\d+)\/chr(.+)_(\d+)\.parquet$/s

export const BLOCK_PATHS: PathCodec = {
  shardPath,
  parse: path => {
    const [, encoder, layer, poolType, radius, contig, block] = SHARD_PATH.exec(path) ?? []
    if (encoder === undefined || poolType === undefined || contig === undefined) return null
    const address = {
      encoder,
      stateLayer: Number(layer),
      poolType,
      poolRadius: Number(radius),
      contig,
      strideBlock: Number(block)
    }
    const numbers = [address.stateLayer, address.poolRadius, address.strideBlock]
    // GenoLeWM never writes `007`, and this program counts with no number beyond 2^53.
    return numbers.every(Number.isSafeInteger) && shardPath(address) === path ? address : null
  }
}

function shardPath(a: ShardAddress): string {
  return `${EMBEDDINGS_DIR}/${a.encoder}/${a.stateLayer}/${a.poolType}_${a.poolRadius}/chr${a.contig}_${a.strideBlock}.parquet`
}
