/**
 * The extent of all tests: small in every test run, full in a soak (`npm run soak`). LEWM_SOAK_SHARE=0.01 takes a hundredth of every count
 * of a soak, LEWM_SOAK_MINUTES changes the duration of hour-long tests, LEWM_SEED repeats the random choices of an earlier run.
 */
import { type TaskMeta, TestRunner } from 'vitest'

/** Whether this is a soak. */
export const SOAK = process.env.LEWM_SOAK === '1'

/** Number of repetitions: in a quick run, and in a soak. */
export function times(quick: number, soak: number): number {
  return SOAK ? Math.max(1, Math.round(soak * Number(process.env.LEWM_SOAK_SHARE ?? 1))) : quick
}

/** Duration in a soak of tests that last an hour by default. */
export const SOAK_MINUTES = Number(process.env.LEWM_SOAK_MINUTES ?? 60)

declare module 'vitest' {
  interface TaskMeta {
    /** How often each thing was done, for the table at the end of a soak. */
    done?: Record<string, number>
    seeds?: number[]
  }
}

/** Adds to the table at the end of a soak. Tests that run in parallel must name themselves. */
export function announce(done: Readonly<Record<string, number>>, meta: TaskMeta | undefined = TestRunner.getCurrentTest()?.meta): void {
  if (meta === undefined) return
  const so = meta.done ?? {}
  for (const [what, count] of Object.entries(done)) so[what] = (so[what] ?? 0) + count
  meta.done = so
}

/** A long test reports its progress after this time, ms. */
const SAY_MS = 60_000
/** After this number of failures, a test provides no new information. */
const ENOUGH_FAILURES = 20

/**
 * Runs all cases in sequence, in a soak a few in parallel, even if some fail. Failures are reported at the end.
 * @param what describes the cases in the output
 */
export async function eachOf<T>(
  what: string,
  cases: readonly T[],
  lanes: number,
  check: (one: T, at: number) => Promise<void>
): Promise<void> {
  const failures: unknown[] = []
  const say = teller(what, cases.length)
  const waiting = cases.entries()
  const lane = async (): Promise<void> => {
    for (const [at, one] of waiting) {
      await check(one, at).catch((error: unknown) => {
        failures.push(error)
        // A soak may be ended before the final report.
        if (SOAK) console.log(`${what}: ${String(error)}`)
      })
      say(failures.length)
      if (failures.length >= ENOUGH_FAILURES) return
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  if (failures.length > 0)
    throw new Error(`${what}: ${failures.length} of ${cases.length} failed\n${failures.map(String).join('\n')}`, { cause: failures[0] })
}

/** In a soak, reports the number of completed items from time to time and at the end. @returns function to call after each */
export function teller(what: string, total: number): (failed?: number) => void {
  let [done, said] = [0, performance.now()]
  return (failed = 0) => {
    done += 1
    if (!SOAK || (done < total && performance.now() - said < SAY_MS)) return
    said = performance.now()
    console.log(`${what}: ${done} of ${total}${failed > 0 ? `, ${failed} FAILED` : ''}`)
  }
}

/** At most this number of items, evenly spread, including the first and the last. */
export function pick<T>(things: readonly T[], wanted: number): T[] {
  const step = Math.max(1, (things.length - 1) / Math.max(1, wanted - 1))
  const chosen = new Set(Array.from({ length: Math.min(things.length, wanted) }, (_, i) => Math.round(i * step)))
  return things.filter((_, i) => chosen.has(i))
}

/** Repeatable random numbers: LEWM_SEED=… repeats a run. (Mulberry32.) */
export function random(seed = Number(process.env.LEWM_SEED ?? Date.now() % 2 ** 31)): {
  readonly seed: number
  readonly below: (limit: number) => number
  readonly of: <T>(things: readonly T[]) => T
} {
  const meta: TaskMeta | undefined = TestRunner.getCurrentTest()?.meta
  if (meta !== undefined) meta.seeds = [...(meta.seeds ?? []), seed]
  let state = seed
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  const of = <T>(things: readonly T[]): T => {
    const [thing] = things.slice(below(things.length))
    if (thing === undefined) throw new Error('nothing to choose from')
    return thing
  }
  return { seed, below, of }
}
