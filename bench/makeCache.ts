/** The measured caches: the same rows on every machine, with seeded normal values, written by the core. */
import { createHash } from 'node:crypto'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { type WindowKey, type WindowRecord, writeShard } from '../src/main/core/index.ts'

export const ENCODER_ID = 'bench/normal'
export const CONTIG = 'bench'

/** Number of rows and values of every shard. */
export type Shape = { readonly shards: number; readonly rows: number; readonly values: number }
/** A cache and its exact copy, for Python operations that change it. */
export type MadeCache = Shape & { readonly dir: string; readonly peerDir: string }

const WINDOW_BP = 12_288
const STRIDE_BP = 8_192
/** 2026-01-01 UTC, in ns. */
const CREATED_AT = 1_767_225_600_000_000_000n

/** The rows of one shard. */
export function makeRecords(block: number, { rows, values }: Omit<Shape, 'shards'>): (WindowRecord & { readonly createdAt: bigint })[] {
  const normal = normalNumbers(block + 1)
  return Array.from({ length: rows }, (_, row) => {
    const start = BigInt((block * rows + row) * STRIDE_BP)
    return {
      ...keyOf(block, row),
      chrom: CONTIG,
      startBp: start,
      endBp: start + BigInt(WINDOW_BP),
      embedding: Float32Array.from({ length: values }, normal),
      untargeted: false,
      createdAt: CREATED_AT
    }
  })
}

/** The key of a row. */
export function keyOf(block: number, row: number): WindowKey {
  return {
    windowHash: digest(`window ${block} ${row}`),
    encoderHash: digest(ENCODER_ID),
    stateLayer: 12,
    poolType: 'centered_mean',
    poolRadius: 128,
    dtype: 'bf16'
  }
}

/** Writes a cache of a shape below `folder`, and copies it. */
export async function makeCache(folder: string, name: string, shape: Shape): Promise<MadeCache> {
  const dir = join(folder, name)
  const peerDir = join(folder, `${name}-peer`)
  for (let block = 0; block < shape.shards; block++) {
    await writeShard(dir, { encoderId: ENCODER_ID, contig: CONTIG, strideBlock: block, records: makeRecords(block, shape) })
  }
  cpSync(dir, peerDir, { recursive: true })
  return { ...shape, dir, peerDir }
}

/** Keys of `count` rows, spread over all shards and over the rows of each, in random order. */
export function spreadKeys({ shards, rows }: Shape, count: number): WindowKey[] {
  return Array.from({ length: count }, (_, i) => keyOf((i * 29) % shards, (i * 389 + Math.floor(i / shards)) % rows))
}

function digest(text: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(text).digest())
}

/** Normally distributed numbers (mean 0, deviation 1): Marsaglia's polar method on mulberry32. */
function normalNumbers(seed: number): () => number {
  let state = seed
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return () => {
    for (;;) {
      const x = 2 * uniform() - 1
      const y = 2 * uniform() - 1
      const square = x * x + y * y
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square)
    }
  }
}
