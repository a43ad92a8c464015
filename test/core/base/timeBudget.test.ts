/** A time budget counts while the process runs: a pause uses up no more than the step in which it falls. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { afterRunning, TimeBudget } from '../../../src/main/core/base/timeBudget.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('many short steps use it up, one pause does not', () => {
  const budget = new TimeBudget(1000)
  vi.advanceTimersByTime(400)
  expect(budget.isOver()).toBe(false)
  vi.advanceTimersByTime(3_600_000)
  expect(budget.isOver()).toBe(false)
  vi.advanceTimersByTime(100)
  expect(budget.isOver()).toBe(true)
})

test('no time at all is over at once, and endless time never', () => {
  expect(new TimeBudget(0).isOver()).toBe(true)
  const endless = new TimeBudget(Number.POSITIVE_INFINITY)
  vi.advanceTimersByTime(86_400_000)
  expect(endless.isOver()).toBe(false)
})

test('what is to happen after so long happens once, later by a pause', () => {
  const callBack = vi.fn()
  afterRunning(8_000, callBack)
  vi.advanceTimersByTime(3_500)
  // The clock goes on while no timer runs, as in a process that is stopped.
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_600_000)
  vi.advanceTimersByTime(2_500)
  expect(callBack).not.toHaveBeenCalled()
  vi.advanceTimersByTime(2_000)
  expect(callBack).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(60_000)
  expect(callBack).toHaveBeenCalledTimes(1)
})

test('what was stopped does not happen', () => {
  const callBack = vi.fn()
  afterRunning(100, callBack)()
  vi.advanceTimersByTime(10_000)
  expect(callBack).not.toHaveBeenCalled()
})
