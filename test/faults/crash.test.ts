/** Killed at any moment: nothing is lost or incomplete, and the next run finishes the job. */
import { rmSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Account, accounts } from '../support/accounts.ts'
import { describeWith, requireSetpriv } from '../support/capabilities.ts'
import { announce, eachOf, pick, random, times } from './extent.ts'
import { below, type Call, CHANGING, callsOf, type Run, struckAt } from './injected.ts'
import {
  context,
  expectFinished,
  expectNothingLost,
  makeStart,
  OPERATIONS,
  type Operation,
  type State,
  sceneFrom,
  sceneOf,
  stateOf,
  undisturbed
} from './operations.ts'

/** Number of kills for each operation and account in a quick run. A soak kills at every call. */
const QUICK_KILLS = 5
const QUICK_PAIRS = 5
const SOAK_PAIRS = 200
const LANES = 2
const ACCOUNTS = accounts(requireSetpriv())

describeWith('strace', 'killed', strace => {
  let start = ''
  let before: State
  beforeAll(async () => {
    start = await makeStart()
    before = stateOf(start)
  })

  async function callsThatChange(operation: Operation, account?: Account): Promise<Call[]> {
    const scene = sceneOf(start, operation, account)
    return below(scene.home, await callsOf(strace, CHANGING, scene, 'kill'))
  }

  describe.each(OPERATIONS)('in the middle of %s', operation => {
    test.each(ACCOUNTS)(
      'of $name, at any call that changes a file, nothing is lost and the next run finishes',
      {
        timeout: 3_600_000
      },
      async account => {
        const after = await undisturbed(start, operation)
        const calls = await callsThatChange(operation, account)
        const moments = pick(calls, times(QUICK_KILLS, calls.length))
        await eachOf(`kills in ${operation}`, moments, LANES, async call => {
          const { run, scene } = await struckAt(strace, call, { kill: true }, () => sceneOf(start, operation, account))
          await context(`killed at ${call.key}: ${call.text}`, async () => {
            expectKilled(run)
            await expectNothingLost(scene.root, before, after)
            await expectFinished(operation, scene, after)
          })
          rmSync(scene.home, { recursive: true })
        })
      }
    )
  })

  test('and killed again during recovery in the next run', { timeout: 3_600_000 }, async () => {
    const chance = random()
    const known = await Promise.all(
      OPERATIONS.map(async (operation, at) => ({
        operation,
        account: ACCOUNTS[at % ACCOUNTS.length],
        calls: await callsThatChange(operation, ACCOUNTS[at % ACCOUNTS.length]),
        after: await undisturbed(start, operation)
      }))
    )
    const pairs = Array.from({ length: times(QUICK_PAIRS, SOAK_PAIRS) }, (_, i) => known[i % known.length] ?? chance.of(known))
    await eachOf('pairs of kills', pairs, LANES, async ({ operation, account, calls, after }) => {
      for (;;) {
        const first = chance.of(calls)
        const { scene: left } = await struckAt(strace, first, { kill: true }, () => sceneOf(start, operation, account))
        const watched = sceneFrom(left, operation)
        const repairing = below(watched.home, await callsOf(strace, CHANGING, watched, 'kill'))
        // If nothing is left to do, there is no second moment. Use another pair.
        if (repairing.length === 0) continue
        const second = chance.of(repairing)
        const { run, scene } = await struckAt(strace, second, { kill: true }, () => sceneFrom(left, operation))
        await context(`${operation} killed at ${first.text}, then at ${second.text} (seed ${chance.seed})`, async () => {
          expectKilled(run)
          await expectNothingLost(scene.root, before, after)
          await expectFinished(operation, scene, after)
        })
        for (const { home } of [left, watched, scene]) rmSync(home, { recursive: true })
        return announce({ 'pairs of kills, the second during the recovery': 1 })
      }
    })
  })
})

function expectKilled({ signal, code, stderr }: Run): void {
  expect([signal ?? code, stderr]).toEqual([expect.toBeOneOf(['SIGKILL', 137]), expect.any(String)])
}
