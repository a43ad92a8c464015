/** Text output: JSON without loss, and no control sequences for a terminal. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesText, countText, timeText } from '../../src/main/cli/text/numbers.ts'
import { tableText } from '../../src/main/cli/text/table.ts'
import { toJson } from '../../src/shared/json.ts'
import { terminalSafe } from '../../src/shared/text/terminalText.ts'

describe('JSON', () => {
  test('names in snake_case, hashes in hex, bigints in digits', () => {
    expect(
      toJson({ shardPath: 'a', rowOffset: 1, createdAt: 1780000000000000001n, windowHash: new Uint8Array([0, 171, 255]), left: undefined })
    ).toBe('{"shard_path":"a","row_offset":1,"created_at":"1780000000000000001","window_hash":"00abff"}')
  })

  test('a name that is data is not changed', () => {
    expect(toJson({ 'ARROW:schema': 1, by_kind: null })).toBe('{"ARROW:schema":1,"by_kind":null}')
  })

  test('values that JSON cannot represent as numbers', () => {
    expect(toJson(Float32Array.of(Number.NaN, Infinity, -Infinity, -0, 0, 0.5))).toBe('["NaN","Infinity","-Infinity",-0.0,0,0.5]')
  })

  test('every double is reproduced exactly, including its sign', () => {
    fc.assert(
      fc.property(fc.float64Array(), values => {
        const back: unknown[] = JSON.parse(toJson(values))
        expect(back.map(Number)).toEqual([...values])
      })
    )
  })

  test('every text is reproduced exactly, without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const written = toJson(text)
        expect(JSON.parse(written)).toBe(text)
        expect(written).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u)
      })
    )
  })

  test('a function is a bug', () => {
    expect(() => toJson({ a: () => 1 })).toThrow(TypeError)
  })
})

describe('text for a terminal', () => {
  test.each([
    ['\x1b[31mred', '\\u{1b}[31mred'],
    ['a\nb\tc', 'a\\u{a}b\\u{9}c'],
    ['\u009b2J', '\\u{9b}2J'],
    ['\u202etxt.exe', '\\u{202e}txt.exe'],
    ['\ud800', '\\u{d800}'],
    ['HLA-A*01:01 é 染色体', 'HLA-A*01:01 é 染色体']
  ])('%j', (text, safe) => {
    expect(terminalSafe(text)).toBe(safe)
  })

  test('a table is aligned, with numbers on the right', () => {
    const columns = [
      { head: 'name', cell: ([name]: [string, number]) => name },
      { head: 'rows', cell: ([, rows]: [string, number]) => countText(rows), right: true }
    ]
    expect(
      tableText(columns, [
        ['chr1', 1234567],
        ['\x07x', 5]
      ])
    ).toBe('name         rows\nchr1    1,234,567\n\\u{7}x          5\n')
  })

  test('numbers', () => {
    expect([999, 1000, 1234567, -12345].map(n => countText(n))).toEqual(['999', '1,000', '1,234,567', '-12,345'])
    expect([0, 1023, 1024, 1536, 786432000].map(bytesText)).toEqual(['0 B', '1,023 B', '1.0 KiB', '1.5 KiB', '750.0 MiB'])
    expect([null, 1780000000000000000n, 2n ** 63n - 1n].map(timeText)).toEqual(['-', '2026-05-28 20:26:40', '2262-04-11 23:47:16'])
  })
})
