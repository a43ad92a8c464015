/** Python's `int()`, `float()`, `bytes()` and `bool()` for the values that GenoLeWM reads, with their errors. */
import { PyError, type PyValue, pyTypeName } from './pyValue.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @throws PyError */
export function pyInt(value: PyValue): bigint {
  switch (typeof value) {
    case 'bigint':
      return value
    case 'boolean':
      return value ? 1n : 0n
    case 'number':
      if (!Number.isFinite(value)) throw new PyError(`${Number.isNaN(value) ? 'NaN' : 'an infinite number'} is not an integer`)
      return BigInt(Math.trunc(value))
    case 'string':
      return parseInteger(value)
    default:
      if (value instanceof Uint8Array) return parseInteger(asciiOf(value))
      if (value?.is === 'Decimal') return value.unscaled / 10n ** BigInt(value.scale)
      if (value?.is === 'UUID') return BigInt(`0x${Buffer.from(value.bytes).toString('hex')}`)
      throw new PyError(`a value of type ${pyTypeName(value)} is not an integer`)
  }
}

/** @throws PyError */
export function pyFloat(value: PyValue): number {
  switch (typeof value) {
    case 'number':
      return value
    case 'bigint':
      return finite(Number(value))
    case 'boolean':
      return value ? 1 : 0
    case 'string':
      return parseFloatText(value)
    default:
      if (value instanceof Uint8Array) return parseFloatText(asciiOf(value))
      if (value?.is === 'Decimal') return Number(`${value.unscaled}e${-value.scale}`)
      throw new PyError(`a value of type ${pyTypeName(value)} is not a number`)
  }
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new PyError('the integer is too large for a float')
  return value
}

/** More bytes than any column of the layout has. The row is refused in any case. */
const MANY_BYTES = 4096n

/** @throws PyError */
export function pyBytes(value: PyValue): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'bigint' || typeof value === 'boolean') {
    const count = BigInt(value)
    if (count < 0n) throw new PyError('a negative number of bytes')
    return new Uint8Array(Number(count < MANY_BYTES ? count : MANY_BYTES))
  }
  if (value !== null && typeof value === 'object') {
    if (value.is === 'list' || value.is === 'tuple') return Uint8Array.from(value.items, byteOf)
    if (value.is === 'dict' && value.entries.length === 0) return new Uint8Array(0)
  }
  throw new PyError(`a value of type ${pyTypeName(value)} cannot be converted to bytes`)
}

function byteOf(item: PyValue): number {
  if (typeof item !== 'bigint' && typeof item !== 'boolean') throw new PyError(`a value of type ${pyTypeName(item)} is not a byte`)
  const byte = BigInt(item)
  if (byte < 0n || byte > 255n) throw new PyError(`${byte} is not a byte`)
  return Number(byte)
}

export function pyBool(value: PyValue): boolean {
  if (value === null || typeof value !== 'object') return typeof value === 'number' ? value !== 0 : Boolean(value)
  if (value instanceof Uint8Array) return value.length > 0
  switch (value.is) {
    case 'Decimal':
      return value.unscaled !== 0n
    case 'timedelta':
      return value.us !== 0n
    case 'Timedelta':
      return value.ns !== 0n
    case 'list':
    case 'tuple':
      return value.items.length > 0
    case 'dict':
      return value.entries.length > 0
    default:
      return true
  }
}

/**
 * The values that a `for` loop yields.
 * @throws PyError if Python cannot iterate
 */
export function pyItems(value: PyValue): readonly PyValue[] {
  if (typeof value === 'string') return Array.from(value)
  if (value instanceof Uint8Array) return Array.from(value, BigInt)
  if (value !== null && typeof value === 'object') {
    if (value.is === 'list' || value.is === 'tuple') return value.items
    if (value.is === 'dict') return value.entries.map(([key]) => key)
  }
  throw new PyError(`a value of type ${pyTypeName(value)} is not iterable`)
}

/** Numbers in bytes are ASCII. Anything else is not a number. */
function asciiOf(bytes: Uint8Array): string {
  if (bytes.some(byte => byte >= 0x80)) throw new PyError('the bytes are not a number')
  return utf8.decode(bytes)
}

/** The characters that Python treats as whitespace. */
const isSpace = (character: string): boolean => /\s/.test(character) || MORE_SPACES.includes(character)
const MORE_SPACES = '\u001c\u001d\u001e\u001f\u0085'
const MOST_DIGITS = 4300

/** The text without surrounding whitespace, with digits of any script as ASCII. */
function plainText(text: string): string {
  return stripped(text.replaceAll('\ufeff', '\u0000')).replace(/\p{Nd}/gu, digit => String(digitValue(digit.codePointAt(0) ?? 0)))
}

function stripped(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charAt(start))) start += 1
  while (start < end && isSpace(text.charAt(end - 1))) end -= 1
  return text.slice(start, end)
}

/** The ten digits of a script are consecutive, beginning with its zero. */
function digitValue(code: number): number {
  let zero = code
  while (zero > code - 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  // Digits of several alphabets may be adjacent, such as the mathematical digits from U+1D7CE.
  return code >= 0x1d7ce && code <= 0x1d7ff ? (code - 0x1d7ce) % 10 : (code - zero) % 10
}

function parseInteger(text: string): bigint {
  const [, sign, digits] = /^([+-]?)(\d+(?:_\d+)*)$/.exec(plainText(text)) ?? []
  const plain = digits?.replaceAll('_', '')
  if (plain === undefined || plain.length > MOST_DIGITS) throw new PyError(`${shown(text)} is not an integer`)
  return sign === '-' ? -BigInt(plain) : BigInt(plain)
}

const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i

function parseFloatText(text: string): number {
  const plain = plainText(text)
  if (FLOAT.test(plain)) return Number(plain.replaceAll('_', ''))
  const [, sign, word] = /^([+-]?)(inf|infinity|nan)$/i.exec(plain) ?? []
  if (word === undefined) throw new PyError(`${shown(text)} is not a number`)
  if (word.toLowerCase() === 'nan') return Number.NaN
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
