/** Damage by faulty writers: valid Parquet files with contents that no GenoLeWM cache may have. */
import type { FindingKind, WindowRecord } from '../../shared/model/index.ts'
import {
  ARROW_SCHEMA,
  booleanColumn,
  CACHE_SCHEMA_VERSION,
  type ColumnInput,
  CREATED_BY,
  digestColumn,
  encodeParquet,
  intColumn,
  longColumn,
  textColumn,
  toFloat16
} from '../core/index.ts'

/** A row that need not be valid. */
export type LooseRow = Omit<WindowRecord, 'chrom' | 'embedding' | 'poolType' | 'dtype'> & {
  readonly chrom: string | null
  readonly poolType: string
  readonly dtype: string
  readonly embedding: readonly (number | null)[] | null
}

/** One kind of damage to rows or columns. */
export type RowDamage = {
  /** A description of the damage. */
  readonly wrong: string
  /** Its kind of finding; for a pair, it names both shards. */
  readonly finding: FindingKind
  /** The damage whose windows, and so keys, this one shares. */
  readonly windowsOf?: string
  readonly rows?: (rows: readonly LooseRow[]) => readonly LooseRow[]
  readonly columns?: (columns: readonly ColumnInput[], rows: readonly LooseRow[]) => readonly ColumnInput[]
}

export const ROW_DAMAGES: Readonly<Record<string, RowDamage>> = {
  'missing-column': {
    wrong: 'no window_hash column',
    finding: 'missing_column',
    columns: columns => columns.filter(({ name }) => name !== 'window_hash')
  },
  'wrong-type': {
    wrong: 'start_bp holds text',
    finding: 'wrong_type',
    columns: (columns, rows) =>
      replace(
        columns,
        textColumn(
          'start_bp',
          rows.map(({ startBp }) => `pos${startBp}`)
        )
      )
  },
  'short-hash': {
    wrong: 'window_hash is 31 bytes',
    finding: 'invalid_row',
    columns: (columns, rows) =>
      replace(
        columns,
        digestColumn(
          'window_hash',
          rows.map(({ windowHash }) => windowHash.subarray(0, 31)),
          'PLAIN'
        )
      )
  },
  'null-embedding': { wrong: 'row 3 has a null embedding', finding: 'invalid_row', rows: row3({ embedding: null }) },
  'null-element': {
    wrong: 'row 3 has a null inside its embedding',
    finding: 'invalid_row',
    rows: rows => rows.map((row, at) => (at === 3 ? { ...row, embedding: row.embedding?.with(1, null) ?? null } : row))
  },
  'empty-embedding': { wrong: 'row 3 has an empty embedding', finding: 'invalid_row', rows: row3({ embedding: [] }) },
  'null-chrom': { wrong: 'row 3 has a null chrom', finding: 'invalid_row', rows: row3({ chrom: null }) },
  'reversed-window': { wrong: 'row 3 ends before it starts', finding: 'invalid_row', rows: row3({ endBp: 1n }) },
  'future-version': { wrong: 'row 3 says schema_version 9.9.9', finding: 'unsupported_version', rows: row3({ schemaVersion: '9.9.9' }) },
  'unknown-pool': { wrong: 'row 3 has pool_type max_pool', finding: 'invalid_row', rows: row3({ poolType: 'max_pool' }) },
  'unknown-dtype': { wrong: 'row 3 has dtype int4', finding: 'invalid_row', rows: row3({ dtype: 'int4' }) },
  'no-rows': { wrong: 'a valid file with no rows', finding: 'no_rows', rows: () => [] },
  'wrong-contig': {
    wrong: 'the rows are of contig 22, the file name says wrong-contig',
    finding: 'path_mismatch',
    rows: rows => rows.map(row => ({ ...row, chrom: '22' }))
  },
  'wrong-layer': { wrong: 'row 3 is of layer 6 in a folder of layer 3', finding: 'path_mismatch', rows: row3({ stateLayer: 6 }) },
  'duplicate-inside': {
    wrong: 'rows 3 and 4 have the same key and values',
    finding: 'duplicate_key',
    rows: rows => rows.map((row, at) => (at === 4 ? (rows[3] ?? row) : row))
  },
  'duplicate-a': { wrong: 'the same keys and values as duplicate-b', finding: 'duplicate_key' },
  'duplicate-b': { wrong: 'the same keys and values as duplicate-a', finding: 'duplicate_key', windowsOf: 'duplicate-a' },
  'conflict-a': { wrong: 'the same keys as conflict-b, other values', finding: 'conflicting_key' },
  'conflict-b': {
    wrong: 'the same keys as conflict-a, other values',
    finding: 'conflicting_key',
    windowsOf: 'conflict-a',
    rows: rows => rows.map(row => ({ ...row, embedding: row.embedding?.map(value => (value ?? 0) + 1) ?? null }))
  }
}

function row3(change: Partial<LooseRow>): (rows: readonly LooseRow[]) => LooseRow[] {
  return rows => rows.map((row, at) => (at === 3 ? { ...row, ...change } : row))
}

function replace(columns: readonly ColumnInput[], column: ColumnInput): ColumnInput[] {
  return columns.map(each => (each.name === column.name ? column : each))
}

/**
 * A shard of rows as a writer like pyarrow would write it, valid or not.
 *
 * @param checksums whether pages have a CRC; GenoLeWM's own writer omits it
 * @param change other columns than the layout's; the file is then without the Arrow schema, which would contradict them
 */
export function encodeRows(rows: readonly LooseRow[], checksums: boolean, change?: RowDamage['columns']): Buffer {
  const columns: ColumnInput[] = [
    nullableTexts(
      'chrom',
      rows.map(row => row.chrom)
    ),
    longColumn(
      'start_bp',
      rows.map(row => row.startBp)
    ),
    longColumn(
      'end_bp',
      rows.map(row => row.endBp)
    ),
    digestColumn(
      'window_hash',
      rows.map(row => row.windowHash),
      'PLAIN'
    ),
    digestColumn(
      'encoder_hash',
      rows.map(row => row.encoderHash),
      'RLE_DICTIONARY'
    ),
    intColumn(
      'state_layer',
      rows.map(row => row.stateLayer),
      'INT8'
    ),
    textColumn(
      'pool_type',
      rows.map(row => row.poolType)
    ),
    intColumn(
      'pool_radius',
      rows.map(row => row.poolRadius),
      null
    ),
    textColumn(
      'dtype',
      rows.map(row => row.dtype)
    ),
    nullableEmbeddings(rows.map(row => row.embedding)),
    booleanColumn(
      'untargeted',
      rows.map(row => row.untargeted)
    ),
    longColumn(
      'created_at',
      rows.map(row => row.createdAt ?? 0n)
    ),
    textColumn(
      'schema_version',
      rows.map(row => row.schemaVersion ?? CACHE_SCHEMA_VERSION)
    )
  ]
  return Buffer.concat(
    encodeParquet({
      rows: rows.length,
      columns: change?.(columns, rows) ?? columns,
      keyValues: change ? [] : [{ key: 'ARROW:schema', value: ARROW_SCHEMA }],
      createdBy: CREATED_BY,
      checksums
    })
  )
}

function nullableTexts(name: string, values: readonly (string | null)[]): ColumnInput {
  const column = textColumn(
    name,
    values.filter(value => value !== null)
  )
  return { ...column, present: Uint8Array.from(values, value => (value === null ? 0 : 1)) }
}

/** Definition levels of `list<float16>`: 0 null list, 1 empty list, 2 a null in a list, 3 a value. */
function nullableEmbeddings(embeddings: readonly (readonly (number | null)[] | null)[]): ColumnInput {
  const slots = embeddings.flatMap(embedding => {
    if (embedding === null) return [{ repetition: 0, definition: 0, value: null }]
    if (embedding.length === 0) return [{ repetition: 0, definition: 1, value: null }]
    return embedding.map((value, at) => ({ repetition: at === 0 ? 0 : 1, definition: value === null ? 2 : 3, value }))
  })
  const float16Bits = Uint16Array.from(slots.flatMap(({ value }) => (value === null ? [] : [toFloat16(value)])))
  return {
    name: 'embedding',
    physicalType: 'FIXED_LEN_BYTE_ARRAY',
    width: 2,
    logicalType: 'FLOAT16',
    encoding: 'PLAIN',
    values: { kind: 'fixed', bytes: new Uint8Array(float16Bits.buffer) },
    lists: {
      repetition: Uint8Array.from(slots, ({ repetition }) => repetition),
      definition: Uint8Array.from(slots, ({ definition }) => definition)
    }
  }
}
