/** The numbers beside an axis: always enough of them to read a scale. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { axisMarks, markLabels } from '../../../../src/renderer/ui/plots/axisMarks.ts'

test.each([
  [-0.783, 0.876, ['−0.5', '0', '0.5']],
  [-1, 1, ['−1', '0', '1']],
  [0, 100, ['0', '50', '100']],
  [2000.1, 2000.9, ['2000.2', '2000.4', '2000.6', '2000.8']],
  [-3e-8, 2e-8, ['−2e−8', '0', '2e−8']]
])('from %d to %d', (low, high, labels) => {
  expect(markLabels(axisMarks(low, high))).toEqual(labels)
})

test('there are at least two for any range, all of them inside, no two equal', () => {
  const number = fc.float({ min: -65_504, max: 65_504, noNaN: true })
  fc.assert(
    fc.property(number, number, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      fc.pre(high - low > Math.max(1e-12, Math.abs(high) * 1e-9, Math.abs(low) * 1e-9))
      const marks = axisMarks(low, high)
      expect(marks.length).toBeGreaterThanOrEqual(2)
      expect(marks.length).toBeLessThanOrEqual(6)
      const slack = (high - low) * 1e-6
      for (const mark of marks) expect(mark >= low - slack && mark <= high + slack).toBe(true)
      expect(new Set(markLabels(marks)).size).toBe(marks.length)
    })
  )
})

test('none without a range', () => {
  expect([axisMarks(1, 1), axisMarks(Number.NaN, 1)]).toEqual([[], []])
})
