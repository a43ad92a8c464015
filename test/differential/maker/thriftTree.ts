/** Thrift's compact protocol as a tree that keeps wire types and order, so that any part can be made invalid and written again. */

export const WIRE = {
  TRUE: 1,
  FALSE: 2,
  I8: 3,
  I16: 4,
  I32: 5,
  I64: 6,
  DOUBLE: 7,
  BINARY: 8,
  LIST: 9,
  SET: 10,
  MAP: 11,
  STRUCT: 12,
  UUID: 13
} as const

export type TValue =
  | { readonly t: 'bool'; v: boolean }
  | { readonly t: 'i8'; v: number }
  | { readonly t: 'i16' | 'i32' | 'i64'; v: bigint }
  | { readonly t: 'double' | 'uuid'; v: Uint8Array }
  | { readonly t: 'binary'; v: Uint8Array }
  | TList
  | { readonly t: 'map'; key: number; value: number; v: [TValue, TValue][] }
  | TStruct
  /** The bytes of a value, written unchanged with any wire type. */
  | { readonly t: 'raw'; wire: number; v: Uint8Array }

export type TList = {
  readonly t: 'list' | 'set'
  /** Wire type of the elements according to the header. */
  wire: number
  /** Number of elements in the header, if it differs from the actual one. */
  claimed?: number
  v: TValue[]
}
export type TStruct = { readonly t: 'struct'; v: TField[] /** Omits the stop byte. */; unended?: boolean }
export type TField = { id: number; value: TValue /** Writes the field id in full, even if the short form is possible. */; long?: boolean }

export const i32 = (v: number): TValue => ({ t: 'i32', v: BigInt(v) })
export const i64 = (v: number | bigint): TValue => ({ t: 'i64', v: BigInt(v) })
export const i16 = (v: number): TValue => ({ t: 'i16', v: BigInt(v) })
export const i8 = (v: number): TValue => ({ t: 'i8', v })
export const bool = (v: boolean): TValue => ({ t: 'bool', v })
export const binary = (v: Uint8Array | string): TValue => ({ t: 'binary', v: typeof v === 'string' ? Buffer.from(v, 'utf8') : v })
/** Undefined fields are omitted. */
export const struct = (...fields: readonly (readonly [id: number, value: TValue | undefined])[]): TStruct => ({
  t: 'struct',
  v: fields.flatMap(([id, value]) => (value === undefined ? [] : [{ id, value }]))
})
export const list = (values: readonly TValue[], wire: number = values[0] === undefined ? WIRE.STRUCT : wireOf(values[0])): TList => ({
  t: 'list',
  wire,
  v: [...values]
})

/** The wire type with which a value is written. */
function wireOf(value: TValue): number {
  switch (value.t) {
    case 'bool':
      return value.v ? WIRE.TRUE : WIRE.FALSE
    case 'raw':
      return value.wire
    default:
      return { i8: WIRE.I8, i16: WIRE.I16, i32: WIRE.I32, i64: WIRE.I64, double: WIRE.DOUBLE, binary: WIRE.BINARY, list: WIRE.LIST,
        set: WIRE.SET, map: WIRE.MAP, struct: WIRE.STRUCT, uuid: WIRE.UUID }[value.t] // biome-ignore format: a table
  }
}

/** The first field with an id. Undefined if there is none. */
export function fieldOf(parent: TStruct, id: number): TValue | undefined {
  return parent.v.find(field => field.id === id)?.value
}

/** The structs of a list field. None if it is absent or has another type. */
export function structsOf(parent: TStruct, id: number): TStruct[] {
  const value = fieldOf(parent, id)
  return value?.t === 'list' ? value.v.filter(each => each.t === 'struct') : []
}

/** The struct in a field, if there is one. */
export function structOf(parent: TStruct | undefined, id: number): TStruct | undefined {
  const value = parent === undefined ? undefined : fieldOf(parent, id)
  return value?.t === 'struct' ? value : undefined
}

/** An integer in a field, if there is one. */
export function numberOf(parent: TStruct | undefined, id: number): number | undefined {
  const value = parent === undefined ? undefined : fieldOf(parent, id)
  return value !== undefined && (value.t === 'i32' || value.t === 'i64' || value.t === 'i16') ? Number(value.v) : undefined
}

/** Replaces, adds (in the order of ids) or removes a field. */
export function setField(parent: TStruct, id: number, value: TValue | undefined): void {
  const at = parent.v.findIndex(field => field.id === id)
  if (value === undefined) {
    if (at >= 0) parent.v.splice(at, 1)
  } else if (at >= 0) parent.v[at] = { id, value }
  else {
    const before = parent.v.findIndex(field => field.id > id)
    parent.v.splice(before < 0 ? parent.v.length : before, 0, { id, value })
  }
}

export function writeThrift(root: TStruct): Buffer {
  const out: Uint8Array[] = []
  writeStruct(out, root)
  return Buffer.concat(out)
}

function writeStruct(out: Uint8Array[], { v, unended }: TStruct): void {
  let last = 0
  for (const { id, value, long } of v) {
    const wire = wireOf(value)
    const delta = id - last
    if (delta > 0 && delta < 16 && long !== true) out.push(Uint8Array.of((delta << 4) | wire))
    else out.push(Uint8Array.of(wire), varint(zigZag(BigInt(id))))
    if (value.t !== 'bool') writeValue(out, value)
    last = id
  }
  if (unended !== true) out.push(Uint8Array.of(0))
}

function writeValue(out: Uint8Array[], value: TValue): void {
  switch (value.t) {
    case 'bool':
      out.push(Uint8Array.of(value.v ? WIRE.TRUE : WIRE.FALSE))
      break
    case 'i8':
      out.push(Uint8Array.of(value.v & 0xff))
      break
    case 'i16':
    case 'i32':
    case 'i64':
      out.push(varint(zigZag(value.v)))
      break
    case 'binary':
      out.push(varint(BigInt(value.v.length)), value.v)
      break
    case 'list':
    case 'set': {
      const size = value.claimed ?? value.v.length
      if (size < 15) out.push(Uint8Array.of((size << 4) | value.wire))
      else out.push(Uint8Array.of(0xf0 | value.wire), varint(BigInt(size)))
      for (const each of value.v) writeValue(out, each)
      break
    }
    case 'map':
      out.push(varint(BigInt(value.v.length)))
      if (value.v.length > 0) out.push(Uint8Array.of((value.key << 4) | value.value))
      for (const pair of value.v) for (const each of pair) writeValue(out, each)
      break
    case 'struct':
      writeStruct(out, value)
      break
    default:
      out.push(value.v)
  }
}

export function zigZag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
}

/** @param padded minimum number of bytes, padded with redundant continuation bits */
export function varint(value: bigint, padded = 1): Uint8Array {
  const out: number[] = []
  let rest = value
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.push(Number(rest))
  while (out.length < padded) {
    out.push((out.pop() ?? 0) | 0x80)
    out.push(0)
  }
  return Uint8Array.from(out)
}
