/** Shards with rows that are difficult to exchange. Each case has a name, its rows, and the expected findings of a verification. */
import { createHash } from 'node:crypto'
import type { FindingKind, WindowRecord } from '../../src/main/core/index.ts'

export type ShardCase = {
  readonly name: string
  readonly encoderId: string
  readonly contig: string
  readonly strideBlock: number
  readonly records: readonly WindowRecord[]
  /** Kinds of findings that the rows cause, independent of the writer. */
  readonly findings: readonly FindingKind[]
}

export const digest = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest())

/** The n-th window of a contig: layer 5, centered_mean_8, 4 values that float16 represents exactly. */
export function windowRecord(contig: string, n: number, changes: Partial<WindowRecord> = {}): WindowRecord {
  return {
    chrom: contig,
    startBp: BigInt(n) * 8192n,
    endBp: BigInt(n) * 8192n + 12288n,
    windowHash: digest(`${contig} ${n}`),
    encoderHash: digest('encoder'),
    stateLayer: 5,
    poolType: 'centered_mean',
    poolRadius: 8,
    dtype: 'fp16',
    embedding: [n, 0.5, -0.25, 1 / 1024],
    untargeted: n % 2 === 0,
    createdAt: 1_767_225_600_000_000_001n + BigInt(n),
    ...changes
  }
}

export const windowRecords = (contig: string, count: number, changes: (n: number) => Partial<WindowRecord> = () => ({})): WindowRecord[] =>
  Array.from({ length: count }, (_, n) => windowRecord(contig, n, changes(n)))

const shardCase = (name: string, contig: string, records: readonly WindowRecord[], findings: readonly FindingKind[] = []): ShardCase => ({
  name,
  encoderId: 'lab/encoder',
  contig,
  strideBlock: 3,
  records,
  findings
})

/** Numbers in [0, 1) that are the same in every run. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const SUBNORMALS = [2 ** -24, 3 * 2 ** -24, 1023 * 2 ** -24, -(2 ** -24), 2 ** -14, 2 ** -25, 2 ** -25 + 2 ** -60, -(2 ** -25), 5e-324]
const TIES = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2049, 2051, -2049, 1 + 2 ** -11 + 2 ** -52, 1 + 3 * 2 ** -11 - 2 ** -51]
const OVERFLOWS = [65504, 65519.999, 65520, 65536, -65520, 1e6, -1e300, Number.MAX_VALUE]
const DECIMALS = [0.1, -0.1, 1 / 3, Math.PI, -Math.E, 1e-5, 123.456]
const NON_FINITE = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]

const ragged = [1, 7, 2, 1000, 1, 3, 64, 65, 4, 1]

export function manyValues(rows: number, width: number, draw: (random: () => number) => number): WindowRecord[] {
  const random = randomNumbers(rows * 31 + width)
  return windowRecords('1', rows, () => ({ embedding: Float64Array.from({ length: width }, () => draw(random)) }))
}

/** Draws values like those of an encoder: mostly small, with both signs. */
export const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** New records at every call. */
export function shardCases(): ShardCase[] {
  return [
    shardCase('one row of one value', '1', [windowRecord('1', 0, { embedding: [0.5] })]),
    shardCase('values between two float16 numbers, and zeros', '1', [
      windowRecord('1', 0, { embedding: DECIMALS }),
      windowRecord('1', 1, { embedding: TIES }),
      windowRecord('1', 2, { embedding: [0, -0, 0, -0, 0, 0, 1] })
    ]),
    shardCase('subnormals', '1', [windowRecord('1', 0, { embedding: SUBNORMALS })]),
    shardCase('overflow', '1', [windowRecord('1', 0, { embedding: OVERFLOWS })], ['non_finite']),
    shardCase('not a number, infinities', '1', [windowRecord('1', 0, { embedding: NON_FINITE })], ['non_finite']),
    shardCase('only NaN', '1', [windowRecord('1', 0, { embedding: [Number.NaN, Number.NaN] })], ['non_finite']),
    shardCase('only −0', '1', [windowRecord('1', 0, { embedding: [-0, -0, -0] })], ['constant_vector']),
    shardCase(
      'rows of different lengths',
      'ragged',
      windowRecords('ragged', ragged.length, n => ({ embedding: Float64Array.from({ length: ragged[n] ?? 1 }, (_, i) => n + i / 4) })),
      ['ragged_dimensions']
    ),
    shardCase('a contig with a long name', 'Ω ẞ/染色体\\𝟙*01:01.v2 ', windowRecords('Ω ẞ/染色体\\𝟙*01:01.v2 ', 3)),
    shardCase(
      'numbers above 2^53',
      '1',
      [
        { createdAt: 2n ** 53n + 1n, startBp: -(2n ** 62n), endBp: 2n ** 53n + 1n },
        { createdAt: 2n ** 63n - 1n, startBp: 2n ** 62n, endBp: 2n ** 63n - 1n },
        { createdAt: -(2n ** 63n), startBp: -(2n ** 63n), endBp: 0n }
      ].map((changes, n) => windowRecord('1', n, changes))
    ),
    shardCase(
      'the limits of a layer and of a radius, every dtype',
      'X',
      windowRecords('X', 3, n => ({
        stateLayer: -128,
        poolRadius: 2 ** 31 - 1,
        poolType: 'attention',
        dtype: (['bf16', 'fp16', 'fp32'] as const)[n] ?? 'fp16'
      }))
    ),
    shardCase(
      'several encoders in one shard, one window',
      'X',
      windowRecords('X', 40, n => ({ stateLayer: 127, windowHash: digest('the window'), encoderHash: digest(`encoder ${n}`) }))
    ),
    shardCase('10,000 rows of 5 values', '1', manyValues(10_000, 5, normal)),
    shardCase('1,024 rows of 1,024 values', '1', manyValues(1024, 1024, normal)),
    shardCase(
      '1,024 rows of 256 values, most of them equal',
      '1',
      manyValues(1024, 256, random => Math.floor(random() * 9) / 8)
    ),
    shardCase('the longest rows', '1', manyValues(10, 65_536, normal))
  ]
}

/** The ten or so cases that are small enough for a reader that reads the whole shard for each row. */
export const isSmall = ({ records }: ShardCase): boolean =>
  records.length < 100 && records.every(({ embedding }) => embedding.length < 2000)
