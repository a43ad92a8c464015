/**
 * The primitives of Thrift's compact protocol, with the rules of Thrift's C++ reader, which Arrow uses. Every length is compared with the
 * available bytes before it is used. Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { counted } from '../../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'

/** The reason why the bytes are not the expected Thrift structure. */
export class ThriftError extends Error {
  /** Whether the bytes ended too early, so that more of them may be valid. */
  readonly truncated: boolean

  /** The affected column, if any. */
  readonly column: string | undefined

  constructor(message: string, truncated = false, column?: string) {
    super(message)
    this.truncated = truncated
    this.column = column
  }
}

/** Types in the encoded form. `true` and `false` are both booleans. The type of a boolean field is its value. */
export const WIRE = {
  stop: 0,
  true: 1,
  false: 2,
  i8: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
  uuid: 13
} as const

export type ThriftCursor = {
  readonly bytes: Uint8Array
  readonly limits: Limits
  position: number
  /** Number of structs and list values so far. */
  nodes: number
  depth: number
  /** Known fields that were skipped because of a wrong type. */
  readonly mistyped: string[]
}

export function cursorOn(bytes: Uint8Array, limits: Limits): ThriftCursor {
  return { bytes, limits, position: 0, nodes: 0, depth: 0, mistyped: [] }
}

/** Arrow's own limits. Beyond them it refuses a file. */
const DEEPEST = 64
const LONGEST_LIST = 1_000_000
const LONGEST_TEXT = 100_000_000

/** @throws ThriftError beyond Arrow's depth, ShardFault `over_limit` */
export function enter(cursor: ThriftCursor): void {
  cursor.depth += 1
  if (cursor.depth > cursor.limits.thriftDepth)
    throw overLimit('thriftDepth', counted`a header is nested ${cursor.depth} levels deep`, cursor.limits)
  if (cursor.depth > DEEPEST) throw new ThriftError(`it is nested more than ${DEEPEST} levels deep`)
}

export function leave(cursor: ThriftCursor): void {
  cursor.depth -= 1
}

/** Counts values before they are stored in memory. */
export function count(cursor: ThriftCursor, nodes: number): void {
  cursor.nodes += nodes
  if (cursor.nodes > cursor.limits.thriftNodes) throw overLimit('thriftNodes', 'a header has too many values', cursor.limits)
}

export function readByte(cursor: ThriftCursor): number {
  const byte = cursor.bytes[cursor.position]
  if (byte === undefined) throw new ThriftError('the bytes end inside a structure', true)
  cursor.position += 1
  return byte
}

/** The next `length` bytes, as a view. */
export function readBytes(cursor: ThriftCursor, length: number): Uint8Array {
  const start = cursor.position
  if (length > cursor.bytes.length - start) throw new ThriftError(`a value of ${length} bytes does not fit`, true)
  cursor.position = start + length
  return cursor.bytes.subarray(start, cursor.position)
}

/** An unsigned LEB128 number of at most ten bytes: its low 32 bits, and all 64 on request. */
function readVarint(cursor: ThriftCursor): number | bigint {
  let low = 0
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = readByte(cursor)
    low |= (byte & 0x7f) << shift
    if (byte < 0x80) return low
  }
  let value = BigInt(low)
  for (let shift = 28n; shift <= 63n; shift += 7n) {
    const byte = readByte(cursor)
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return BigInt.asUintN(64, value)
  }
  throw new ThriftError('a number has more than ten bytes')
}

/** A varint as an int32. Higher bits are dropped, as in Thrift. */
function readLength(cursor: ThriftCursor): number {
  const value = readVarint(cursor)
  return typeof value === 'number' ? value : Number(BigInt.asIntN(32, value))
}

export function readI32(cursor: ThriftCursor): number {
  const value = readLength(cursor)
  return (value >>> 1) ^ -(value & 1)
}

function readI16(cursor: ThriftCursor): number {
  return (readI32(cursor) << 16) >> 16
}

/** An int64 as a number, rounded above 2^53. No size or count of a readable file is that large. */
export function readI64(cursor: ThriftCursor): number {
  const value = readVarint(cursor)
  if (typeof value === 'number') return (value >>> 1) ^ -(value & 1)
  return Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)))
}

export function readBinary(cursor: ThriftCursor): Uint8Array {
  const length = readLength(cursor)
  if (length < 0 || length > LONGEST_TEXT) throw new ThriftError(`a text of ${length} bytes`)
  return readBytes(cursor, length)
}

export type FieldHead = { id: number; wire: number }

/** Reads a field header into `head`. `wire` is WIRE.stop at the end of the struct. */
export function readFieldHead(cursor: ThriftCursor, head: FieldHead): void {
  const byte = readByte(cursor)
  head.wire = byte & 0x0f
  if (head.wire === WIRE.stop) return
  const delta = byte >> 4
  head.id = delta === 0 ? readI16(cursor) : ((head.id + delta) << 16) >> 16
  checkWire(head.wire)
}

/** Reads a list header. The element type is only checked for existence. */
export function readListHead(cursor: ThriftCursor): { readonly wire: number; readonly size: number } {
  const byte = readByte(cursor)
  const size = byte >> 4 === 15 ? readLength(cursor) : byte >> 4
  if (size < 0 || size > LONGEST_LIST) throw new ThriftError(`a list of ${size} elements`)
  checkWire(byte & 0x0f)
  // Every element takes at least one byte.
  if (size > cursor.bytes.length - cursor.position) throw new ThriftError(`a list of ${size} elements does not fit`, true)
  return { wire: byte & 0x0f, size }
}

function checkWire(wire: number): void {
  if (wire > WIRE.uuid) throw new ThriftError(`type ${wire} does not exist`)
}

/** Skips a value, as Thrift skips unknown fields. */
export function skip(cursor: ThriftCursor, wire: number, inField: boolean): void {
  enter(cursor)
  switch (wire) {
    case WIRE.true:
    case WIRE.false:
      if (!inField) readByte(cursor)
      break
    case WIRE.i8:
      readByte(cursor)
      break
    case WIRE.i16:
    case WIRE.i32:
    case WIRE.i64:
      readVarint(cursor)
      break
    case WIRE.double:
      readBytes(cursor, 8)
      break
    case WIRE.uuid:
      readBytes(cursor, 16)
      break
    case WIRE.binary:
      readBinary(cursor)
      break
    case WIRE.struct:
      skipStruct(cursor)
      break
    case WIRE.list:
    case WIRE.set: {
      const list = readListHead(cursor)
      for (let i = 0; i < list.size; i++) skip(cursor, list.wire, false)
      break
    }
    case WIRE.map:
      skipMap(cursor)
      break
    default:
      throw new ThriftError(`type ${wire} has no values`)
  }
  leave(cursor)
}

function skipStruct(cursor: ThriftCursor): void {
  const head: FieldHead = { id: 0, wire: WIRE.stop }
  for (;;) {
    readFieldHead(cursor, head)
    if (head.wire === WIRE.stop) return
    skip(cursor, head.wire, true)
  }
}

function skipMap(cursor: ThriftCursor): void {
  const size = readLength(cursor)
  if (size === 0) return
  const types = readByte(cursor)
  if (size < 0 || size > LONGEST_LIST) throw new ThriftError(`a map of ${size} entries`)
  checkWire(types >> 4)
  checkWire(types & 0x0f)
  for (let i = 0; i < size; i++) {
    skip(cursor, types >> 4, false)
    skip(cursor, types & 0x0f, false)
  }
}
