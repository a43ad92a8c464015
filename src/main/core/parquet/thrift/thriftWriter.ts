/** Thrift's compact protocol, written: only the part that Parquet footers and page headers need. */

export type Field = readonly [id: number, value: FieldValue]
/** Integers are i32 unless wrapped. `undefined` fields are omitted. */
export type FieldValue =
  | undefined
  | boolean
  | number
  | string
  | Uint8Array
  | { readonly i8: number }
  | { readonly i64: number | bigint }
  | { readonly struct: readonly Field[] }
  | { readonly list: readonly FieldValue[] }

const TRUE = 1
const FALSE = 2
const BYTE = 3
const I32 = 5
const I64 = 6
const BINARY = 8
const LIST = 9
const STRUCT = 12

/** Serialises one struct. Fields must be in ascending order of their ids. */
export function writeThriftStruct(fields: readonly Field[]): Buffer {
  const out: number[] = []
  writeStruct(out, fields)
  return Buffer.from(out)
}

function writeStruct(out: number[], fields: readonly Field[]): void {
  let last = 0
  for (const [id, value] of fields) {
    if (value === undefined) continue
    const type = typeOf(value)
    const delta = id - last
    if (delta > 0 && delta < 16) out.push((delta << 4) | type)
    else {
      out.push(type)
      writeVarint(out, zigZag(BigInt(id)))
    }
    if (type !== TRUE && type !== FALSE) writeValue(out, value)
    last = id
  }
  out.push(0)
}

function typeOf(value: Exclude<FieldValue, undefined>): number {
  if (typeof value === 'boolean') return value ? TRUE : FALSE
  if (typeof value === 'number') return I32
  if (typeof value === 'string' || value instanceof Uint8Array) return BINARY
  if ('i8' in value) return BYTE
  if ('i64' in value) return I64
  return 'struct' in value ? STRUCT : LIST
}

function writeValue(out: number[], value: FieldValue): void {
  if (value === undefined) throw new TypeError('a list element is missing')
  if (typeof value === 'boolean') out.push(value ? TRUE : FALSE)
  else if (typeof value === 'number') writeVarint(out, zigZag(BigInt(value)))
  else if (typeof value === 'string') writeBinary(out, Buffer.from(value, 'utf8'))
  else if (value instanceof Uint8Array) writeBinary(out, value)
  else if ('i8' in value) out.push(value.i8 & 0xff)
  else if ('i64' in value) writeVarint(out, zigZag(BigInt(value.i64)))
  else if ('struct' in value) writeStruct(out, value.struct)
  else writeList(out, value.list)
}

function writeList(out: number[], values: readonly FieldValue[]): void {
  const [first] = values
  const type = first === undefined ? STRUCT : typeOf(first)
  if (values.length < 15) out.push((values.length << 4) | type)
  else {
    out.push(0xf0 | type)
    writeVarint(out, BigInt(values.length))
  }
  for (const value of values) writeValue(out, value)
}

function writeBinary(out: number[], bytes: Uint8Array): void {
  writeVarint(out, BigInt(bytes.length))
  for (const byte of bytes) out.push(byte)
}

function zigZag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
}

function writeVarint(out: number[], value: bigint): void {
  let rest = value
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  out.push(Number(rest))
}
