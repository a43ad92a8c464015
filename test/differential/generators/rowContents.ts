/** Unusual or invalid rows: nulls, invalid texts, numbers at the limits of their range, invalid spans. */
import { type CaseKind, type Tweak, tweaked } from '../cases.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import type { FilePlan } from '../maker/plan.ts'
import { listValue, type NestedValue } from '../maker/schema.ts'
import { COLUMN_NAMES, columnOf, modelRows, shardPlan } from '../maker/shardPlan.ts'
import type { Rng } from '../rng.ts'
import { soundTweak } from './soundFiles.ts'

const text = (value: string): NestedValue => Buffer.from(value)
const LONGS = [0n, -1n, 1n, 2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n)]
const TEXTS = [
  '',
  '1',
  'None',
  'Ω ẞ/染色体',
  '\u0000',
  'a\u0000b',
  ' 1',
  '\ud83e\uddec',
  'x'.repeat(5000),
  'NaN',
  '\ufeff1',
  '1\n',
  '\u2028'
]
const bits = (...values: number[]): NestedValue => listValue(values.map(value => Uint8Array.of(value & 255, value >> 8)))

/** Values for a column, by its name. */
const VALUES: Readonly<Record<string, readonly NestedValue[]>> = {
  chrom: [null, ...TEXTS.map(text), Buffer.from([0xff]), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from([0xc0, 0x80]), Buffer.from([0xf4, 0x90, 0x80, 0x80])],
  start_bp: [null, ...LONGS],
  end_bp: [null, ...LONGS],
  window_hash: [null, Buffer.alloc(32), Buffer.alloc(32, 255)],
  encoder_hash: [null, Buffer.alloc(32), Buffer.alloc(32, 255)],
  state_layer: [null, 0, -1, -128, 127, 128, 255, -129, 100_000, -2_147_483_648],
  pool_type: [null, ...['centered_mean', 'global_mean', 'attention', 'Attention', '', 'centered_mean ', 'None', 'max'].map(text), Buffer.from([0xff])],
  pool_radius: [null, 0, -1, 2_147_483_647, -2_147_483_648],
  dtype: [null, ...['bf16', 'fp16', 'fp32', 'fp64', '', 'FP16', 'float16', 'None'].map(text)],
  embedding: [
    null, listValue([]), listValue([null]), bits(0x3c00, 0x7c00), bits(0x7e00), bits(0xfc00, 1), bits(0x8000), bits(0, 0, 0), bits(0x7c01), bits(0xffff, 0x0001),
    listValue([Uint8Array.of(0, 60), null])
  ],
  untargeted: [null, true, false],
  created_at: [null, ...LONGS],
  schema_version: [null, ...['1.0.0', '2.0.0', '3.0.0', '', '1.0', '1.0.1', 'None', '1.0.0 '].map(text)]
} // biome-ignore format: a table

function rowTweak(rng: Rng): Tweak<FilePlan> {
  const name = rng.pick(COLUMN_NAMES)
  const values = VALUES[name] ?? [null]
  const at = rng.below(values.length)
  const every = rng.chance(0.3)
  const row = rng.below(9)
  const value = values[at] ?? null
  const said =
    value instanceof Uint8Array
      ? JSON.stringify(Buffer.from(value).toString('latin1').slice(0, 20))
      : Array.isArray(value)
        ? `form ${at}`
        : String(value)
  return {
    name: `${name} ${said} in ${every ? 'every row' : `row ${row}`}`,
    apply: plan => {
      const column = columnOf(plan, name)
      column.values = column.values.map((old, i) => (every || i === row % plan.rows ? value : old))
    }
  }
}

export const rowContents: CaseKind = {
  name: 'rows',
  weight: 8,
  draft: (rng, workshop) => {
    const rows = modelRows(rng, rng.between(1, 8))
    const tweaks = Array.from({ length: rng.pick([1, 1, 2, 3]) }, () => rowTweak(rng))
    const after = Array.from({ length: rng.below(3) }, () => soundTweak(rng, workshop))
    return tweaked('a shard of the maker', () => shardPlan(rows), [...tweaks, ...after], makeParquet)
  }
}
