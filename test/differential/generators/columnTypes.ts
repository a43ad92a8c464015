/** Shards whose columns have other types than those of pyarrow, as produced by other tools and conversions. */
import { type CaseKind, type Tweak, tweaked } from '../cases.ts'
import { makeParquet } from '../maker/parquetMaker.ts'
import { defaultChunk, type FilePlan } from '../maker/plan.ts'
import { type NestedValue, REQUIRED } from '../maker/schema.ts'
import { columnOf, modelRows, shardPlan } from '../maker/shardPlan.ts'
import type { Rng } from '../rng.ts'
import { type Plain, storedAs } from './leafTypes.ts'
import { soundTweak } from './soundFiles.ts'

const FLAT = ['chrom', 'start_bp', 'end_bp', 'window_hash', 'encoder_hash', 'state_layer', 'pool_type', 'pool_radius', 'dtype', 'untargeted',
  'created_at', 'schema_version'] as const // biome-ignore format: a table

/** A value of a valid column as a plain value. */
function plainOf(name: string, value: NestedValue): Plain {
  if (typeof value === 'number') return BigInt(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return value
  if (value instanceof Uint8Array) return name.endsWith('_hash') ? Buffer.from(value) : Buffer.from(value).toString('utf8')
  throw new TypeError(`no plain value in ${name}`)
}

function typeTweak(rng: Rng): Tweak<FilePlan> {
  const name = rng.pick([...FLAT, 'start_bp', 'created_at', 'chrom', 'untargeted'])
  const stored = storedAs(rng, name)
  const dictionary = rng.chance(0.2)
  const encoding = rng.pick(['PLAIN', 'PLAIN', 'PLAIN', 'DELTA_BINARY_PACKED', 'DELTA_BYTE_ARRAY', 'BYTE_STREAM_SPLIT'] as const)
  const required = rng.chance(0.15)
  return {
    name: `${name} as ${stored.label}${dictionary ? ', a dictionary' : ''}${encoding === 'PLAIN' ? '' : `, ${encoding}`}${required ? ', required' : ''}`,
    apply: plan => {
      const column = columnOf(plan, name)
      column.values = column.values.map(value => stored.value(plainOf(name, value)))
      column.node = { ...stored.node }
      if (required && stored.label !== 'nulls of no type' && column.node.type !== null) column.node.repetition = REQUIRED
      column.chunk = defaultChunk({ dictionary, encoding, codec: column.chunk.codec, v2: column.chunk.v2 })
    }
  }
}

export const columnTypes: CaseKind = {
  name: 'types',
  weight: 14,
  draft: (rng, workshop) => {
    const rows = modelRows(rng, rng.between(1, 6))
    // Contigs that are numbers, and positions that fit any type, so that other types can hold them.
    const small = rng.chance(0.5)
    for (const row of rows) {
      if (small) Object.assign(row, { startBp: row.startBp % 7n, endBp: (row.startBp % 7n) + 90n, createdAt: 77n })
    }
    const tweaks = Array.from({ length: rng.pick([1, 1, 1, 2, 3]) }, () => typeTweak(rng))
    const after = rng.chance(0.3) ? [soundTweak(rng, workshop)] : []
    return tweaked(
      `a shard of the maker${small ? ', small numbers' : ''}`,
      () => shardPlan(rows),
      uniqueColumns(tweaks, after),
      makeParquet
    )
  }
}

/** Another type for each column. */
function uniqueColumns(tweaks: readonly Tweak<FilePlan>[], after: readonly Tweak<FilePlan>[]): Tweak<FilePlan>[] {
  const seen = new Set<string>()
  const kept = tweaks.filter(({ name }) => {
    const [column = ''] = name.split(' ')
    if (seen.has(column)) return false
    seen.add(column)
    return true
  })
  return [...kept, ...after]
}
