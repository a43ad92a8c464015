/**
 * Column statistics in the order that Parquet defines for each type: integers by value, texts and digests byte by byte, floats
 * without NaN and with signed zeros widened. Source: parquet.thrift, ColumnOrder.
 */
import type { ColumnInput, ColumnValues } from './columnInput.ts'

export type Statistics = { readonly min: Uint8Array | null; readonly max: Uint8Array | null; readonly nulls: number }

/** Smallest and largest value, as PLAIN bytes, and how many slots hold none. */
export function statisticsOf(column: ColumnInput, values: ColumnValues, nulls: number): Statistics {
  return { ...range(column, values), nulls }
}

type Range = { readonly min: Uint8Array | null; readonly max: Uint8Array | null }

const NONE: Range = { min: null, max: null }

function range(column: ColumnInput, values: ColumnValues): Range {
  if (values.kind === 'booleans') {
    if (values.values.length === 0) return NONE
    return { min: Uint8Array.of(values.values.includes(0) ? 0 : 1), max: Uint8Array.of(values.values.includes(1) ? 1 : 0) }
  }
  if (values.kind === 'binary') return byteRange(values.values)
  const { width } = column
  const count = values.bytes.length / width
  if (column.logicalType === 'FLOAT16') return halfRange(values.bytes)
  if (column.physicalType === 'FIXED_LEN_BYTE_ARRAY') {
    return byteRange(Array.from({ length: count }, (_, i) => values.bytes.subarray(i * width, (i + 1) * width)))
  }
  if (column.physicalType !== 'INT32' && column.physicalType !== 'INT64') return NONE
  return integerRange(values.bytes, width, count)
}

function byteRange(values: readonly Uint8Array[]): Range {
  const [first] = values
  if (first === undefined) return NONE
  let min = first
  let max = first
  for (const value of values) {
    if (Buffer.compare(value, min) < 0) min = value
    if (Buffer.compare(value, max) > 0) max = value
  }
  return { min, max }
}

function integerRange(bytes: Uint8Array, width: number, count: number): Range {
  if (count === 0) return NONE
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = (i: number): number | bigint => (width === 4 ? view.getInt32(i * 4, true) : view.getBigInt64(i * 8, true))
  let min = 0
  let max = 0
  for (let i = 1; i < count; i++) {
    if (at(i) < at(min)) min = i
    if (at(i) > at(max)) max = i
  }
  const plain = (i: number): Uint8Array => bytes.slice(i * width, (i + 1) * width)
  return { min: plain(min), max: plain(max) }
}

/** Of halves by their bits; NaN is no part of it. */
function halfRange(bytes: Uint8Array): Range {
  const owned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice()
  const halves = new Uint16Array(owned.buffer, owned.byteOffset, owned.byteLength >> 1)
  let { min, max } = placeRange(halves)
  if (min < placeOf(NEGATIVE_INFINITY) || max > placeOf(INFINITY)) {
    ;({ min, max } = placeRange(halves.filter(half => (half & 0x7fff) <= INFINITY)))
  }
  if (min > max) return NONE
  // A reader that compares bits must still find both zeros inside the range.
  const low = placeOf(0) === min ? 0x8000 : halfAt(min)
  const high = placeOf(0x8000) === max ? 0 : halfAt(max)
  return { min: Uint8Array.of(low & 0xff, low >> 8), max: Uint8Array.of(high & 0xff, high >> 8) }
}

const INFINITY = 0x7c00
const NEGATIVE_INFINITY = 0xfc00

/** Where a half stands in the order of the numbers, worked out without asking for its sign: signs of embeddings come as coins fall. */
function placeOf(half: number): number {
  const signed = (half << 16) >> 16
  return signed ^ ((signed >> 31) & 0x7fff)
}

function halfAt(place: number): number {
  return (place ^ ((place >> 31) & 0x7fff)) & 0xffff
}

function placeRange(halves: Uint16Array): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < halves.length; i++) {
    const place = placeOf(halves[i] ?? 0)
    if (place < min) min = place
    if (place > max) max = place
  }
  return { min, max }
}
