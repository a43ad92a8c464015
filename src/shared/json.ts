/**
 * Converts values to JSON without loss: names in snake_case, bigints as decimal strings, hashes as lowercase hex, NaN and infinities as
 * strings, -0 as `-0.0` (Python reads `-0` as the integer 0).
 */
import { jsonString } from './text/terminalText.ts'

/**
 * `value` as JSON on one line. Object entries that are undefined are left out.
 * @param shown replaces an object; by default each object is shown as it is
 */
export function toJson(value: unknown, shown: (value: object) => object = itself): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return jsonString(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'bigint') return `"${value}"`
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return `"${hexText(value)}"`
  if (value instanceof Float32Array || value instanceof Float64Array) return `[${Array.from(value, numberText).join(',')}]`
  if (Array.isArray(value)) return `[${value.map(each => toJson(each, shown)).join(',')}]`
  if (value instanceof Map) return mapText(value, shown)
  if (typeof value === 'object') return objectText(shown(value), shown)
  throw new TypeError(`a ${typeof value} cannot be written as JSON`)
}

/** Lowercase hex digits of `bytes`. */
export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

function itself(value: object): object {
  return value
}

function objectText(value: object, shown: (value: object) => object): string {
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  return `{${entries.map(([name, entry]) => `${jsonString(snakeCase(name))}:${toJson(entry, shown)}`).join(',')}}`
}

/** Keys of a Map are data and stay unchanged. */
function mapText(value: ReadonlyMap<unknown, unknown>, shown: (value: object) => object): string {
  return `{${Array.from(value, ([name, entry]) => `${jsonString(String(name))}:${toJson(entry, shown)}`).join(',')}}`
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return `"${value}"`
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/** Property names are camelCase. A key of another form (a path, a header) stays unchanged. */
function snakeCase(name: string): string {
  return /^[a-z][A-Za-z0-9]*$/.test(name) ? name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`) : name
}
