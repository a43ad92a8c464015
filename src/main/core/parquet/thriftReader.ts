/**
 * Thrift's compact protocol, read with every size checked before it is used: depth, node count and lengths are bounded by the
 * limits and by the bytes that are really there, so no input allocates more than its own length calls for.
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { type Limits, overLimit } from './limits.ts'

export type ThriftValue = boolean | number | bigint | Uint8Array | ThriftStruct | ThriftValue[]
/** Field values by field id. */
export type ThriftStruct = { readonly fields: ReadonlyMap<number, ThriftValue> }

/** Why the bytes are not the thrift they should be. */
export class ThriftError extends Error {}

const STOP = 0
const TRUE = 1
const FALSE = 2
const BYTE = 3
const I16 = 4
const I32 = 5
const I64 = 6
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const SET = 10
const STRUCT = 12

type Cursor = { readonly bytes: Uint8Array; position: number; nodes: number; readonly limits: Limits }

/**
 * Reads one struct from the start of `bytes`.
 * @returns the struct and how many bytes it took
 * @throws ThriftError when the bytes end early or are no thrift, ShardFault `over_limit` when they nest too deep or hold too much
 */
export function readThriftStruct(bytes: Uint8Array, limits: Limits): { struct: ThriftStruct; length: number } {
  const cursor: Cursor = { bytes, position: 0, nodes: 0, limits }
  const struct = readStruct(cursor, 0)
  return { struct, length: cursor.position }
}

function readStruct(cursor: Cursor, depth: number): ThriftStruct {
  checkDepth(cursor, depth)
  const fields = new Map<number, ThriftValue>()
  let id = 0
  for (;;) {
    const head = readByte(cursor)
    const type = head & 0x0f
    if (type === STOP) return { fields }
    const delta = head >> 4
    id = delta === 0 ? Number(readZigZag(cursor)) : id + delta
    if (id < 0 || id > 32767) throw new ThriftError(`field id ${id} is out of range`)
    fields.set(id, type === TRUE ? true : type === FALSE ? false : readValue(cursor, type, depth))
  }
}

function readValue(cursor: Cursor, type: number, depth: number): ThriftValue {
  cursor.nodes += 1
  if (cursor.nodes > cursor.limits.thriftNodes) throw overLimit('thriftNodes', 'a header holds more values than it may', cursor.limits)
  switch (type) {
    case TRUE:
    case FALSE:
      return readByte(cursor) === TRUE
    case BYTE:
      return (readByte(cursor) << 24) >> 24
    case I16:
    case I32:
    case I64:
      return readZigZag(cursor)
    case DOUBLE:
      skip(cursor, 8)
      return new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + cursor.position - 8, 8).getFloat64(0, true)
    case BINARY: {
      const length = readLength(cursor)
      skip(cursor, length)
      return cursor.bytes.subarray(cursor.position - length, cursor.position)
    }
    case LIST:
    case SET:
      return readList(cursor, depth)
    case STRUCT:
      return readStruct(cursor, depth + 1)
    default:
      throw new ThriftError(`type ${type} does not occur in Parquet`)
  }
}

function readList(cursor: Cursor, depth: number): ThriftValue[] {
  checkDepth(cursor, depth)
  const head = readByte(cursor)
  const type = head & 0x0f
  const size = head >> 4 === 15 ? readLength(cursor) : head >> 4
  // Every element takes a byte at least: a size beyond the bytes left is a lie.
  if (size > cursor.bytes.length - cursor.position) throw new ThriftError(`a list of ${size} elements does not fit`)
  const values: ThriftValue[] = []
  for (let i = 0; i < size; i++) values.push(readValue(cursor, type, depth + 1))
  return values
}

function checkDepth({ limits }: Cursor, depth: number): void {
  if (depth > limits.thriftDepth) throw overLimit('thriftDepth', `a header nests ${depth} deep`, limits)
}

function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.position]
  if (byte === undefined) throw new ThriftError('the bytes end inside a structure')
  cursor.position += 1
  return byte
}

function skip(cursor: Cursor, length: number): void {
  if (length > cursor.bytes.length - cursor.position) throw new ThriftError(`a value of ${length} bytes does not fit`)
  cursor.position += length
}

function readLength(cursor: Cursor): number {
  const value = readVarint(cursor)
  if (typeof value === 'bigint' || value > 0x7fffffff) throw new ThriftError('a length is out of range')
  return value
}

/** Unsigned LEB128; a bigint only past 2^53. */
function readVarint(cursor: Cursor): number | bigint {
  let low = 0
  let scale = 1
  for (let i = 0; i < 7; i++) {
    const byte = readByte(cursor)
    low += (byte & 0x7f) * scale
    if (byte < 0x80) return low
    scale *= 128
  }
  let value = BigInt(low)
  for (let shift = 49n; shift <= 63n; shift += 7n) {
    const byte = readByte(cursor)
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : BigInt.asUintN(64, value)
  }
  throw new ThriftError('a number takes more than ten bytes')
}

function readZigZag(cursor: Cursor): number | bigint {
  const value = readVarint(cursor)
  if (typeof value === 'number') return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  const signed = (value >> 1n) ^ -(value & 1n)
  return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(signed) : signed
}

/** A whole number that JS holds exactly, or undefined when the field is absent. */
export function intField(struct: ThriftStruct, id: number): number | undefined {
  const value = struct.fields.get(id)
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new ThriftError(`field ${id} is not a number in range`)
  return value
}

export function boolField(struct: ThriftStruct, id: number): boolean | undefined {
  const value = struct.fields.get(id)
  if (value === undefined) return undefined
  if (typeof value !== 'boolean') throw new ThriftError(`field ${id} is not a boolean`)
  return value
}

export function bytesField(struct: ThriftStruct, id: number): Uint8Array | undefined {
  const value = struct.fields.get(id)
  if (value === undefined) return undefined
  if (!(value instanceof Uint8Array)) throw new ThriftError(`field ${id} is not binary`)
  return value
}

/** A byte order mark is a character like any other, as in Python. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function textField(struct: ThriftStruct, id: number): string | undefined {
  const bytes = bytesField(struct, id)
  if (bytes === undefined) return undefined
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ThriftError(`field ${id} is not UTF-8`)
  }
}

export function structField(struct: ThriftStruct, id: number): ThriftStruct | undefined {
  const value = struct.fields.get(id)
  if (value === undefined) return undefined
  if (!isStruct(value)) throw new ThriftError(`field ${id} is not a structure`)
  return value
}

export function structsField(struct: ThriftStruct, id: number): ThriftStruct[] | undefined {
  return listField(struct, id)?.map(value => {
    if (!isStruct(value)) throw new ThriftError(`field ${id} does not hold structures`)
    return value
  })
}

export function listField(struct: ThriftStruct, id: number): ThriftValue[] | undefined {
  const value = struct.fields.get(id)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw new ThriftError(`field ${id} is not a list`)
  return value
}

function isStruct(value: ThriftValue): value is ThriftStruct {
  return typeof value === 'object' && 'fields' in value
}
