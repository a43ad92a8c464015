/** The system says no, at any call: a clear sentence, nothing lost, nothing half; and once it says yes again, the job gets done. */
import { beforeAll, describe, expect, test } from 'vitest'
import { describeWith } from '../support/capabilities.ts'
import { pick, SOAK, times } from './extent.ts'
import { type Call, CHANGING, callsOf, plain, READING, type Run, refusedAt } from './injected.ts'
import {
  commandFor,
  context,
  copyOf,
  expectFinished,
  expectNothingLost,
  makeStart,
  OPERATIONS,
  type State,
  stateOf,
  undisturbed
} from './operations.ts'

const SYSTEM = 6
const ERRORS = ['EIO', 'ENOSPC', 'EACCES', 'EROFS', 'EMFILE']
/** So many calls of each operation in a quick run; a soak takes every call, with every error, once and for good. */
const QUICK_CALLS = 10

/** Refused for good; of the others some are needed by Node itself, to load its own files and ours. */
const FOR_GOOD = new Set([...CHANGING.split(','), 'pread64', 'getdents64'])

/** Files that the next run sweeps away do not count. */
function isDone(now: State, after: State): boolean {
  return JSON.stringify([now.shards, now.entries]) === JSON.stringify([after.shards, after.entries])
}

/** A refusal is told in one sentence and an exit code; a run that could do without the call has done all of its work. */
function expectHonest(run: Run, done: boolean): void {
  if (done && [0, 3, 4].includes(run.code ?? -1)) return
  expect(run).toMatchObject({ code: SYSTEM, stderr: expect.stringMatching(/(cannot|could not) .+/) })
}

describeWith('strace', 'refused', strace => {
  let start = ''
  beforeAll(async () => {
    start = await makeStart()
  })

  describe.each(OPERATIONS)('in the middle of %s', operation => {
    test.each([
      ['that changes a file', CHANGING],
      ['that reads', READING]
    ])('at any call %s, nothing is lost and the next run finishes', { timeout: 7_200_000 }, async (_what, names) => {
      const before = stateOf(start)
      const after = undisturbed(start, operation)
      const dry = copyOf(start)
      const calls = callsOf(strace, names, dry.root, commandFor(operation, dry), dry.home)
      const every: [Call, string, boolean][] = SOAK
        ? calls.flatMap(call =>
            ERRORS.flatMap(error =>
              (FOR_GOOD.has(call.name) ? [false, true] : [false]).map((forGood): [Call, string, boolean] => [call, error, forGood])
            )
          )
        : pick(calls, QUICK_CALLS).map((call, i) => [call, ERRORS[i % ERRORS.length] ?? 'EIO', i % 2 === 0 && FOR_GOOD.has(call.name)])
      const cases = pick(every, times(every.length, every.length))
      for (const [call, error, forGood] of cases) {
        const place = copyOf(start)
        const run = refusedAt(strace, call, { error, forGood }, commandFor(operation, place), place.home)
        await context(`${error} ${forGood ? 'from' : 'at'} ${call.name} ${call.ordinal}: ${call.text}`, async () => {
          await expectNothingLost(place.root, before, after)
          expectHonest(run, isDone(stateOf(place.root), after))
          if (/reindex/.test(run.stderr)) plain(['reindex', '--cache', place.root], place.home)
          expectFinished(operation, place, after)
        })
      }
      if (SOAK) console.log(`${operation}: ${cases.length} refusals, nothing lost`)
    })
  })
})
