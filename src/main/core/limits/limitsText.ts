/** Limits as text, for an option or the environment: `page=128MiB,rows=20000000,time=10m`. */
import { InputError } from '../../../shared/model/errors.ts'
import { checkLimit, DEFAULT_LIMITS, LIMIT_NAMES, LIMITS_VARIABLE, type Limits, limitKeys, limitText, unitsOf } from './limits.ts'

/**
 * Parses limits, separated by commas or spaces. Of two with the same name, the last counts.
 * @throws InputError that lists the names, or describes the accepted values
 */
export function limitsFromText(text: string): Partial<Limits> {
  const limits: { -readonly [Key in keyof Limits]?: number } = {}
  for (const part of text.split(/[\s,]+/).filter(each => each !== '')) {
    const [name = '', value = ''] = part.split(/=(.*)/s)
    const key = limitKeys().find(each => LIMIT_NAMES[each].name === name)
    if (key === undefined) {
      throw new InputError(`there is no limit ${JSON.stringify(name)}; the limits are ${limitNames()}`, { field: 'limit', value: part })
    }
    limits[key] = valueOfLimit(key, value)
  }
  return limits
}

/**
 * Parses `$LEWM_CACHE_LIMITS`.
 * @throws InputError, as limitsFromText
 */
export function limitsFromEnvironment(env: NodeJS.ProcessEnv = process.env): Partial<Limits> {
  try {
    return limitsFromText(env[LIMITS_VARIABLE] ?? '')
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError(`$${LIMITS_VARIABLE}: ${error.message}`, error.details)
  }
}

function valueOfLimit(key: keyof Limits, text: string): number {
  const units = unitsOf(LIMIT_NAMES[key])
  const [, digits, suffix] = /^([0-9]{1,15})([A-Za-z]*)$/.exec(text) ?? []
  const size = suffix === '' && LIMIT_NAMES[key].unit !== 'time' ? 1 : units.find(([name]) => name === suffix)?.[1]
  if (digits === undefined || size === undefined) {
    const { name, unit } = LIMIT_NAMES[key]
    const form = { bytes: 'bytes, such as 500000, 64KiB, 128MiB or 1GiB', count: 'a whole number', time: 'a time, such as 90s, 10m or 2h' }
    throw new InputError(`the limit ${name} must be ${form[unit]}, not ${JSON.stringify(text)}`, { field: name, value: text })
  }
  const value = Number(digits) * size
  checkLimit(key, value)
  return value
}

/** The limits that differ from the defaults, in the form that is accepted as input; empty if there are none. */
export function limitsToText(limits: Limits): string {
  return limitKeys()
    .flatMap(key => {
      const value = limits[key]
      return value === null || value === DEFAULT_LIMITS[key] ? [] : `${LIMIT_NAMES[key].name}=${limitText(key, value)}`
    })
    .join(',')
}

/** The names of all limits, for help and for error messages. */
export function limitNames(): string {
  return limitKeys()
    .map(key => LIMIT_NAMES[key].name)
    .join(', ')
}
