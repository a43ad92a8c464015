/** Rows out of columns: what the index, the listing and a look-up need of a row, one row at a time. */
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

/** Whether a row has a key. */
export function rowMatches(columns: KeyColumns, row: number, key: WindowKey): boolean {
  return (
    row < columns.rows &&
    Buffer.compare(digestAt(columns.windowHash, row), key.windowHash) === 0 &&
    Buffer.compare(digestAt(columns.encoderHash, row), key.encoderHash) === 0 &&
    Number(columns.stateLayer.values[row]) === key.stateLayer &&
    textAt(columns.poolType, row) === key.poolType &&
    Number(columns.poolRadius.values[row]) === key.poolRadius &&
    textAt(columns.dtype, row) === key.dtype
  )
}

/** A row's key; null when its pool type or dtype is none of ours. */
export function keyAt(columns: KeyColumns, row: number): WindowKey | null {
  const poolType = textAt(columns.poolType, row)
  const dtype = textAt(columns.dtype, row)
  if (!isPoolType(poolType) || !isDtype(dtype)) return null
  return {
    windowHash: digestAt(columns.windowHash, row),
    encoderHash: digestAt(columns.encoderHash, row),
    stateLayer: Number(columns.stateLayer.values[row]),
    poolType,
    poolRadius: Number(columns.poolRadius.values[row]),
    dtype
  }
}

/** A row without its embedding; null when its key is none of ours. */
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
