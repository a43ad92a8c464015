/** Python's `str()` and `repr()` for every value of a column that is read as texts. */
import { dateText, splitDay, timeText } from './calendar.ts'
import { type PyObject, PyUnknown, type PyValue } from './pyValue.ts'

/** @throws PyUnknown for a time with a time zone */
export function pyStr(value: PyValue): string {
  if (typeof value === 'string') return value
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return pyRepr(value)
  switch (value.is) {
    case 'Decimal':
      return decimalText(value.unscaled, value.scale)
    case 'date':
      return dateText(value.days)
    case 'datetime': {
      const { days, rest } = splitDay(value.us, US_A_DAY)
      return `${dateText(days)} ${timeText(rest)}`
    }
    case 'time':
      return timeText(value.us)
    case 'timedelta':
      return timedeltaText(value.us)
    case 'Timestamp':
      return timestampText(value.ns)
    case 'Timedelta':
      return pandasTimedeltaText(value.ns)
    case 'UUID':
      return uuidText(value.bytes)
    default:
      return pyRepr(value)
  }
}

/** @throws PyUnknown for a time with a time zone */
function pyRepr(value: PyValue): string {
  if (value === null) return 'None'
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False'
    case 'bigint':
      return String(value)
    case 'number':
      return floatText(value)
    case 'string':
      return quoted(value, quoteOf(value), escapedCharacter)
    default:
      return value instanceof Uint8Array ? bytesRepr(value) : objectRepr(value)
  }
}

const US_A_DAY = 86_400_000_000n
const NS_A_DAY = 86_400_000_000_000n

function objectRepr(value: PyObject): string {
  switch (value.is) {
    case 'Decimal':
      return `Decimal('${pyStr(value)}')`
    case 'Timestamp':
    case 'Timedelta':
    case 'UUID':
      return `${value.is}('${pyStr(value)}')`
    case 'date':
      return `datetime.date(${dateParts(value.days).join(', ')})`
    case 'datetime': {
      const { days, rest } = splitDay(value.us, US_A_DAY)
      return `datetime.datetime(${[...dateParts(days), ...timeParts(rest)].join(', ')})`
    }
    case 'time':
      return `datetime.time(${timeParts(value.us).join(', ')})`
    case 'timedelta':
      return timedeltaRepr(value.us)
    case 'NaT':
      return 'NaT'
    case 'list':
      return `[${value.items.map(pyRepr).join(', ')}]`
    case 'tuple':
      return `(${value.items.map(pyRepr).join(', ')}${value.items.length === 1 ? ',' : ''})`
    case 'dict':
      return `{${value.entries.map(([key, each]) => `${pyRepr(key)}: ${pyRepr(each)}`).join(', ')}}`
    case 'moment':
      throw new PyUnknown('a time with a time zone is read as text')
  }
}

/** The shortest digits that give the same number, which Python and JavaScript both use, in Python's notation. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const [mantissa = '', power = '0'] = Math.abs(value).toExponential().split('e')
  const exponent = Number(power)
  const digits = mantissa.replace('.', '')
  if (exponent < -4 || exponent >= 16) {
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`
}

/** By the rules of `decimal.Decimal.__str__`. */
function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : ''
  const digits = String(unscaled < 0n ? -unscaled : unscaled)
  const left = digits.length - scale
  const isPlain = scale >= 0 && left > -6
  const dot = isPlain ? left : 1
  const whole = dot <= 0 ? '0' : digits.slice(0, dot).padEnd(dot, '0')
  const fraction = dot <= 0 ? '0'.repeat(-dot) + digits : digits.slice(dot)
  const exponent = left === dot ? '' : `E${left - dot < 0 ? '-' : '+'}${Math.abs(left - dot)}`
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${exponent}`
}

function timedeltaText(us: bigint): string {
  const { days, rest } = splitDay(us, US_A_DAY)
  const text = timeText(rest).replace(/^0(?=\d:)/, '')
  return days === 0 ? text : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${text}`
}

function timedeltaRepr(us: bigint): string {
  const { days, rest } = splitDay(us, US_A_DAY)
  const parts = [
    ['days', days],
    ['seconds', Number(rest / 1_000_000n)],
    ['microseconds', Number(rest % 1_000_000n)]
  ]
  const named = parts.filter(([, amount]) => amount !== 0).map(([name, amount]) => `${name}=${amount}`)
  return `datetime.timedelta(${named.length === 0 ? '0' : named.join(', ')})`
}

function timestampText(ns: bigint): string {
  const { days, rest } = splitDay(ns, NS_A_DAY)
  return `${dateText(days)} ${nanosecondText(rest)}`
}

function pandasTimedeltaText(ns: bigint): string {
  const { days, rest } = splitDay(ns, NS_A_DAY)
  return `${days} days ${days < 0 ? '+' : ''}${nanosecondText(rest)}`
}

/** Three more digits only if there are nanoseconds. */
function nanosecondText(ns: bigint): string {
  if (ns % 1000n === 0n) return timeText(ns / 1000n)
  const seconds = ns / 1_000_000_000n
  return `${timeText(seconds * 1_000_000n)}.${String(ns % 1_000_000_000n).padStart(9, '0')}`
}

function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function dateParts(days: number): number[] {
  return dateText(days).split('-').map(Number)
}

function timeParts(us: bigint): number[] {
  const seconds = Number(us / 1_000_000n)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, Number(us % 1_000_000n)]
  while (parts.length > 2 && parts.at(-1) === 0) parts.pop()
  return parts
}

function quoteOf(text: string): string {
  return text.includes("'") && !text.includes('"') ? '"' : "'"
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

function quoted(text: string, quote: string, escaped: (character: string) => string): string {
  const inner = Array.from(text, character => (character === quote ? `\\${quote}` : (SHORT[character] ?? escaped(character))))
  return quote + inner.join('') + quote
}

/** Characters that Unicode's categories define as not printable are written as numbers. */
function escapedCharacter(character: string): string {
  if (character === ' ' || !/^[\p{C}\p{Z}]$/u.test(character)) return character
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`
}

function bytesRepr(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1')
  return `b${quoted(text, quoteOf(text), byte => (/^[ -~]$/.test(byte) ? byte : `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`))}`
}
