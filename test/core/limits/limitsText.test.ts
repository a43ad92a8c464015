/** Limits as text: parsed, printed, refused. */
import { afterEach, describe, expect, test } from 'vitest'
import { InputError, limitNames, limitsFromText, limitsInForce, limitsToText, setLimits } from '../../../src/main/core/index.ts'
import { DEFAULT_LIMITS, LIMIT_NAMES, limitKeys } from '../../../src/main/core/limits/limits.ts'

afterEach(() => setLimits({}))

test('every limit has a unique name, and is parsed as it was printed', () => {
  expect(new Set(limitNames().split(', ')).size).toBe(limitKeys().length)
  for (const key of limitKeys()) {
    const { name, most } = LIMIT_NAMES[key]
    for (const value of [1, 1000, 4096, most].filter(each => each <= most && each !== DEFAULT_LIMITS[key])) {
      const text = limitsToText({ ...DEFAULT_LIMITS, [key]: value })
      expect(text).toMatch(new RegExp(`^${name}=[0-9]+(KiB|MiB|GiB|ms|s|m|h)?$`))
      expect(limitsFromText(text)).toEqual({ [key]: value })
    }
  }
  expect(limitsToText(DEFAULT_LIMITS)).toBe('')
})

test('several at once, the last value of a name counts', () => {
  expect(limitsFromText('page=1MiB, rows=5 list=70000,page=128MiB,time=10m')).toEqual({
    pageBytes: 128 * 1024 * 1024,
    rows: 5,
    listLength: 70_000,
    shardMs: 600_000
  })
  expect(limitsFromText('')).toEqual({})
})

describe('invalid limits', () => {
  test.each([
    ['pages=1', 'the limits are footer, page-header, page, page-values, texts, list, rows, '],
    ['__proto__=1', 'there is no limit "__proto__"'],
    ['page', 'the limit page must be bytes, such as 500000, 64KiB, 128MiB or 1GiB'],
    ['page=', 'must be bytes'],
    ['page=12x', 'must be bytes'],
    ['page=-1', 'must be bytes'],
    ['page=0', 'from 1 to 2047MiB'],
    ['page=2GiB', 'from 1 to 2047MiB'],
    ['rows=10MiB', 'a whole number'],
    ['rows=1e6', 'a whole number'],
    ['time=60', 'a time, such as 90s, 10m or 2h'],
    ['time=0s', 'from 1 to 168h'],
    ['depth=100000', 'from 1 to 500']
  ])('%s', (text, words) => {
    expect(() => limitsFromText(`rows=5,${text}`)).toThrow(InputError)
    expect(() => limitsFromText(`rows=5,${text}`)).toThrow(words)
  })

  test.each([0, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY])('as a number: %d', value => {
    expect(() => setLimits({ rows: value })).toThrow(InputError)
    expect(limitsInForce()).toEqual(DEFAULT_LIMITS)
  })
})

test('limits that are not named have their default', () => {
  setLimits({ rows: 5 })
  expect(limitsInForce()).toEqual({ ...DEFAULT_LIMITS, rows: 5 })
  setLimits({ pageBytes: 5, shardMs: null })
  expect(limitsInForce()).toEqual({ ...DEFAULT_LIMITS, pageBytes: 5 })
})
