/** Long loops on the service's own thread let others have their turn: no stretch of work is longer than a few milliseconds. */
import { setImmediate } from 'node:timers/promises'

/**
 * Makes a pause for a loop: awaited after each step, it costs nothing until the budget is used up.
 * @param budgetMs longest stretch of work
 */
export function makeBreather(budgetMs = 8): () => Promise<void> | undefined {
  let started = performance.now()
  return () => {
    if (performance.now() - started < budgetMs) return undefined
    return setImmediate().then(() => {
      started = performance.now()
    })
  }
}
