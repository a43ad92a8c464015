/** Long loops on the service's own thread let others have their turn: no stretch of work is longer than a few milliseconds. */
import { setImmediate } from 'node:timers/promises'

/**
 * Gives each caller a turn of the event loop of its own, so that calls which arrive together do not add up to one long stretch of work.
 * @returns waits for a turn; those who can wait longer come after all others
 */
export function makeTurns(): (patient: boolean) => Promise<void> {
  const hasty: (() => void)[] = []
  const patient: (() => void)[] = []
  let running = false
  const run = async (): Promise<void> => {
    running = true
    for (;;) {
      await setImmediate()
      const next = hasty.shift() ?? patient.shift()
      if (next === undefined) break
      next()
    }
    running = false
  }
  return isPatient =>
    new Promise(resolve => {
      const queue = isPatient ? patient : hasty
      queue.push(resolve)
      if (!running) void run()
    })
}

/**
 * Makes a pause for a loop: awaited after each step, it costs nothing until the budget is used up.
 * @param budgetMs longest stretch of work
 */
export function makePauses(budgetMs = 8): () => Promise<void> | undefined {
  let started = performance.now()
  return () => {
    if (performance.now() - started < budgetMs) return undefined
    return setImmediate().then(() => {
      started = performance.now()
    })
  }
}
