/** All vectors of a shard in row order, page by page, as far as its pages can be read. Rows before damage are included. */

import type { Finding } from '../../../shared/model/finding.ts'
import type { Embedding } from '../../../shared/model/record.ts'
import { faultFinding } from './faultFinding.ts'
import { openShardAt } from './openShardAt.ts'
import { toEmbedding } from './shardRows.ts'

/** Consecutive rows: row `firstRow + i` of the shard has the values `offsets[i]` to `offsets[i + 1]`. */
export type VectorBatch = {
  readonly firstRow: number
  readonly rows: number
  readonly offsets: Uint32Array
  readonly values: Embedding
}

/**
 * Reads the vectors of a shard.
 * @param root absolute
 * @returns the reason why it stopped early. Null if it has read everything
 */
export function* readVectors(root: string, shardPath: string): Generator<VectorBatch, Finding | null> {
  try {
    const shard = openShardAt(root, shardPath)
    try {
      shard.settleRows()
      for (const group of shard.footer.rowGroups) {
        for (const { firstRow, rows, offsets, values } of shard.embeddings(group)) {
          const start = offsets[0] ?? 0
          const shifted = offsets.map(offset => offset - start)
          yield { firstRow: group.firstRow + firstRow, rows, offsets: shifted, values: toEmbedding(values.subarray(start, offsets[rows])) }
          // The consumer may process a batch slowly.
          shard.allow()
        }
      }
    } finally {
      shard.close()
    }
    return null
  } catch (error) {
    return faultFinding(shardPath, error)
  }
}
