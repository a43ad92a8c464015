/**
 * Lets other work run between the steps of a long loop on the service's own thread, so that none blocks it for more than a few
 * milliseconds.
 */
import { setImmediate } from 'node:timers/promises'

/**
 * Gives each caller its own turn of the event loop, so that simultaneous calls do not add up to a long block.
 * @returns waits for a turn; callers with low priority come last
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
 * A pause for a loop, awaited after each step. It costs nothing until the budget is used up.
 * @param budgetMs longest block of work
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
