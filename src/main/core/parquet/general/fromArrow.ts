/** Values of Arrow arrays as pyarrow 26 returns them to Python, if pandas is installed. */
import { throwIfRefused } from '../../fs/systemError.ts'
import type { ArrowType } from '../arrow/arrowType.ts'
import { float16Table } from '../encodings/float16.ts'
import { checkDay, splitDay } from '../python/calendar.ts'
import { PyError, PyUnknown, type PyValue } from '../python/pyValue.ts'
import { checkZone } from '../python/timeZone.ts'
import type { TimeUnit } from '../schema/logicalType.ts'
import type { ColumnArray } from './arrays.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The value of an entry.
 * @throws PyError if Python raises, PyUnknown if the result is unknown
 */
export function pyValueAt(array: ColumnArray, index: number): PyValue {
  if (array.type.id === 'null' || array.valid?.[index] === 0) return null
  switch (array.kind) {
    case 'leaf':
      return leafValue(array, array.type, index)
    case 'struct':
      return structValue(array, index)
    case 'list':
      return listValue(array, index)
  }
}

type Leaf = ColumnArray & { readonly kind: 'leaf' }
type List = ColumnArray & { readonly kind: 'list' }
type Struct = ColumnArray & { readonly kind: 'struct' }

function structValue({ type, children }: Struct, index: number): PyValue {
  const fields = type.id === 'struct' ? type.fields : []
  const names = fields.map(({ name }) => name)
  if (new Set(names).size < names.length) throw new PyError('a group has two fields with the same name')
  return { is: 'dict', entries: children.map((child, i) => [names[i] ?? '', pyValueAt(child, index)] as const) }
}

function listValue({ type, offsets, child }: List, index: number): PyValue {
  const [start = 0, end = 0] = [offsets[index], offsets[index + 1]]
  const items = Array.from({ length: end - start }, (_, i) => (type.id === 'map' ? pairAt(child, start + i) : pyValueAt(child, start + i)))
  return { is: 'list', items }
}

function pairAt(entries: ColumnArray, index: number): PyValue {
  const children = entries.kind === 'struct' ? entries.children : []
  return { is: 'tuple', items: children.map(child => pyValueAt(child, index)) }
}

function leafValue(array: Leaf, type: ArrowType, index: number): PyValue {
  const { data } = array
  switch (type.id) {
    case 'bool':
      return byteAt(array, index) !== 0
    case 'int':
      return narrowed(integerAt(array, index), type.bits, type.isSigned)
    case 'float':
      return floatAt(array, type.bits, index)
    case 'decimal':
      return { is: 'Decimal', unscaled: decimalAt(array, type.bits, index), scale: type.scale }
    case 'string':
      return textOf(bytesAt(array, index))
    case 'binary':
    case 'fixedBinary':
      return bytesAt(array, index)
    case 'date':
      return dateOf(integerAt(array, index))
    case 'time':
      return timeOf(integerAt(array, index), type.unit)
    case 'timestamp':
      return timestampOf(data.leaf.physicalType === 'INT96' ? int96At(array, index) : integerAt(array, index), type.unit, type.zone)
    case 'duration':
      return durationOf(integerAt(array, index), type.unit)
    case 'dictionary':
      return leafValue(array, type.value, index)
    case 'extension':
      return extensionValue(array, type.name, type.storage, index)
    default:
      throw new PyUnknown(`values of type ${type.id}`)
  }
}

function extensionValue(array: Leaf, name: string, storage: ArrowType, index: number): PyValue {
  const value = leafValue(array, storage, index)
  if (name === 'arrow.bool8') return value !== 0n
  return name === 'arrow.uuid' && value instanceof Uint8Array ? { is: 'UUID', bytes: value } : value
}

function viewOf({ data }: Leaf): DataView {
  const { bytes } = data
  if (bytes === null) throw new TypeError('variable-length values in a fixed-width column')
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function byteAt(array: Leaf, index: number): number {
  return viewOf(array).getUint8(index)
}

function integerAt(array: Leaf, index: number): bigint {
  return array.data.width === 4 ? BigInt(viewOf(array).getInt32(4 * index, true)) : viewOf(array).getBigInt64(8 * index, true)
}

/** The low bits, as Arrow stores them. */
function narrowed(value: bigint, bits: number, isSigned: boolean): bigint {
  return isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
}

function floatAt(array: Leaf, bits: 16 | 32 | 64, index: number): number {
  if (bits === 64) return viewOf(array).getFloat64(8 * index, true)
  return bits === 32 ? viewOf(array).getFloat32(4 * index, true) : (float16Table()[viewOf(array).getUint16(2 * index, true)] ?? 0)
}

function bytesAt({ data }: Leaf, index: number): Uint8Array {
  if (data.bytes === null) return data.values[index] ?? new Uint8Array(0)
  return data.bytes.subarray(index * data.width, (index + 1) * data.width)
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (error) {
    throwIfRefused(error)
    throw new PyError('a text is not UTF-8')
  }
}

/** @throws PyError for more bytes than the type has, or for none */
function decimalAt(array: Leaf, bits: number, index: number): bigint {
  const { physicalType } = array.data.leaf
  if (physicalType === 'INT32' || physicalType === 'INT64') return BigInt.asIntN(bits, integerAt(array, index))
  const bytes = bytesAt(array, index)
  if (bytes.length < 1 || bytes.length > bits / 8) throw new PyError(`a decimal of ${bytes.length} bytes`)
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`))
}

const JULIAN_1970 = 2_440_588n
const NS_A_DAY = 86_400_000_000_000n

function int96At(array: Leaf, index: number): bigint {
  const view = viewOf(array)
  const day = view.getUint32(12 * index + 8, true)
  return day === 0 ? 0n : BigInt.asIntN(64, (BigInt(day) - JULIAN_1970) * NS_A_DAY + view.getBigInt64(12 * index, true))
}

function dateOf(days: bigint): PyValue {
  checkDay(days)
  return { is: 'date', days: Number(days) }
}

const NOT_A_TIME = -(2n ** 63n)
const US: Readonly<Record<Exclude<TimeUnit, 'ns'>, bigint>> = { s: 1_000_000n, ms: 1000n, us: 1n }
const US_A_DAY = 86_400_000_000n

function timeOf(value: bigint, unit: TimeUnit): PyValue {
  if (unit === 'ns') {
    if (value === NOT_A_TIME) throw new PyError('NaT has no time')
    return { is: 'time', us: splitDay(value, NS_A_DAY).rest / 1000n }
  }
  const us = value * US[unit]
  const { days, rest } = splitDay(us, US_A_DAY)
  checkDay(days)
  return { is: 'time', us: rest }
}

function timestampOf(value: bigint, unit: TimeUnit, zone: string): PyValue {
  if (zone !== '') checkZone(zone)
  if (unit === 'ns') {
    if (value === NOT_A_TIME) return { is: 'NaT' }
    return zone === '' ? { is: 'Timestamp', ns: value } : { is: 'moment' }
  }
  const us = value * US[unit]
  checkDay(splitDay(us, US_A_DAY).days)
  return zone === '' ? { is: 'datetime', us } : { is: 'moment' }
}

const MOST_DAYS = 999_999_999

function durationOf(value: bigint, unit: TimeUnit): PyValue {
  if (unit === 'ns') return value === NOT_A_TIME ? { is: 'NaT' } : { is: 'Timedelta', ns: value }
  const us = value * US[unit]
  if (Math.abs(splitDay(us, US_A_DAY).days) > MOST_DAYS) throw new PyError(`a duration of ${us} µs is too long`)
  return { is: 'timedelta', us }
}
