/** Parses Thrift's compact protocol into a tree that `writeThrift` reproduces byte for byte. Only for the output of correct writers. */
import { type TField, type TStruct, type TValue, WIRE } from './thriftTree.ts'

type Cursor = { readonly bytes: Uint8Array; at: number }

/** @returns the struct at `start`, and its end */
export function readThriftTree(bytes: Uint8Array, start = 0): { tree: TStruct; end: number } {
  const cursor = { bytes, at: start }
  return { tree: readStruct(cursor), end: cursor.at }
}

function byte(cursor: Cursor): number {
  const value = cursor.bytes[cursor.at++]
  if (value === undefined) throw new RangeError('the bytes end inside a thrift struct')
  return value
}

function readVarint(cursor: Cursor): bigint {
  let value = 0n
  for (let shift = 0n; ; shift += 7n) {
    const next = byte(cursor)
    value |= BigInt(next & 0x7f) << shift
    if (next < 0x80) return BigInt.asUintN(64, value)
  }
}

function readZigZag(cursor: Cursor): bigint {
  const value = readVarint(cursor)
  return (value >> 1n) ^ -(value & 1n)
}

function take(cursor: Cursor, length: number): Uint8Array {
  if (length > cursor.bytes.length - cursor.at) throw new RangeError('the bytes end inside a thrift value')
  cursor.at += length
  return cursor.bytes.subarray(cursor.at - length, cursor.at)
}

function readStruct(cursor: Cursor): TStruct {
  const v: TField[] = []
  let id = 0
  for (;;) {
    const head = byte(cursor)
    const wire = head & 15
    if (wire === 0) return { t: 'struct', v }
    const long = head >> 4 === 0
    id = long ? Number(readZigZag(cursor)) : id + (head >> 4)
    const value: TValue = wire === WIRE.TRUE || wire === WIRE.FALSE ? { t: 'bool', v: wire === WIRE.TRUE } : readValue(cursor, wire)
    v.push(long ? { id, value, long } : { id, value })
  }
}

function readValue(cursor: Cursor, wire: number): TValue {
  switch (wire) {
    case WIRE.TRUE:
    case WIRE.FALSE:
      return { t: 'bool', v: byte(cursor) === WIRE.TRUE }
    case WIRE.I8:
      return { t: 'i8', v: byte(cursor) }
    case WIRE.I16:
      return { t: 'i16', v: readZigZag(cursor) }
    case WIRE.I32:
      return { t: 'i32', v: readZigZag(cursor) }
    case WIRE.I64:
      return { t: 'i64', v: readZigZag(cursor) }
    case WIRE.DOUBLE:
      return { t: 'double', v: take(cursor, 8) }
    case WIRE.UUID:
      return { t: 'uuid', v: take(cursor, 16) }
    case WIRE.BINARY:
      return { t: 'binary', v: take(cursor, Number(readVarint(cursor))) }
    case WIRE.LIST:
    case WIRE.SET: {
      const head = byte(cursor)
      const size = head >> 4 === 15 ? Number(readVarint(cursor)) : head >> 4
      const element = head & 15
      return { t: wire === WIRE.LIST ? 'list' : 'set', wire: element, v: Array.from({ length: size }, () => readValue(cursor, element)) }
    }
    case WIRE.STRUCT:
      return readStruct(cursor)
    default:
      throw new RangeError(`wire type ${wire} in a sound file`)
  }
}
