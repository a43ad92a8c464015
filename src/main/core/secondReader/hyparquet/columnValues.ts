/** One value of a column without lists, from either reader, in a form for comparison. */
import type { SchemaElement } from 'hyparquet'
import type { ColumnKind } from '../../layouts/layout.ts'
import type { FlatColumn } from '../../parquet/pages/rowColumns.ts'
import { bigEndian, hexOf, scaleOf } from './rawValue.ts'
import { Incomparable } from './storedColumns.ts'

/** Integers as bigint, digests in hex. Null for a row without a value. */
export type Value = null | bigint | string | boolean

/** The first reader's value for a row. */
export function ownValue(column: FlatColumn, row: number): Value {
  if (column.present?.[row] === 0) return null
  switch (column.kind) {
    case 'integers':
      return BigInt(column.values[row] ?? 0)
    case 'texts':
      return column.texts[column.codes[row] ?? 0] ?? ''
    case 'booleans':
      return column.values[row] === 1
    case 'digests':
      return hexOf(column.bytes.subarray(row * column.width, (row + 1) * column.width))
  }
}

/**
 * The meaning of a stored value in a column of this kind.
 * @throws Incomparable for a type with an unknown meaning
 */
export function secondValue(kind: Exclude<ColumnKind, 'embedding'>, declared: SchemaElement, stored: unknown): Value {
  if (stored === null || stored === undefined) return null
  const value = numberIn(declared, stored) ?? stored
  switch (kind) {
    case 'integers':
      if (typeof value === 'bigint') return value
      if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value))
      if (typeof value === 'boolean') return value ? 1n : 0n
      if (value instanceof Uint8Array && /^[+-]?\d+$/.test(textOf(value).trim())) return BigInt(textOf(value).trim().replace(/^\+/, ''))
      break
    case 'texts':
      if (typeof value === 'bigint' && !isDecimal(declared)) return String(value)
      if (value instanceof Uint8Array && isText(declared)) return textOf(value)
      break
    case 'booleans':
      // A decimal between 0 and 1 is true.
      if (isDecimal(declared)) return unscaled(declared, stored) !== 0n
      if (typeof value === 'boolean') return value
      if (typeof value === 'bigint') return value !== 0n
      if (typeof value === 'number') return value !== 0
      break
    case 'digests':
      if (value instanceof Uint8Array) return hexOf(value)
      break
  }
  throw new Incomparable(`values of ${declared.name}, ${typeText(declared)}, are not compared`)
}

/** The stored number, scaled and signed as declared. Null for anything else. */
function numberIn(declared: SchemaElement, stored: unknown): bigint | number | null {
  const { converted_type: converted, logical_type: logical } = declared
  if (isDecimal(declared)) return (unscaled(declared, stored) ?? 0n) / 10n ** BigInt(scaleOf(declared))
  if (/^(DATE|TIME)/.test(logical?.type ?? converted ?? '')) throw new Incomparable(`times in ${declared.name} are not compared`)
  if (logical?.type === 'FLOAT16') throw new Incomparable(`float16 numbers in ${declared.name} are not compared`)
  const unsigned = converted?.startsWith('UINT') === true || (logical?.type === 'INTEGER' && !logical.isSigned)
  if (declared.type === 'INT32' && typeof stored === 'number') {
    // GenoLeWM keeps the lowest bits of a number that does not fit its declared width.
    const width = logical?.type === 'INTEGER' ? logical.bitWidth : Number(/^U?INT_(\d+)$/.exec(converted ?? '')?.[1] ?? 32)
    return unsigned ? BigInt.asUintN(width, BigInt(stored)) : BigInt.asIntN(width, BigInt(stored))
  }
  if (declared.type === 'INT64' && typeof stored === 'bigint') return unsigned ? BigInt.asUintN(64, stored) : stored
  if (declared.type === 'FLOAT' && typeof stored === 'number') return new Float32Array(Int32Array.of(stored).buffer)[0] ?? 0
  if (declared.type === 'DOUBLE' && typeof stored === 'bigint') return new Float64Array(BigInt64Array.of(stored).buffer)[0] ?? 0
  return null
}

function isDecimal({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  if (type === 'FLOAT' || type === 'DOUBLE') return false
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL'
}

/** @throws Incomparable for more digits than the bytes can hold, because Arrow does not read these as decimals */
function unscaled(declared: SchemaElement, stored: unknown): bigint | null {
  const { type, type_length: width = 0, logical_type: logical } = declared
  const { precision = 0 } = logical?.type === 'DECIMAL' ? logical : declared
  const bytes = type === 'INT32' ? 4 : type === 'INT64' ? 8 : type === 'BYTE_ARRAY' ? Number.POSITIVE_INFINITY : width
  if (precision > Math.floor((8 * bytes - 1) * Math.log10(2)))
    throw new Incomparable(`${declared.name} has decimals of ${precision} digits`)
  if (stored instanceof Uint8Array) return bigEndian(stored)
  return typeof stored === 'number' || typeof stored === 'bigint' ? BigInt(stored) : null
}

/** GenoLeWM reads bytes of other types as the text of a Python literal. */
function isText({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return type === 'BYTE_ARRAY' && /^(STRING|UTF8|JSON)$/.test(logical?.type ?? converted ?? '')
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

function textOf(bytes: Uint8Array): string {
  return utf8.decode(bytes)
}

function typeText({ type, converted_type: converted, logical_type: logical }: SchemaElement): string {
  return [type, logical?.type ?? converted].filter(part => part !== undefined).join(' ')
}
