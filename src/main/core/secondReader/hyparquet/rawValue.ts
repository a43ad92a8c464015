/** hyparquet's values as plain data that can be sent to another thread and written to JSON without losing digits. */
import type { ParquetParsers, SchemaElement, SchemaTree } from 'hyparquet'
import type { RawValue } from '../../../../shared/model/raw.ts'
import { Incomparable } from './storedColumns.ts'

/**
 * Converters that keep information that JavaScript's Date and JSON.parse would lose. A logical type may annotate values that it does not
 * fit.
 */
export const EXACT: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (milliseconds: unknown) => timeOr(milliseconds, 3),
  timestampFromMicroseconds: (microseconds: unknown) => timeOr(microseconds, 6),
  timestampFromNanoseconds: (nanoseconds: unknown) => timeOr(nanoseconds, 9),
  dateFromDays: (days: unknown) => (typeof days === 'number' ? dateText(days) : days),
  stringFromBytes: textOr,
  jsonFromBytes: textOr,
  geometryFromBytes: bytes => bytes,
  geographyFromBytes: bytes => bytes,
  uuidFromBytes: uuidOr
}

function timeOr(units: unknown, digits: number): unknown {
  return typeof units === 'bigint' || typeof units === 'number' ? timeText(BigInt(units), digits) : units
}

function dateText(days: number): string {
  const seconds = BigInt(days) * DAY_SECONDS
  return isDated(seconds) ? timeText(seconds, 0).replace(/T.*/, '') : `${days} (days since 1970)`
}

/** Text, or hex if the bytes are not UTF-8. */
function textOr(bytes: unknown): unknown {
  if (!(bytes instanceof Uint8Array)) return bytes
  try {
    return utf8.decode(bytes)
  } catch {
    return hexOf(bytes)
  }
}

function uuidOr(bytes: unknown): unknown {
  if (!(bytes instanceof Uint8Array) || bytes.length !== 16) return bytes
  return hexOf(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const DAY_SECONDS = 86_400n

/** The first and last second that a JavaScript date can represent. */
const MOST_SECONDS = 8_640_000_000_000n

function isDated(seconds: bigint): boolean {
  return seconds <= MOST_SECONDS && seconds >= -MOST_SECONDS
}

/** @param digits number of digits in the fraction of a second */
function timeText(units: bigint, digits: number): string {
  const perSecond = 10n ** BigInt(digits)
  const seconds = (units - (((units % perSecond) + perSecond) % perSecond)) / perSecond
  if (!isDated(seconds)) return `${units} (in 1/${perSecond} s since 1970)`
  const fraction = digits === 0 ? '' : `.${String(units - seconds * perSecond).padStart(digits, '0')}`
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, -5)}${fraction}Z`
}

/**
 * Types whose values hyparquet rounds, refuses, or represents as their own text. Without these types it returns the stored integers, bytes
 * and groups.
 */
const LOSSY: ReadonlySet<string | undefined> = new Set(['DECIMAL', 'VARIANT', 'BSON', 'INTERVAL', 'MAP', 'MAP_KEY_VALUE'])

/** The schema without lossy types. `plainValue` applies the scale of decimals. */
export function withoutLossyTypes(schema: readonly SchemaElement[]): SchemaElement[] {
  return schema.map(element => {
    const { converted_type: converted, logical_type: logical, ...bare } = element
    if (LOSSY.has(converted) || LOSSY.has(logical?.type)) return bare
    // hyparquet accepts any bytes as a float16, and the name of an enumeration for bytes.
    if (logical?.type === 'FLOAT16' && !(element.type === 'FIXED_LEN_BYTE_ARRAY' && element.type_length === 2)) return bare
    return converted === 'ENUM' || logical?.type === 'ENUM' ? { ...bare, converted_type: 'UTF8' } : element
  })
}

function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL'
}

const DEEPEST = 64

/**
 * @param node the declaration of the value in the schema. Null if unknown
 * @throws RangeError for values that are nested too deeply
 */
export function plainValue(value: unknown, node: SchemaTree | null, depth = 0): RawValue {
  if (depth > DEEPEST) throw new RangeError(`its values are nested more than ${DEEPEST} levels deep`)
  if (Array.isArray(value)) return value.map((item: unknown) => plainValue(item, node, depth + 1))
  const declared = node === null ? null : withoutLists(node)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    return scalarValue(value, declared?.children.length === 0 ? declared.element : null)
  }
  const fieldOf = (name: string): SchemaTree | null => declared?.children.find(child => child.element.name === name) ?? null
  return new Map(Object.entries(value).map(([name, item]: [string, unknown]) => [name, plainValue(item, fieldOf(name), depth + 1)]))
}

/** The type of the items of a list, or of its lists. hyparquet returns arrays for the groups around them. */
function withoutLists(node: SchemaTree): SchemaTree {
  const [list, ...others] = node.children
  const isList = node.element.converted_type === 'LIST' && others.length === 0 && list?.element.repetition_type === 'REPEATED'
  if (!isList || list.children.length > 1) return node
  return withoutLists(list.children[0] ?? list)
}

function scalarValue(value: unknown, leaf: SchemaElement | null): RawValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value
  if (leaf !== null && isDecimal(leaf) && isScalar(value)) return decimalText(value, leaf)
  if (leaf !== null && isTime(leaf) && (typeof value === 'number' || typeof value === 'bigint')) return clockText(BigInt(value), leaf)
  if (typeof value === 'string') return isLocal(leaf) ? value.replace(/Z$/, '') : value
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return BigInt(Number.MAX_SAFE_INTEGER) >= (value < 0n ? -value : value) ? Number(value) : String(value)
  if (value instanceof Uint8Array) return hexOf(value)
  throw new TypeError(`hyparquet returned a ${typeof value}`)
}

function isScalar(value: unknown): value is number | bigint | Uint8Array {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array
}

/** A time without a time zone. */
function isLocal(leaf: SchemaElement | null): boolean {
  return leaf?.logical_type?.type === 'TIMESTAMP' && !leaf.logical_type.isAdjustedToUTC
}

function isTime({ logical_type: logical, converted_type: converted }: SchemaElement): boolean {
  return logical?.type === 'TIME' || converted === 'TIME_MILLIS' || converted === 'TIME_MICROS'
}

const DIGITS = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const

/** A time of day, in units since midnight. */
function clockText(units: bigint, { logical_type: logical, converted_type: converted }: SchemaElement): string {
  const digits = logical?.type === 'TIME' ? DIGITS[logical.unit] : converted === 'TIME_MILLIS' ? 3 : 6
  if (units < 0n || units >= DAY_SECONDS * 10n ** BigInt(digits)) return `${units} (in 1/${10 ** digits} s since midnight)`
  return timeText(units, digits)
    .replace(/^1970-01-01T/, '')
    .replace(/Z$/, '')
}

function decimalText(value: number | bigint | Uint8Array, leaf: SchemaElement): string {
  const unscaled = value instanceof Uint8Array ? bigEndian(value) : BigInt(value)
  const scale = scaleOf(leaf)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return unscaled < 0n ? `-${text}` : text
}

/** Digits and bytes of a decimal. The widest that any writer produces has 76 digits in 32 bytes. */
const MOST_SCALE = 1000
const MOST_DECIMAL_BYTES = 1024

/**
 * Digits after the decimal point.
 * @throws Incomparable for an invalid scale, because a text of that length may exceed the memory of the thread
 */
export function scaleOf({ name, logical_type: logical, scale: declared = 0 }: SchemaElement): number {
  const scale = logical?.type === 'DECIMAL' ? logical.scale : declared
  if (!(scale >= 0 && scale <= MOST_SCALE)) throw new Incomparable(`${name} declares a scale of ${scale}`)
  return scale
}

/**
 * A signed number, most significant byte first.
 * @throws Incomparable for a number of more than 1,024 bytes
 */
export function bigEndian(bytes: Uint8Array): bigint {
  if (bytes.length > MOST_DECIMAL_BYTES) throw new Incomparable(`a decimal has ${bytes.length} bytes`)
  return bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${hexOf(bytes)}`))
}

/** Approximate memory size of a value, in characters. */
export function weightOf(value: RawValue): number {
  if (typeof value === 'string') return value.length
  if (Array.isArray(value)) return value.reduce((sum: number, item: RawValue) => sum + weightOf(item), 8)
  if (value instanceof Map) return [...value.values()].reduce((sum: number, item: RawValue) => sum + weightOf(item), 64)
  return 8
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** `INT64 TIMESTAMP(NANOS, UTC)`: a leaf's logical type with its parameters. Null if it has none. */
export function logicalText({ logical_type: logical, converted_type: converted, precision, scale }: SchemaElement): string | null {
  switch (logical?.type) {
    case undefined:
      return converted === 'DECIMAL' ? `DECIMAL(${precision}, ${scale ?? 0})` : (converted ?? null)
    case 'DECIMAL':
      return `DECIMAL(${logical.precision}, ${logical.scale})`
    case 'TIME':
    case 'TIMESTAMP':
      return `${logical.type}(${logical.unit}, ${logical.isAdjustedToUTC ? 'UTC' : 'local'})`
    case 'INTEGER':
      return `INTEGER(${logical.bitWidth}, ${logical.isSigned ? 'signed' : 'unsigned'})`
    default:
      return typeof logical?.type === 'string' ? logical.type : 'OTHER'
  }
}
