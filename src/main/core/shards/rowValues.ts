/** Converts columns to rows, one row at a time, for the index, the listing and searches. */
import type { KeyPart } from '../../../shared/model/keySpec.ts'
import { DTYPES, type Dtype, POOL_TYPES, type PoolType, type WindowKey, type WindowRowInfo } from '../../../shared/model/record.ts'
import type { DigestColumn, IntegerColumn, KeyColumns, RowColumns, TextColumn } from '../parquet/pages/rowColumns.ts'

export function integerAt(column: IntegerColumn, row: number): bigint {
  return BigInt(column.values[row] ?? 0)
}

export function textAt(column: TextColumn, row: number): string {
  return column.texts[column.codes[row] ?? 0] ?? ''
}

export function digestAt(column: DigestColumn, row: number): Uint8Array {
  return column.bytes.subarray(row * column.width, (row + 1) * column.width)
}

export function isPoolType(text: string): text is PoolType {
  return POOL_TYPES.some(known => known === text)
}

export function isDtype(text: string): text is Dtype {
  return DTYPES.some(known => known === text)
}

/** Whether a row has a key. A part that the key lacks matches only rows without a value. */
export function rowMatches(columns: KeyColumns, row: number, key: WindowKey): boolean {
  return row < columns.rows && columns.layout.key.every(part => isSame(valueAt(columns, part, row), key[part.field] ?? null))
}

function isSame(value: unknown, other: unknown): boolean {
  if (value instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(value, other) === 0
  return value === other
}

/** A part of a row's key; null for a row without a value, where the layout allows that. */
function valueAt(columns: KeyColumns, { field, none }: KeyPart, row: number): Uint8Array | string | number | null {
  const column = columns[field]
  if (column === undefined || (none !== null && column.present?.[row] === 0)) return null
  switch (column.kind) {
    case 'digests':
      return digestAt(column, row)
    case 'texts':
      return textAt(column, row)
    case 'integers':
      return Number(column.values[row])
  }
}

/** A row's key; null if its pool type or dtype is unknown. */
export function keyAt(columns: KeyColumns, row: number): WindowKey | null {
  if (!isPoolType(textAt(columns.poolType, row)) || !isDtype(textAt(columns.dtype, row))) return null
  return Object.fromEntries(columns.layout.key.map(part => [part.field, valueAt(columns, part, row)])) as WindowKey
}

/** A row without its embedding; null if its key is unknown. */
export function rowInfoAt(columns: RowColumns, row: number): WindowRowInfo | null {
  const key = keyAt(columns, row)
  if (key === null) return null
  return {
    ...key,
    chrom: textAt(columns.chrom, row),
    startBp: integerAt(columns.startBp, row),
    endBp: integerAt(columns.endBp, row),
    untargeted: columns.untargeted.values[row] === 1,
    createdAt: integerAt(columns.createdAt, row),
    schemaVersion: textAt(columns.schemaVersion, row)
  }
}
