/**
 * The Arrow schema that a writer stored in the footer's `ARROW:schema` entry. Arrow decodes it first and refuses a file whose entry it
 * cannot decode, so every rule of that decoding is applied here. Source:
 * https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format and arrow/ipc/metadata_internal.cc
 */

import { throwIfRefused } from '../../fs/systemError.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import type { TimeUnit } from '../schema/logicalType.ts'
import { type ArrowField, type ArrowType, sameType } from './arrowType.ts'
import { FlatbufferError, type FlatTable, rootTable } from './flatbuffer.ts'

export const ARROW_SCHEMA_KEY = 'ARROW:schema'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** The last decoded entry, because most shards of a cache have the same. */
let known: { readonly text: string; readonly fields: readonly ArrowField[] } | null = null

/**
 * Decodes the entry.
 * @param value as it is in the footer
 * @throws ShardFault `bad_footer` if Arrow refuses it, `unsupported_encoding` for an extension type that this reader does not know
 */
export function decodeOriginSchema(value: Uint8Array): readonly ArrowField[] {
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
  if (known?.text === text) return known.fields
  if (!BASE64.test(text)) throw fault('not base64')
  try {
    const fields = schemaOf(messageOf(Buffer.from(text, 'base64')))
    known = { text, fields }
    return fields
  } catch (error) {
    throwIfRefused(error)
    // Buffer throws a RangeError for a read outside of the bytes.
    if (error instanceof FlatbufferError || error instanceof RangeError) throw fault(error.message)
    throw error
  }
}

function fault(why: string): ShardFault {
  return new ShardFault('bad_footer', `the ${ARROW_SCHEMA_KEY} entry of the footer is damaged (${why}). Arrow refuses the whole file`, {
    details: { key: ARROW_SCHEMA_KEY }
  })
}

/** The metadata of the message at the start of the bytes. */
function messageOf(bytes: Buffer): FlatTable {
  const first = bytes.readInt32LE(0)
  const start = first === -1 ? 8 : 4
  const length = first === -1 ? bytes.readInt32LE(4) : first
  if (length <= 0 || length > bytes.length - start) throw new FlatbufferError('its frame has an invalid length')
  const message = rootTable(bytes.subarray(start, start + length))
  const version = message.int16(0)
  if (version < V4 || version > V5) throw new FlatbufferError(`version ${version} of the format`)
  if (message.int8(1) !== SCHEMA) throw new FlatbufferError('not a schema')
  const body = message.int64(3)
  if (body < 0n || body > BigInt(bytes.length - start - length)) throw new FlatbufferError('its body is missing')
  keyValues(message, 4)
  return message
}

const V4 = 3
const V5 = 4
const SCHEMA = 1

function schemaOf(message: FlatTable): ArrowField[] {
  const dictionaries = new Map<bigint, ArrowType>()
  const fields = message.table(2, schema => {
    schema.int16(0)
    const read = schema.tables(1, field => fieldOf(field, dictionaries))
    keyValues(schema, 2)
    schema.checkVector(3, 8)
    return read
  })
  if (fields === null) throw new FlatbufferError('it has no fields')
  return fields
}

function keyValues(table: FlatTable, slot: number): Map<string, string> {
  const pairs = table.tables(slot, pair => [pair.text(0), pair.text(1)] as const) ?? []
  const known = new Map<string, string>()
  for (const [key, value] of pairs) {
    if (key === null || value === null) throw new FlatbufferError('a key without a value')
    if (!known.has(key)) known.set(key, value)
  }
  return known
}

function fieldOf(table: FlatTable, dictionaries: Map<bigint, ArrowType>): ArrowField {
  const name = Buffer.from(table.text(0) ?? '', 'latin1').toString('utf8')
  const isNullable = table.int8(1) !== 0
  const children = table.tables(5, child => fieldOf(child, dictionaries)) ?? []
  const value = typeOf(table, children)
  const encoding = table.table(4, dictionaryOf)
  const metadata = keyValues(table, 6)
  if (encoding === null) return { name, isNullable, type: extended(value, metadata) }
  const before = dictionaries.get(encoding.id)
  if (before !== undefined && !sameType(before, value)) throw new FlatbufferError('two dictionaries have the same number')
  dictionaries.set(encoding.id, value)
  return { name, isNullable, type: extended({ id: 'dictionary', index: encoding.index, value }, metadata) }
}

function dictionaryOf(table: FlatTable): { readonly id: bigint; readonly index: ArrowType } {
  const index = table.table(1, integerOf)
  if (index === null) throw new FlatbufferError('a dictionary has no type for its indices')
  table.int8(2)
  table.int16(3)
  return { id: table.int64(0), index }
}

function integerOf(table: FlatTable): ArrowType {
  const bits = table.int32(0)
  const isSigned = table.int8(1) !== 0
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) throw new FlatbufferError(`integers of ${bits} bits`)
  return { id: 'int', bits, isSigned }
}

const UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns']

function unitOf(table: FlatTable, absent: number): TimeUnit {
  return UNITS[table.int16(0, absent)] ?? 's'
}

/** By the number of the type in the union of a field. */
const TYPES: ReadonlyMap<number, (table: FlatTable, children: readonly ArrowField[]) => ArrowType> = new Map([
  [1, () => ({ id: 'null' })],
  [2, integerOf],
  [3, table => ({ id: 'float', bits: ([16, 32] as const)[table.int16(0)] ?? 64 })],
  [4, () => ({ id: 'binary', layout: 'plain' })],
  [5, () => ({ id: 'string', layout: 'plain' })],
  [6, () => ({ id: 'bool' })],
  [7, decimalOf],
  [8, table => ({ id: 'date', bits: table.int16(0, 1) === 0 ? 32 : 64 })],
  [9, timeOf],
  [10, table => ({ id: 'timestamp', unit: unitOf(table, 0), zone: Buffer.from(table.text(1) ?? '', 'latin1').toString('utf8') })],
  [11, intervalOf],
  [12, (_, children) => ({ id: 'list', layout: 'plain', item: onlyChild(children) })],
  [13, (_, fields) => ({ id: 'struct', fields })],
  [14, unionOf],
  [15, fixedBinaryOf],
  [16, (table, children) => ({ id: 'fixedList', size: table.int32(0), item: onlyChild(children) })],
  [17, mapOf],
  [18, table => ({ id: 'duration', unit: unitOf(table, 1) })],
  [19, () => ({ id: 'binary', layout: 'large' })],
  [20, () => ({ id: 'string', layout: 'large' })],
  [21, (_, children) => ({ id: 'list', layout: 'large', item: onlyChild(children) })],
  [22, runsOf],
  [23, () => ({ id: 'binary', layout: 'view' })],
  [24, () => ({ id: 'string', layout: 'view' })],
  [25, (_, children) => ({ id: 'list', layout: 'view', item: onlyChild(children) })],
  [26, (_, children) => ({ id: 'list', layout: 'largeView', item: onlyChild(children) })]
])

function typeOf(field: FlatTable, children: readonly ArrowField[]): ArrowType {
  const kind = field.int8(2)
  const read = TYPES.get(kind)
  const type = read === undefined ? null : field.table(3, table => read(table, children))
  if (type === null) throw new FlatbufferError(`a field has the type ${kind} without its data`)
  return type
}

function onlyChild(children: readonly ArrowField[]): ArrowField {
  const [child, more] = children
  if (child === undefined || more !== undefined) throw new FlatbufferError(`a list has ${children.length} children`)
  return child
}

const MOST_DIGITS = new Map([
  [32, 9],
  [64, 18],
  [128, 38],
  [256, 76]
] as const)

function decimalOf(table: FlatTable): ArrowType {
  const precision = table.int32(0)
  const scale = table.int32(1)
  const width = table.int32(2, 128)
  for (const [bits, digits] of MOST_DIGITS) {
    if (bits === width && precision >= 1 && precision <= digits) return { id: 'decimal', bits, precision, scale }
  }
  throw new FlatbufferError(`a decimal of ${precision} digits in ${width} bits`)
}

function timeOf(table: FlatTable): ArrowType {
  const unit = unitOf(table, 1)
  const bits = table.int32(1, 32)
  if (bits !== (unit === 's' || unit === 'ms' ? 32 : 64)) throw new FlatbufferError(`a time of ${bits} bits`)
  return { id: 'time', unit }
}

function intervalOf(table: FlatTable): ArrowType {
  const unit = table.int16(0)
  if (unit < 0 || unit > 2) throw new FlatbufferError(`an interval of unit ${unit}`)
  return { id: 'other', name: 'interval', children: 0 }
}

function fixedBinaryOf(table: FlatTable): ArrowType {
  const width = table.int32(0)
  if (width < 0 || width > WIDEST) throw new FlatbufferError(`values of ${width} bytes`)
  return { id: 'fixedBinary', width }
}

const WIDEST = Math.floor((2 ** 31 - 1) / 8)

function mapOf(table: FlatTable, children: readonly ArrowField[]): ArrowType {
  table.int8(0)
  const entries = onlyChild(children)
  const [key, value, third] = entries.type.id === 'struct' ? entries.type.fields : []
  if (entries.isNullable || key === undefined || value === undefined || third !== undefined || key.isNullable) {
    throw new FlatbufferError('a map is not a list of pairs')
  }
  return { id: 'map', entries }
}

function unionOf(table: FlatTable, children: readonly ArrowField[]): ArrowType {
  table.int16(0)
  const codes = table.numbers(1)
  const areCodes = codes === null || (codes.length === children.length && codes.every(code => code >= 0 && code <= 127))
  if (!areCodes || children.length > 127) throw new FlatbufferError('a union has invalid type codes')
  return { id: 'other', name: 'union', children: children.length }
}

function runsOf(_: FlatTable, children: readonly ArrowField[]): ArrowType {
  const [ends] = children
  const areEnds = ends?.type.id === 'int' && ends.type.isSigned && ends.type.bits > 8
  if (children.length !== 2 || !areEnds) throw new FlatbufferError('run-end encoded values have no run ends')
  return { id: 'other', name: 'run_end_encoded', children: 2 }
}

const EXTENSION_NAME = 'ARROW:extension:name'
const EXTENSION_METADATA = 'ARROW:extension:metadata'
/** Arrow extension types with metadata that this reader does not interpret. */
const UNREAD = ['arrow.fixed_shape_tensor', 'arrow.variable_shape_tensor', 'arrow.opaque']

/** The extension type that a field names, if Arrow knows it. Otherwise the storage type. */
function extended(storage: ArrowType, metadata: ReadonlyMap<string, string>): ArrowType {
  const name = metadata.get(EXTENSION_NAME)
  const serialized = metadata.get(EXTENSION_METADATA) ?? ''
  if (name === undefined) return storage
  if (UNREAD.includes(name)) throw new ShardFault('unsupported_encoding', `a column has the extension type ${name}, which is not supported`)
  const isValid = EXTENSIONS.get(name)
  if (isValid === undefined) return storage
  if (!isValid(storage, serialized)) throw new FlatbufferError(`the extension type ${name} over ${storage.id}`)
  return { id: 'extension', name, storage }
}

const EXTENSIONS: ReadonlyMap<string, (storage: ArrowType, serialized: string) => boolean> = new Map([
  ['arrow.uuid', (storage, serialized) => serialized === '' && storage.id === 'fixedBinary' && storage.width === 16],
  ['arrow.json', storage => storage.id === 'string'],
  ['arrow.bool8', (storage, serialized) => serialized === '' && storage.id === 'int' && storage.isSigned && storage.bits === 8]
])
