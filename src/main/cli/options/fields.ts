/** One field, one reader: what a value must be to become a part of a key or a record, and the words to say so. */
import type { KeyField } from '../../../shared/model/keySpec.ts'
import { DTYPES, type Dtype, POOL_TYPES, type PoolType } from '../../../shared/model/record.ts'

/** The value, or a description of the accepted values. */
export type FieldReader<T> = (value: unknown) => { readonly value: T } | { readonly mustBe: string }

const HASH_BYTES = 32
const INT64_MAX = 2n ** 63n - 1n

export const hashField: FieldReader<Uint8Array> = value => {
  if (typeof value !== 'string' || !/^(?:[0-9a-fA-F]{2})*$/.test(value) || value.length !== 2 * HASH_BYTES) {
    return { mustBe: `a SHA-256 of ${HASH_BYTES} bytes as ${2 * HASH_BYTES} hexadecimal digits` }
  }
  return { value: new Uint8Array(Buffer.from(value, 'hex')) }
}

export const stateLayerField = wholeNumberField(-128, 127)
export const poolRadiusField = wholeNumberField(0, 2 ** 31 - 1)
export const centerTokenField = wholeNumberField(0, 2 ** 31 - 1)
export const strideBlockField = wholeNumberField(0, Number.MAX_SAFE_INTEGER)
const poolTypeField: FieldReader<PoolType> = oneOfField(POOL_TYPES)
const dtypeField: FieldReader<Dtype> = oneOfField(DTYPES)

/** Null where a key has no such part. */
const centerTokenOrNone: FieldReader<number | null> = value => {
  if (value === null) return { value }
  const read = centerTokenField(value)
  return 'value' in read ? read : { mustBe: `${read.mustBe}, or null` }
}

/** The accepted values of each part of a key in a line of JSON. */
export const KEY_READERS: Readonly<Record<KeyField, FieldReader<unknown>>> = {
  windowHash: hashField,
  encoderHash: hashField,
  stateLayer: stateLayerField,
  poolType: poolTypeField,
  poolRadius: poolRadiusField,
  centerToken: centerTokenOrNone,
  dtype: dtypeField
}

export const nameField: FieldReader<string> = value =>
  typeof value === 'string' && value !== '' && value.isWellFormed() ? { value } : { mustBe: 'text that is not empty' }

export const flagField: FieldReader<boolean> = value => (typeof value === 'boolean' ? { value } : { mustBe: 'true or false' })

/** An int64 as a bigint, a decimal string, or a number that represents it exactly. */
export const int64Field: FieldReader<bigint> = value => {
  const integer = exactInteger(value)
  if (integer === null || integer > INT64_MAX || integer < -INT64_MAX - 1n) {
    return { mustBe: 'a whole number of at most 64 bits, as a number or as a decimal string' }
  }
  return { value: integer }
}

/** At least one number. NaN and infinities are the strings that `get` prints. */
export const embeddingField: FieldReader<Float64Array> = value => {
  if (!Array.isArray(value) || value.length === 0) return { mustBe: 'an array of at least one number' }
  const numbers = new Float64Array(value.length)
  for (let at = 0; at < numbers.length; at += 1) {
    const number = exactNumber(value[at])
    if (number === null) return { mustBe: `an array of numbers, "NaN", "Infinity" or "-Infinity" (entry ${at} is none of these)` }
    numbers[at] = number
  }
  return { value: numbers }
}

/** A whole number from `min` to `max`. */
export function wholeNumberField(min: number, max: number): FieldReader<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  return value =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? { value: value === 0 ? 0 : value }
      : { mustBe: `a whole number ${range}` }
}

/** Exactly one of `allowed`. */
export function oneOfField<T extends string>(allowed: readonly T[]): FieldReader<T> {
  return value => {
    const found = allowed.find(candidate => candidate === value)
    return found === undefined ? { mustBe: `one of ${allowed.join(', ')}` } : { value: found }
  }
}

function exactInteger(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null
  return typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value) ? BigInt(value) : null
}

function exactNumber(value: unknown): number | null {
  // JSON's 1e400 is parsed as Infinity. It is finite like 1e300, and overflows in the same way.
  if (typeof value === 'number') return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : null
}
