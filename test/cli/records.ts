/** Records like those that a user's script passes to `write`, and rows of the reference caches as keys. */
import { createHash } from 'node:crypto'
import type { ReferenceRow } from '../support/reference.ts'

export type RecordLine = Record<string, unknown>

/** The n-th of any number of valid records of contig 1, layer 5, centered_mean_8, with 4 values each. */
export function recordLine(n: number, changes: RecordLine = {}): RecordLine {
  return {
    chrom: '1',
    start_bp: n * 8192,
    end_bp: n * 8192 + 12288,
    window_hash: createHash('sha256').update(`window ${n}`).digest('hex'),
    encoder_hash: createHash('sha256').update('encoder').digest('hex'),
    state_layer: 5,
    pool_type: 'centered_mean',
    pool_radius: 8,
    dtype: 'fp16',
    embedding: [n, 0.5, -0.25, 1 / 1024],
    untargeted: n % 2 === 0,
    ...changes
  }
}

export const SHARD_PATH = 'embeddings/lab__encoder/5/centered_mean_8/chr1_7.parquet'
export const WRITE = ['write', '--encoder-id', 'lab/encoder', '--contig', '1', '--stride-block', '7']

/** The six fields of a key. */
export function keyOf(row: RecordLine | ReferenceRow) {
  const { window_hash, encoder_hash, state_layer, pool_type, pool_radius, dtype } = row
  return { window_hash, encoder_hash, state_layer, pool_type, pool_radius, dtype }
}

/** The six options of a key. */
export function keyOptions(row: RecordLine | ReferenceRow): string[] {
  return Object.entries(keyOf(row)).flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, String(value)])
}
