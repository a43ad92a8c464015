/** The benchmark's page: a target is met or missed by the medians, and what is missed is said again below the tables. */
import { describe, expect, test } from 'vitest'
import { type Measurement, medianOf, timeRuns } from '../../bench/measure.ts'
import { markdownReport, type Report, textReport } from '../../bench/report.ts'

const ms = (...values: number[]) => ({ unit: 'ms', values }) as const

const report = (...measurements: Measurement[]): Report => ({
  command: 'npm run bench',
  facts: [['Node', '24']],
  sections: [{ title: 'Beside others', about: 'Shards.', measurements }],
  remarks: 'Why.\n'
})
const cellsOf = (text: string, what: string): string[] | undefined =>
  text
    .split('\n')
    .find(line => line.startsWith(`| ${what} |`))
    ?.split('|')
    .slice(1, -1)
    .map(cell => cell.trim())

describe('a target', () => {
  test('is held against the ratio of the medians', () => {
    const page = markdownReport(
      report(
        { what: 'fast', own: ms(1, 2, 90), others: [{ who: 'slow', sample: ms(20), atLeast: 10 }] },
        { what: 'late', own: ms(2), others: [{ who: 'slow', sample: ms(19), atLeast: 10 }] }
      )
    )
    expect(cellsOf(page, 'fast')).toEqual(['fast', '2.00 ms [1.00 ms - 90.0 ms]', 'slow', '20.0 ms', '10.0 x', '>= 10 x', 'met'])
    expect(cellsOf(page, 'late')?.slice(-3)).toEqual(['9.50 x', '>= 10 x', 'MISSED'])
    expect(page).toContain('1 of 2 targets are met.\n- missed: late, compared with slow: 9.50 x, not >= 10 x\n\nWhy.\n')
  })

  test('below 1 is how much slower own may be', () => {
    const within = (own: number) =>
      markdownReport(report({ what: 'a', own: ms(own), others: [{ who: 'b', sample: ms(10), atLeast: 1 / 3 }] }))
    expect(cellsOf(within(29), 'a')?.slice(-2)).toEqual(['>= 0.333 x (within 3 x)', 'met'])
    expect(cellsOf(within(31), 'a')?.at(-1)).toBe('MISSED')
  })

  test('may be a time or a size', () => {
    const page = markdownReport(
      report(
        { what: 'time', own: ms(99), below: 100, others: [] },
        { what: 'memory', own: { unit: 'bytes', values: [500 * 2 ** 20] }, below: 400 * 2 ** 20, others: [] }
      )
    )
    expect(cellsOf(page, 'time')).toEqual(['time', '99.0 ms', '', '', '', '< 100 ms', 'met'])
    expect(cellsOf(page, 'memory')?.slice(-2)).toEqual(['< 400 MiB', 'MISSED'])
    expect(page).toContain('- missed: memory: 500 MiB, not below 400 MiB\n')
  })
})

test('what is only measured has no verdict', () => {
  const text = textReport(report({ what: 'a', own: ms(0.5), others: [{ who: 'b', sample: ms(1) }] }))
  expect(text).toMatch(/\na +500 µs +b +1\.00 ms +2\.00 x\n/)
  expect(text).toContain('\n0 of 0 targets are met.\n')
})

test('the first run is not counted', async () => {
  const runs: number[] = []
  const sample = await timeRuns(4, run => runs.push(run))
  expect(runs).toEqual([0, 1, 2, 3, 4])
  expect(sample.values).toHaveLength(4)
  expect(medianOf(ms(3, 1, 2, 10))).toBe(2.5)
})
