/** Killed at any moment: nothing is lost, nothing is half, and the next run finishes the job. */
import { beforeAll, describe, expect, test } from 'vitest'
import { describeWith } from '../support/capabilities.ts'
import { pick, random, SOAK, tell, times } from './extent.ts'
import { CHANGING, callsOf, killedAt } from './injected.ts'
import {
  commandFor,
  context,
  copyOf,
  expectFinished,
  expectNothingLost,
  makeStart,
  OPERATIONS,
  stateOf,
  undisturbed
} from './operations.ts'

/** So many kills of each operation in a quick run; a soak kills at every single call. */
const QUICK_KILLS = 10
const QUICK_PAIRS = 5
const SOAK_PAIRS = 200

describeWith('strace', 'killed', strace => {
  let start = ''
  beforeAll(async () => {
    start = await makeStart()
  })

  describe.each(OPERATIONS)('in the middle of %s', operation => {
    test('at any call that changes a file, nothing is lost and the next run finishes', { timeout: 3_600_000 }, async () => {
      const before = stateOf(start)
      const after = undisturbed(start, operation)
      const dry = copyOf(start)
      const calls = callsOf(strace, CHANGING, dry.home, commandFor(operation, dry), dry.home)
      const moments = pick(calls, times(QUICK_KILLS, calls.length))
      const survived: string[] = []
      for (const call of moments) {
        const place = copyOf(start)
        const run = killedAt(strace, call, commandFor(operation, place), place.home)
        if (run.signal !== 'SIGKILL' && run.code !== 137) survived.push(`${call.name} ${call.ordinal}: ${run.code} ${run.stderr}`)
        await context(`killed at ${call.name} ${call.ordinal}: ${call.text}`, async () => {
          await expectNothingLost(place.root, before, after)
          expectFinished(operation, place, after)
        })
      }
      expect(survived).toEqual([])
      if (SOAK) console.log(`${operation}: killed at ${moments.length} of ${calls.length} calls, nothing lost`)
    })
  })

  test('and killed again while the next run mends it', { timeout: 3_600_000 }, async () => {
    const before = stateOf(start)
    const pairs = times(QUICK_PAIRS, SOAK_PAIRS)
    const chance = random()
    for (let pair = 0; pair < pairs; pair++) {
      const operation = OPERATIONS[pair % OPERATIONS.length] ?? 'repair'
      const after = undisturbed(start, operation)
      const dry = copyOf(start)
      const calls = callsOf(strace, CHANGING, dry.home, commandFor(operation, dry), dry.home)
      const [first, second] = [chance.of(calls), chance.of(calls)]
      const place = copyOf(start)
      killedAt(strace, first, commandFor(operation, place), place.home)
      killedAt(strace, second, commandFor(operation, place), place.home)
      tell({ 'pairs of kills, the second during the recovery': 1 })
      await context(`${operation} killed at ${first.text}, then at ${second.text} (seed ${chance.seed})`, async () => {
        await expectNothingLost(place.root, before, after)
        expectFinished(operation, place, after)
      })
    }
    if (SOAK) console.log(`${pairs} pairs of kills, nothing lost (seed ${chance.seed})`)
  })
})
