/**
 * Column statistics in the order that Parquet defines for each type: integers by value, texts and digests by bytes, floats without NaN and
 * with both signed zeros in the range. Source: parquet.thrift, ColumnOrder.
 */
import { rangeOfHalves } from '../../kernels/kernels.ts'
import type { ColumnInput, ColumnValues } from './columnInput.ts'

export type Statistics = { readonly min: Uint8Array | null; readonly max: Uint8Array | null; readonly nulls: number }

/** Smallest and largest value as PLAIN bytes, and the number of slots without a value. */
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

/** float16 values by the order of their numbers. NaN is excluded. */
function halfRange(bytes: Uint8Array): Range {
  const owned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice()
  const float16s = new Uint16Array(owned.buffer, owned.byteOffset, owned.byteLength >> 1)
  let { smallest, largest } = rangeOfHalves(float16s)
  if (smallest < NEGATIVE_INFINITY || largest > INFINITY) {
    ;({ smallest, largest } = rangeOfHalves(float16s.filter(half => (half & 0x7fff) <= INFINITY)))
  }
  if (smallest > largest) return NONE
  // A reader that compares bits must find both zeros in the range.
  const low = smallest === POSITIVE_ZERO ? 0x8000 : halfAt(smallest)
  const high = largest === NEGATIVE_ZERO ? 0 : halfAt(largest)
  return { min: Uint8Array.of(low & 0xff, low >> 8), max: Uint8Array.of(high & 0xff, high >> 8) }
}

/** Ranks in the order of the numbers. */
const INFINITY = 0x7c00
const NEGATIVE_INFINITY = ~INFINITY
const POSITIVE_ZERO = 0
const NEGATIVE_ZERO = -1

function halfAt(place: number): number {
  return (place ^ ((place >> 31) & 0x7fff)) & 0xffff
}
