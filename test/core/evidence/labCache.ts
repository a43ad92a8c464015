/** A cache of four configurations (two encoders, two layers) with the same windows of two contigs. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type WindowRecord, writeShard } from '../../../src/main/core/index.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { recordOf } from '../cacheFiles.ts'

export const ENCODERS = ['lab/alpha', 'lab/beta'] as const
export const LAYERS = [5, 12] as const
export const CONTIGS = ['1', 'X'] as const
export const BLOCKS = [0, 1] as const
/** Rows of each shard. */
export const ROWS = 4
export const SHARDS = 16

export type LabShard = {
  readonly encoder: (typeof ENCODERS)[number]
  readonly layer: (typeof LAYERS)[number]
  readonly contig: (typeof CONTIGS)[number]
  readonly block: (typeof BLOCKS)[number]
}

export function labShards(): LabShard[] {
  return ENCODERS.flatMap(encoder =>
    LAYERS.flatMap(layer => CONTIGS.flatMap(contig => BLOCKS.map(block => ({ encoder, layer, contig, block }))))
  )
}

export function pathOf({ encoder, layer, contig, block }: LabShard): string {
  return `embeddings/${encoder.replace('/', '__')}/${layer}/centered_mean_8/chr${contig}_${block}.parquet`
}

export function optionsOf({ encoder, contig, block }: LabShard) {
  return { encoderId: encoder, contig, strideBlock: block }
}

export function recordsOf({ encoder, layer, contig, block }: LabShard): WindowRecord[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const n = block * ROWS + row
    return recordOf(n, {
      chrom: contig,
      windowHash: createHash('sha256').update(`${contig} ${n}`).digest(),
      encoderHash: createHash('sha256').update(encoder).digest(),
      stateLayer: layer,
      embedding: [n, layer, encoder.length, contig.length]
    })
  })
}

/** Writes the cache, completely or only some of its shards. */
export async function labCache(shards: readonly LabShard[] = labShards()): Promise<string> {
  const root = join(temporaryFolder(), 'cache')
  for (const shard of shards) await writeShard(root, { ...optionsOf(shard), records: recordsOf(shard) })
  return root
}

export const LAB_SHARD: LabShard = { encoder: 'lab/alpha', layer: 5, contig: 'X', block: 1 }
