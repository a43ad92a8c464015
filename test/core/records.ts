/** Records for the cache of a test. Needs no Vitest, so that separate processes can import it. */
import { createHash } from 'node:crypto'
import type { WindowRecord } from '../../src/main/core/index.ts'

/** The n-th of any number of valid records of contig 1, layer 5, centered_mean_8. */
export function recordOf(n: number, changes: Partial<WindowRecord> = {}): WindowRecord {
  return {
    chrom: '1',
    startBp: BigInt(n) * 8192n,
    endBp: BigInt(n) * 8192n + 12288n,
    windowHash: createHash('sha256').update(`window ${n}`).digest(),
    encoderHash: createHash('sha256').update('encoder').digest(),
    stateLayer: 5,
    poolType: 'centered_mean',
    poolRadius: 8,
    dtype: 'fp16',
    embedding: [n, 0.5, -0.25, 1 / 1024],
    untargeted: n % 2 === 0,
    createdAt: 1_700_000_000_000_000_000n + BigInt(n),
    ...changes
  }
}

/** The path to which `write(root, records)` writes such records. */
export const BLOCK = { encoderId: 'lab/encoder', contig: '1', strideBlock: 0 }
export const BLOCK_PATH = 'embeddings/lab__encoder/5/centered_mean_8/chr1_0.parquet'
