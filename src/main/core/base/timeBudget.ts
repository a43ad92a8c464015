/**
 * How long something may take while this process runs. Clocks also run while it is stopped (Ctrl-Z, a frozen container, a laptop
 * asleep), and nothing is given up for that: between two looks at the clock no more counts than such a step may take.
 */

export class TimeBudget {
  readonly ms: number
  private readonly longestStepMs: number
  private last = performance.now()
  private counted = 0

  /** @param longestStepMs what a longer step counts as; by default half of the budget */
  constructor(ms: number, longestStepMs = ms / 2) {
    this.ms = ms
    this.longestStepMs = longestStepMs
  }

  /** Looks at the clock. */
  isOver(): boolean {
    const now = performance.now()
    this.counted += Math.min(now - this.last, this.longestStepMs)
    this.last = now
    return this.counted >= this.ms
  }
}

const TICK_MS = 1000

/** Calls back once this process has run for so long. @returns what stops that */
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
