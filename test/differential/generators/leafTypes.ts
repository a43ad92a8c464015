/** One value in every physical and logical type that could store a column of integers, texts, hashes or booleans. */
import type { LeafValue, Physical } from '../maker/encodings.ts'
import { PHYSICAL } from '../maker/encodings.ts'
import { littleEndian } from '../maker/hybrid.ts'
import {
  CONVERTED,
  group,
  LOGICAL,
  leaf,
  listOf,
  listValue,
  type NestedValue,
  REPEATED,
  REQUIRED,
  type SchemaNode
} from '../maker/schema.ts'
import { halfBytes } from '../maker/shardPlan.ts'
import type { TStruct } from '../maker/thriftTree.ts'
import type { Rng } from '../rng.ts'

/** The contents of a column in a valid shard. */
export type Plain = bigint | string | Buffer | boolean

export type Stored = { readonly label: string; readonly node: SchemaNode; readonly value: (plain: Plain) => NestedValue }

function asInteger(plain: Plain): bigint {
  if (typeof plain === 'bigint') return plain
  if (typeof plain === 'boolean') return plain ? 1n : 0n
  if (typeof plain === 'string') return /^-?\d+$/.test(plain) ? BigInt(plain) : BigInt(plain.length)
  return 32n
}

function asText(plain: Plain): Buffer {
  if (typeof plain === 'boolean') return Buffer.from(plain ? 'True' : 'False')
  return plain instanceof Buffer ? plain : Buffer.from(String(plain))
}

/** The shortest big-endian two's complement of at least `length` bytes. */
function bigEndian(value: bigint, length: number): Buffer {
  let size = length
  while (BigInt.asIntN(size * 8, value) !== value) size++
  return littleEndian(value, size).reverse()
}

/** A value in a physical type, with any meaning. */
function physical(type: Physical, plain: Plain, length: number): LeafValue {
  const number = asInteger(plain)
  switch (type) {
    case 'BOOLEAN':
      return number !== 0n
    case 'INT32':
      return Number(BigInt.asIntN(32, number))
    case 'INT64':
      return BigInt.asIntN(64, number)
    case 'INT96':
      return Buffer.concat([littleEndian(BigInt.asUintN(40, number), 8), littleEndian(2_440_588, 4)])
    case 'FLOAT':
    case 'DOUBLE':
      return Number(number)
    case 'BYTE_ARRAY':
      return asText(plain)
    default:
      return Buffer.concat([asText(plain), Buffer.alloc(length)]).subarray(0, length)
  }
}

type Draw = (rng: Rng, name: string) => Stored

const of =
  (label: string, type: Physical, more: Partial<SchemaNode> = {}, value?: (plain: Plain) => NestedValue): Draw =>
  (_, name) => ({ label, node: leaf(name, type, more), value: value ?? (plain => physical(type, plain, more.length ?? 0)) })

const integer =
  (type: 'INT32' | 'INT64', bits: number, signed: boolean): Draw =>
  (rng, name) => {
    const sign = signed ? 'INT' : 'UINT'
    const converted = CONVERTED[`${sign}_${bits}` as keyof typeof CONVERTED]
    const form = rng.below(3)
    const more = { converted: form === 1 ? undefined : converted, logical: form === 2 ? undefined : LOGICAL.integer(bits, signed) }
    return of(`${sign.toLowerCase()}${bits} in ${type}, ${['both forms', 'logical', 'converted'][form]}`, type, more)(rng, name)
  }

const decimal: Draw = (rng, name) => {
  const type = rng.pick(['INT32', 'INT64', 'FIXED_LEN_BYTE_ARRAY', 'BYTE_ARRAY'] as const)
  const scale = rng.pick([0, 0, 0, 2, 9, -1])
  const precision = rng.pick([9, 18, 30, 38, 60, 5, 0, 77])
  const length = rng.pick([8, 9, 12, 16, 20, 32])
  const fraction = rng.chance(0.3) ? 1n : 0n
  const more = { converted: CONVERTED.DECIMAL, scale, precision, logical: rng.chance(0.7) ? LOGICAL.decimal(scale, precision) : undefined, length: type === 'FIXED_LEN_BYTE_ARRAY' ? length : undefined } // biome-ignore format: one line
  return of(
    `decimal(${precision}, ${scale}) in ${type}${type === 'FIXED_LEN_BYTE_ARRAY' ? `(${length})` : ''}${fraction ? ' with a fraction' : ''}`,
    type,
    more,
    plain => {
      const unscaled = asInteger(plain) * 10n ** BigInt(Math.max(0, scale)) + (scale > 0 ? fraction : 0n)
      if (type === 'INT32') return Number(BigInt.asIntN(32, unscaled))
      if (type === 'INT64') return BigInt.asIntN(64, unscaled)
      const bytes = bigEndian(unscaled, type === 'BYTE_ARRAY' ? 1 : length)
      return type === 'BYTE_ARRAY' ? bytes : bytes.subarray(bytes.length - length)
    }
  )(rng, name)
}

const floating: Draw = (rng, name) => {
  const type = rng.pick(['FLOAT', 'DOUBLE', 'DOUBLE'] as const)
  const [label, change] = rng.pick<readonly [string, (value: number) => number]>([
    ['whole', value => value],
    ['whole', value => value],
    ['with a fraction', value => value + 0.75],
    ['not a number', () => Number.NaN],
    ['infinite', () => Number.NEGATIVE_INFINITY],
    ['huge', () => 1e300],
    ['minus zero', () => -0]
  ])
  return of(`${type}, ${label}`, type, {}, plain => change(Number(asInteger(plain))))(rng, name)
}

const textOf =
  (label: string, more: Partial<SchemaNode>): Draw =>
  (rng, name) => {
    const [form, change] = rng.pick<readonly [string, (text: Buffer) => Buffer]>([
      ['unchanged', text => text],
      ['as it is', text => text],
      ['with spaces', text => Buffer.from(` ${text}\n`)],
      ['with a sign', text => Buffer.from(`+${text}`)],
      ['with underscores', text => Buffer.from(String(text).split('').join('_'))],
      ['with a fraction', text => Buffer.from(`${text}.0`)],
      ['empty', () => Buffer.alloc(0)],
      ['not UTF-8', () => Buffer.from([0xff, 0xfe])],
      ['in Arabic digits', text => Buffer.from(String(text).replace(/\d/g, digit => String.fromCodePoint(0x660 + Number(digit))))],
      ['with leading zeros', text => Buffer.from(`00${text}`)]
    ])
    return of(`${label} ${form}`, 'BYTE_ARRAY', more, plain => change(asText(plain)))(rng, name)
  }

const instant = (type: Physical, label: string, more: Partial<SchemaNode>): Draw => of(label, type, more)

const nested: Draw = (rng, name) => {
  const element = leaf('element', 'INT32')
  return rng.pick<Stored>([
    { label: 'a list of one', node: listOf(name, element), value: plain => listValue([Number(BigInt.asIntN(32, asInteger(plain)))]) },
    { label: 'an empty list', node: listOf(name, element), value: () => listValue([]) },
    { label: 'a group', node: group(name, [element]), value: plain => [Number(BigInt.asIntN(32, asInteger(plain)))] },
    { label: 'repeated', node: leaf(name, 'INT64', { repetition: REPEATED }), value: plain => [BigInt.asIntN(64, asInteger(plain))] },
    { label: 'bytes as a list of numbers', node: listOf(name, leaf('element', 'INT32', { converted: CONVERTED.UINT_8 })), value: plain => listValue([...asText(plain)]) },
    { label: 'bytes as a list of signed numbers', node: listOf(name, leaf('element', 'INT32', { converted: CONVERTED.INT_16 })), value: plain => listValue([...asText(plain)]) }
  ]) // biome-ignore format: one choice a line
}

const LOGICALS: readonly TStruct[] = [
  LOGICAL.string, LOGICAL.map, LOGICAL.list, LOGICAL.enum, LOGICAL.decimal(0, 9), LOGICAL.decimal(2, 18), LOGICAL.date,
  LOGICAL.time(true, 1), LOGICAL.time(false, 2), LOGICAL.time(true, 3), LOGICAL.timestamp(true, 1), LOGICAL.timestamp(false, 2),
  LOGICAL.timestamp(true, 3), LOGICAL.integer(8, true), LOGICAL.integer(16, false), LOGICAL.integer(32, true), LOGICAL.integer(64, true),
  LOGICAL.integer(64, false), LOGICAL.integer(7, true), LOGICAL.unknown, LOGICAL.json, LOGICAL.bson, LOGICAL.uuid, LOGICAL.float16,
  LOGICAL.variant, LOGICAL.geometry, LOGICAL.geography, LOGICAL.none
] // biome-ignore format: a table

/** Any physical type with any annotation, most of which do not fit. */
const anything: Draw = (rng, name) => {
  const type = rng.pick(PHYSICAL)
  const length = rng.pick([1, 2, 4, 8, 12, 16, 32, 33])
  const logicalAt = rng.below(LOGICALS.length)
  const converted = rng.chance(0.4) ? rng.below(23) : undefined
  const logical = rng.chance(0.7) ? LOGICALS[logicalAt] : undefined
  const [scale, precision] = rng.chance(0.3) ? [rng.below(4), rng.between(-1, 20)] : [undefined, undefined]
  const more = {
    length: type === 'FIXED_LEN_BYTE_ARRAY' ? length : undefined,
    converted,
    logical,
    scale,
    precision,
    repetition: rng.pick([REQUIRED, 1, 1])
  }
  const said =
    logical === undefined
      ? 'none'
      : JSON.stringify(logical, (_, v) => (typeof v === 'bigint' ? Number(v) : v)).replaceAll(/"|t:|v:|\\/g, '')
  return of(
    `${type}${more.length === undefined ? '' : `(${length})`} converted ${converted ?? 'none'}, logical ${said.slice(0, 60)}`,
    type,
    more
  )(rng, name)
}

const nothing: Draw = (rng, name) =>
  of('nulls of no type', rng.pick(['INT32', 'BOOLEAN', 'BYTE_ARRAY'] as const), { logical: LOGICAL.unknown }, () => null)(rng, name)

const DRAWS: readonly (readonly [weight: number, draw: Draw])[] = [
  ...([8, 16, 32] as const).flatMap(bits => [[1, integer('INT32', bits, true)], [1, integer('INT32', bits, false)]] as const),
  [1, integer('INT64', 64, true)],
  [1, integer('INT64', 64, false)],
  [1, integer('INT32', 64, true)],
  [1, integer('INT64', 32, false)],
  [1, of('plain INT32', 'INT32')],
  [1, of('plain INT64', 'INT64')],
  [5, decimal],
  [3, floating],
  [1, of('float16', 'FIXED_LEN_BYTE_ARRAY', { length: 2, logical: LOGICAL.float16 }, plain => halfBytes(Number(asInteger(plain))))],
  [2, textOf('text', { converted: CONVERTED.UTF8, logical: LOGICAL.string })],
  [1, textOf('text, converted', { converted: CONVERTED.UTF8 })],
  [1, textOf('text, logical', { logical: LOGICAL.string })],
  [2, textOf('bytes', {})],
  [1, textOf('enum', { converted: CONVERTED.ENUM, logical: LOGICAL.enum })],
  [1, textOf('json', { converted: CONVERTED.JSON, logical: LOGICAL.json })],
  [1, textOf('bson', { converted: CONVERTED.BSON, logical: LOGICAL.bson })],
  [2, of('boolean', 'BOOLEAN')],
  [1, instant('INT32', 'date', { converted: CONVERTED.DATE, logical: LOGICAL.date })],
  [1, instant('INT32', 'time in ms', { converted: CONVERTED.TIME_MILLIS, logical: LOGICAL.time(true, 1) })],
  [1, instant('INT64', 'time in us', { converted: CONVERTED.TIME_MICROS })],
  [1, instant('INT64', 'timestamp in ms', { converted: CONVERTED.TIMESTAMP_MILLIS })],
  [1, instant('INT64', 'timestamp in us', { logical: LOGICAL.timestamp(true, 2) })],
  [1, instant('INT64', 'timestamp in ns', { logical: LOGICAL.timestamp(false, 3) })],
  [1, of('INT96', 'INT96')],
  [1, of('uuid', 'FIXED_LEN_BYTE_ARRAY', { length: 16, logical: LOGICAL.uuid })],
  [1, of('interval', 'FIXED_LEN_BYTE_ARRAY', { length: 12, converted: CONVERTED.INTERVAL })],
  [1, of('32 bytes', 'FIXED_LEN_BYTE_ARRAY', { length: 32 })],
  [1, of('31 bytes', 'FIXED_LEN_BYTE_ARRAY', { length: 31 })],
  [1, nothing],
  [3, nested],
  [8, anything]
] // biome-ignore format: a table

/** Another type for a column. */
export function storedAs(rng: Rng, name: string): Stored {
  return rng.weighted(DRAWS)(rng, name)
}
