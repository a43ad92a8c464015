/**
 * A time budget that counts only while this process runs. Clocks continue while it is stopped (Ctrl-Z, a frozen container, a sleeping
 * laptop). Therefore the time between two checks counts at most as one step.
 */

export class TimeBudget {
  readonly ms: number
  private readonly longestStepMs: number
  private last = performance.now()
  private counted = 0

  /** @param longestStepMs limit on the time of one step; by default half of the budget */
  constructor(ms: number, longestStepMs = ms / 2) {
    this.ms = ms
    this.longestStepMs = longestStepMs
  }

  /** Checks the clock. */
  isOver(): boolean {
    const now = performance.now()
    this.counted += Math.min(now - this.last, this.longestStepMs)
    this.last = now
    return this.counted >= this.ms
  }
}

const TICK_MS = 1000

/** Calls back once this process has run for that long. @returns a function that cancels it */
export function afterRunning(ms: number, callBack: () => void): () => void {
  const tickMs = Math.max(1, Math.min(TICK_MS, ms / 8))
  const budget = new TimeBudget(ms, 2 * tickMs)
  const timer = setInterval(() => {
    if (!budget.isOver()) return
    clearInterval(timer)
    callBack()
  }, tickMs)
  return () => clearInterval(timer)
}
