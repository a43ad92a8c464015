/** The plan of a valid shard of layout 1: thirteen columns with pyarrow's types, and rows that GenoLeWM accepts. */
import { createHash } from 'node:crypto'
import { toFloat16 } from '../../../src/main/core/parquet/encodings/float16.ts'
import type { Rng } from '../rng.ts'
import { type ChunkPlan, type ColumnPlan, defaultChunk, type FilePlan } from './plan.ts'
import { CONVERTED, LOGICAL, leaf, listOf, listValue, type NestedValue, type SchemaNode } from './schema.ts'

/** The contents of a row. Numbers of the embedding are exact in float16. */
export type ModelRow = {
  chrom: string
  startBp: bigint
  endBp: bigint
  windowHash: Buffer
  encoderHash: Buffer
  stateLayer: number
  poolType: string
  poolRadius: number
  dtype: string
  embedding: number[]
  untargeted: boolean
  createdAt: bigint
  schemaVersion: string
}

const sha = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The path of these rows: `embeddings/…/5/centered_mean_8/chr1_*.parquet`. */
export function modelRows(rng: Rng, count: number): ModelRow[] {
  const dimensions = rng.weighted([[6, rng.between(1, 8)], [2, rng.between(9, 40)], [1, 1]]) // biome-ignore format: one line
  const few = rng.chance(0.4)
  return Array.from({ length: count }, (_, n) => ({
    chrom: '1',
    startBp: BigInt(n) * 8192n,
    endBp: BigInt(n) * 8192n + 12288n,
    windowHash: sha(`window ${n} ${rng.below(1000)}`),
    encoderHash: sha('encoder'),
    stateLayer: 5,
    poolType: 'centered_mean',
    poolRadius: 8,
    dtype: 'fp16',
    embedding: Array.from({ length: dimensions }, (_, i) => (few ? (i % 3) - 0.5 : (rng.between(-1024, 1024) + (i === 0 ? 0.5 : 0)) / 256)),
    untargeted: rng.chance(0.5),
    createdAt: 1_700_000_000_000_000_000n + BigInt(n),
    schemaVersion: '1.0.0'
  }))
}

export function halfBytes(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(toFloat16(value))
  return bytes
}

const text = (name: string): SchemaNode => leaf(name, 'BYTE_ARRAY', { converted: CONVERTED.UTF8, logical: LOGICAL.string })
const hash = (name: string): SchemaNode => leaf(name, 'FIXED_LEN_BYTE_ARRAY', { length: 32 })

type Spec = readonly [node: () => SchemaNode, value: (row: ModelRow) => NestedValue]

/** The type and the value of each column, by name and in the order of the writer. */
const SHARD_COLUMNS: ReadonlyMap<string, Spec> = new Map<string, Spec>([
  ['chrom', [() => text('chrom'), row => Buffer.from(row.chrom)]],
  ['start_bp', [() => leaf('start_bp', 'INT64'), row => row.startBp]],
  ['end_bp', [() => leaf('end_bp', 'INT64'), row => row.endBp]],
  ['window_hash', [() => hash('window_hash'), row => row.windowHash]],
  ['encoder_hash', [() => hash('encoder_hash'), row => row.encoderHash]],
  [
    'state_layer',
    [() => leaf('state_layer', 'INT32', { converted: CONVERTED.INT_8, logical: LOGICAL.integer(8, true) }), row => row.stateLayer]
  ],
  ['pool_type', [() => text('pool_type'), row => Buffer.from(row.poolType)]],
  ['pool_radius', [() => leaf('pool_radius', 'INT32'), row => row.poolRadius]],
  ['dtype', [() => text('dtype'), row => Buffer.from(row.dtype)]],
  [
    'embedding',
    [
      () => listOf('embedding', leaf('element', 'FIXED_LEN_BYTE_ARRAY', { length: 2, logical: LOGICAL.float16 })),
      row => listValue(row.embedding.map(halfBytes))
    ]
  ],
  ['untargeted', [() => leaf('untargeted', 'BOOLEAN'), row => row.untargeted]],
  ['created_at', [() => leaf('created_at', 'INT64'), row => row.createdAt]],
  ['schema_version', [() => text('schema_version'), row => Buffer.from(row.schemaVersion)]]
])

export const COLUMN_NAMES = [...SHARD_COLUMNS.keys()]

/** A plan for rows. With `groups`, it has this number of row groups of about the same size. */
export function shardPlan(rows: readonly ModelRow[], chunk: Partial<ChunkPlan> = {}, groups = 1): FilePlan {
  const columns = [...SHARD_COLUMNS.values()].map(
    ([node, value]): ColumnPlan => ({ node: node(), values: rows.map(value), chunk: defaultChunk(chunk) })
  )
  const size = Math.ceil(rows.length / groups)
  const sizes =
    rows.length === 0 ? [] : Array.from({ length: Math.ceil(rows.length / size) }, (_, g) => Math.min(size, rows.length - g * size))
  return {
    rows: rows.length,
    columns,
    groups: sizes,
    version: 2,
    createdBy: 'parquet-cpp-arrow version 26.0.1',
    keyValues: [],
    columnOrders: true,
    sortingColumns: false,
    groupDetails: true,
    magic: 'PAR1',
    gap: new Uint8Array(0),
    schemaEdits: [],
    indexEdits: [],
    footerEdits: [],
    byteEdits: []
  }
}

/** @throws TypeError if the plan has no such column */
export function columnOf(plan: FilePlan, name: string): ColumnPlan {
  const column = plan.columns.find(({ node }) => node.name === name)
  if (column === undefined) throw new TypeError(`no column ${name}`)
  return column
}
