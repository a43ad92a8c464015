/** What hyparquet gives for a value, as plain data that crosses to another thread and into JSON without losing digits. */
import type { ParquetParsers, SchemaElement } from 'hyparquet'
import type { RawValue } from '../../../shared/model/raw.ts'

/** Converters that keep what JavaScript's Date and JSON.parse would lose. */
export const EXACT: Partial<ParquetParsers> = {
  timestampFromMilliseconds: milliseconds => timeText(milliseconds, 3),
  timestampFromMicroseconds: microseconds => timeText(microseconds, 6),
  timestampFromNanoseconds: nanoseconds => timeText(nanoseconds, 9),
  dateFromDays: days => timeText(BigInt(days) * 86_400n, 0).replace(/T.*/, ''),
  stringFromBytes: bytes => utf8.decode(bytes),
  jsonFromBytes: bytes => utf8.decode(bytes),
  geometryFromBytes: bytes => bytes,
  geographyFromBytes: bytes => bytes
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** The last and first second that JavaScript has a date for. */
const MOST_SECONDS = 8_640_000_000_000n

/** @param digits of the fraction of a second that `units` counts */
function timeText(units: bigint, digits: number): string {
  const perSecond = 10n ** BigInt(digits)
  const seconds = (units - (((units % perSecond) + perSecond) % perSecond)) / perSecond
  if (seconds > MOST_SECONDS || seconds < -MOST_SECONDS) return `${units} (in 1/${perSecond} s since 1970)`
  const fraction = digits === 0 ? '' : `.${String(units - seconds * perSecond).padStart(digits, '0')}`
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, -5)}${fraction}Z`
}

/** Types whose values hyparquet rounds, refuses, or files under their own text. Without them it gives the stored integers, bytes and groups. */
const LOSSY: ReadonlySet<string | undefined> = new Set(['DECIMAL', 'VARIANT', 'BSON', 'INTERVAL', 'MAP', 'MAP_KEY_VALUE'])

/** The schema without lossy types; `plainValue` applies the scale of decimals. */
export function withoutLossyTypes(schema: readonly SchemaElement[]): SchemaElement[] {
  return schema.map(element => {
    const { converted_type: converted, logical_type: logical, ...bare } = element
    return LOSSY.has(converted) || LOSSY.has(logical?.type) ? bare : element
  })
}

function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL'
}

const DEEPEST = 64

/**
 * @param leaf the declared leaf of the column, where it has only one
 * @throws RangeError for what nests deeper than any file should
 */
export function plainValue(value: unknown, leaf: SchemaElement | null, depth = 0): RawValue {
  if (depth > DEEPEST) throw new RangeError(`its values nest more than ${DEEPEST} deep`)
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value
  if (leaf !== null && isDecimal(leaf) && isScalar(value)) return decimalText(value, leaf)
  if (leaf !== null && isTime(leaf) && (typeof value === 'number' || typeof value === 'bigint')) return clockText(BigInt(value), leaf)
  if (typeof value === 'string') return isLocal(leaf) ? value.replace(/Z$/, '') : value
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return BigInt(Number.MAX_SAFE_INTEGER) >= (value < 0n ? -value : value) ? Number(value) : String(value)
  if (value instanceof Uint8Array) return hexOf(value)
  if (Array.isArray(value)) return value.map((item: unknown) => plainValue(item, leaf, depth + 1))
  if (typeof value === 'object') {
    return new Map(Object.entries(value).map(([name, item]: [string, unknown]) => [name, plainValue(item, leaf, depth + 1)]))
  }
  throw new TypeError(`hyparquet gave a ${typeof value}`)
}

function isScalar(value: unknown): value is number | bigint | Uint8Array {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array
}

/** A time without a zone. */
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
  return timeText(units, digits)
    .replace(/^1970-01-01T/, '')
    .replace(/Z$/, '')
}

function decimalText(value: number | bigint | Uint8Array, { logical_type: logical, scale: declared = 0 }: SchemaElement): string {
  const unscaled = value instanceof Uint8Array ? bigEndian(value) : BigInt(value)
  const scale = logical?.type === 'DECIMAL' ? logical.scale : declared
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  const text = scale <= 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return unscaled < 0n ? `-${text}` : text
}

/** A signed number of any length, the most significant byte first. */
export function bigEndian(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${hexOf(bytes)}`))
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** `INT64 TIMESTAMP(NANOS, UTC)`: a leaf's logical type with its parameters; null where it has none. */
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
