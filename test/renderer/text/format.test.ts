/** Numbers, times, hashes and loci have the same format everywhere in the window. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortenHash, shortenMiddle } from '../../../src/renderer/text/hashes.ts'
import { describeHealth, healthGlyph, healthShort, healthWord, MARKS, worstHealth } from '../../../src/renderer/text/health.ts'
import { formatLocus, formatStored, locusText } from '../../../src/renderer/text/loci.ts'
import { formatBytes, formatCount, formatCounted, formatFloat, formatRows, formatShare } from '../../../src/renderer/text/numbers.ts'
import { formatAgo, formatDuration, formatTime, millisecondsOf } from '../../../src/renderer/text/times.ts'

describe('numbers', () => {
  it('have thousands separators, and a dash if unknown', () => {
    expect([formatCount(1234567), formatCount(9007199254740993n), formatCount(null)]).toEqual(['1,234,567', '9,007,199,254,740,993', '–'])
    expect([formatRows(1000, 0), formatRows(0, 2), formatRows(null, 2)]).toEqual(['1,000 rows', 'at least 0 rows', 'rows not known yet'])
    expect([formatCounted(1, 'shard'), formatCounted(2000, 'shard'), formatCounted(2, 'entry', 'entries')]).toEqual([
      '1 shard',
      '2,000 shards',
      '2 entries'
    ])
  })

  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1024, '1.0 KiB'],
    [1536, '1.5 KiB'],
    [1024 ** 2 - 1, '1.0 MiB'],
    [1024 ** 2, '1.0 MiB'],
    [5.25 * 1024 ** 4, '5.3 TiB'],
    [null, '–']
  ])('bytes %s are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it('never show 1,024 of a unit', () => {
    fc.assert(fc.property(fc.maxSafeNat(), bytes => !formatBytes(bytes).startsWith('1,024')))
  })

  it('floats are short, and non-numbers have a name', () => {
    expect(
      [0.1234567, -12.5, 1e-9, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null].map(value => formatFloat(value))
    ).toEqual(['0.12346', '−12.5', '1e−9', 'NaN', '∞', '−∞', '–'])
  })

  it('a share is 100 % only when everything is done', () => {
    expect([formatShare(0, 0), formatShare(999, 1000), formatShare(1000, 1000)]).toEqual(['0 %', '99 %', '100 %'])
  })
})

describe('times', () => {
  const now = Date.UTC(2026, 2, 4, 12)
  it.each([
    [0, 'just now'],
    [59, 'just now'],
    [60, '1 min ago'],
    [7199, '1 h ago'],
    [7200, '2 h ago'],
    [86400 * 3, '3 d ago'],
    [86400 * 70, '2 mo ago'],
    [86400 * 800, '2 y ago'],
    [-3600, 'in the future']
  ])('%s seconds before now is %s', (seconds, text) => {
    expect(formatAgo(now - seconds * 1000, now)).toBe(text)
  })

  it('are exact on request', () => {
    expect(formatTime(new Date(2026, 2, 4, 5, 6, 7).getTime())).toBe('2026-03-04 05:06:07')
    expect([formatTime(null), formatTime(Number.NaN), formatAgo(null)]).toEqual(['–', '–', '–'])
    expect(millisecondsOf(1_760_000_000_123_456_789n)).toBe(1_760_000_000_123)
  })

  it('durations have at most two units', () => {
    expect([4, 65, 3600, 4850, null, Number.POSITIVE_INFINITY].map(formatDuration)).toEqual([
      '4 s',
      '1 min 05 s',
      '1 h 00 min',
      '1 h 20 min',
      '–',
      '–'
    ])
  })
})

describe('hashes and names', () => {
  it('keep both ends', () => {
    expect(shortenHash('4a5b6c7d'.padEnd(56, '0').concat('e8f90a1b'))).toBe('4a5b6c7d…e8f90a1b')
    expect(shortenHash('4a5b6c7d')).toBe('4a5b6c7d')
  })

  it('are never longer than requested', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 2, max: 60 }), (text, length) => {
        const short = shortenMiddle(text, length)
        return text.length <= length ? short === text : short.length === length && short.includes('…')
      })
    )
  })
})

describe('loci', () => {
  const locus = { chrom: 'chr1', startBp: 1000n, endBp: 2000n }
  it('are 1-based and closed for reading, 0-based and half-open as stored', () => {
    expect([formatLocus(locus), locusText(locus), formatStored(locus)]).toEqual(['chr1:1,001–2,000', 'chr1:1001-2000', '[1,000, 2,000)'])
  })
})

describe('health', () => {
  it('each has a unique shape and word', () => {
    for (const say of [healthGlyph, healthWord, healthShort]) expect(new Set(MARKS.map(say)).size).toBe(MARKS.length)
  })

  it('the worst represents all, and is named first', () => {
    const counts = { verified: 1356, damaged: 2, unverified: 0 }
    expect(worstHealth(counts)).toBe('damaged')
    expect(worstHealth({})).toBeNull()
    expect(describeHealth(counts)).toBe('2 damaged · 1,356 verified')
  })
})
