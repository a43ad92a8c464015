/**
 * Thrift structs as tables of their fields, read like Thrift's generated C++ code: a field of the wrong type is skipped, list elements are
 * read as the expected type regardless of the list header, and a missing required field is an error. If a struct occurs twice, its fields
 * are merged.
 */

import type { Limits } from '../../limits/limits.ts'
import {
  count,
  cursorOn,
  enter,
  type FieldHead,
  leave,
  readBinary,
  readByte,
  readBytes,
  readFieldHead,
  readI32,
  readI64,
  readListHead,
  skip,
  type ThriftCursor,
  ThriftError,
  WIRE
} from './compactReader.ts'

/** How to read values of a type. */
export type ThriftType<T> = {
  readonly wire: number
  /** @param before earlier value of the same field, if it occurs twice */
  read(cursor: ThriftCursor, before?: T): T
}

type Field<T> = { readonly id: number; readonly type: ThriftType<T>; readonly required: boolean }
type Required<T> = Field<T> & { readonly required: true }
type Fields = Readonly<Record<string, Field<unknown>>>

/** The values of a struct. Optional fields may be undefined. */
type ValuesOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Required<infer T> ? T : F[K] extends Field<infer T> ? T | undefined : never
}

/** The type of the values that are read. */
export type Read<T extends ThriftType<unknown>> = T extends ThriftType<infer V> ? V : never

export const i8: ThriftType<number> = { wire: WIRE.i8, read: cursor => (readByte(cursor) << 24) >> 24 }
export const i32: ThriftType<number> = { wire: WIRE.i32, read: readI32 }
export const i64: ThriftType<number> = { wire: WIRE.i64, read: readI64 }
export const binary: ThriftType<Uint8Array> = { wire: WIRE.binary, read: readBinary }
export const double: ThriftType<number> = {
  wire: WIRE.double,
  read: cursor => {
    const bytes = readBytes(cursor, 8)
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true)
  }
}
/** The value of a boolean field is in its header, so `read` is not called. */
export const bool: ThriftType<boolean> = { wire: WIRE.true, read: cursor => readByte(cursor) === WIRE.true }

export function list<T>(element: ThriftType<T>): ThriftType<T[]> {
  return {
    wire: WIRE.list,
    read: cursor => {
      const { size } = readListHead(cursor)
      count(cursor, size)
      const values: T[] = []
      for (let i = 0; i < size; i++) values.push(element.read(cursor))
      return values
    }
  }
}

export function required<T>(id: number, type: ThriftType<T>): Required<T> {
  return { id, type, required: true }
}

export function optional<T>(id: number, type: ThriftType<T>): Field<T> & { readonly required: false } {
  return { id, type, required: false }
}

/** @param name as in parquet.thrift, for messages */
export function struct<F extends Fields>(name: string, fields: F): ThriftType<ValuesOf<F>> {
  const entries = Object.entries(fields).map(([key, field], slot) => ({ key, ...field, bit: field.required ? 1 << slot : 0 }))
  const byId: ((typeof entries)[number] | undefined)[] = []
  for (const entry of entries) byId[entry.id] = entry
  const empty = Object.fromEntries(entries.map(({ key }) => [key, undefined]))
  const needed = entries.reduce((bits, { bit }) => bits | bit, 0)
  return {
    wire: WIRE.struct,
    read: (cursor, before) => {
      enter(cursor)
      count(cursor, 1)
      const values: Record<string, unknown> = { ...(before ?? empty) }
      let seen = 0
      const head: FieldHead = { id: 0, wire: WIRE.stop }
      for (;;) {
        readFieldHead(cursor, head)
        if (head.wire === WIRE.stop) break
        const field = byId[head.id]
        const isBool = head.wire === WIRE.true || head.wire === WIRE.false
        if (field !== undefined && isBool && field.type.wire === WIRE.true) values[field.key] = head.wire === WIRE.true
        else if (field !== undefined && !isBool && field.type.wire === head.wire) {
          values[field.key] = field.type.read(cursor, values[field.key])
        } else {
          if (field !== undefined && cursor.mistyped.length < MOST_MISTYPED) cursor.mistyped.push(`${name}.${field.key}`)
          skip(cursor, head.wire, true)
          continue
        }
        seen |= field.bit
      }
      if ((seen & needed) !== needed) {
        const missing = entries.find(({ bit }) => (bit & ~seen) !== 0)
        throw new ThriftError(`${name} has no ${missing?.key}`)
      }
      leave(cursor)
      // Each key has a value of its field's type, or none.
      return values as ValuesOf<F>
    }
  }
}

const MOST_MISTYPED = 8

export type ThriftRead<T> = { readonly value: T; readonly length: number; readonly mistyped: readonly string[] }

/**
 * Reads one struct from the start of `bytes`.
 * @returns the struct, its length in bytes, and the fields that were skipped because of a wrong type
 * @throws ThriftError if the bytes end early or are not such a struct, ShardFault `over_limit` if they are nested too deeply or too large
 */
export function readThrift<T>(type: ThriftType<T>, bytes: Uint8Array, limits: Limits): ThriftRead<T> {
  const cursor = cursorOn(bytes, limits)
  const value = type.read(cursor)
  return { value, length: cursor.position, mistyped: cursor.mistyped }
}
