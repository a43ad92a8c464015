/** A time budget counts while the process runs. A pause uses up no more than the step in which it occurs. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { afterRunning, TimeBudget } from '../../../src/main/core/base/timeBudget.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('many short steps use it up, a single pause does not', () => {
  const budget = new TimeBudget(1000)
  vi.advanceTimersByTime(400)
  expect(budget.isOver()).toBe(false)
  vi.advanceTimersByTime(3_600_000)
  expect(budget.isOver()).toBe(false)
  vi.advanceTimersByTime(100)
  expect(budget.isOver()).toBe(true)
})

test('a budget of zero is used up at once, an infinite one never', () => {
  expect(new TimeBudget(0).isOver()).toBe(true)
  const endless = new TimeBudget(Number.POSITIVE_INFINITY)
  vi.advanceTimersByTime(86_400_000)
  expect(endless.isOver()).toBe(false)
})

test('a timeout fires once, delayed by a pause', () => {
  const callBack = vi.fn()
  afterRunning(8_000, callBack)
  vi.advanceTimersByTime(3_500)
  // The clock advances while no timer runs, as in a stopped process.
  const now = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_600_000)
  vi.advanceTimersByTime(2_500)
  expect(callBack).not.toHaveBeenCalled()
  vi.advanceTimersByTime(2_000)
  expect(callBack).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(60_000)
  expect(callBack).toHaveBeenCalledTimes(1)
})

test('a cancelled timeout does not fire', () => {
  const callBack = vi.fn()
  afterRunning(100, callBack)()
  vi.advanceTimersByTime(10_000)
  expect(callBack).not.toHaveBeenCalled()
})
