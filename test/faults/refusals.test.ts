/** A system call fails, at any point: a clear sentence, nothing lost or incomplete. Once it succeeds again, the job can be completed. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { reindexCache } from '../../src/main/core/index.ts'
import { accounts } from '../support/accounts.ts'
import { describeWith, requireSetpriv } from '../support/capabilities.ts'
import { eachOf, pick, SOAK, times } from './extent.ts'
import { below, type Call, CHANGING, callsOf, canBeRefusedForGood, READING, type Run, refusedFile, struckAt } from './injected.ts'
import {
  context,
  expectFinishedHere,
  expectNothingLost,
  makeStart,
  OPERATIONS,
  type Operation,
  type State,
  sceneOf,
  shardPath,
  stateOf,
  undisturbed
} from './operations.ts'

const ROOT = join(import.meta.dirname, '../..')
const DAMAGE = 4
const SYSTEM = 6
const LANES = 3
const ERRORS = ['EIO', 'ENOSPC', 'EACCES', 'EROFS', 'EMFILE']
/** Number of calls for each operation and account in a quick run. */
const QUICK_CALLS = 5
/** Number of refusals for each operation, account and kind of call in a soak, evenly spread. All of them would take five hours. */
const SOAK_REFUSALS = 650
const ACCOUNTS = accounts(requireSetpriv())
const CALLS = ACCOUNTS.flatMap(account => [
  { account, what: 'that changes a file', names: CHANGING },
  { account, what: 'that reads', names: READING }
])

/**
 * Temporary files that the next run removes do not count, nor do entries of the truncated shard, because a process that cannot read it
 * keeps them.
 */
function isDone(now: State, after: State): boolean {
  const done = ({ shards, entries }: State): string => JSON.stringify([shards, entries.filter(line => !line.includes(shardPath(2)))])
  return done(now) === done(after)
}

/** SQLite does not distinguish a device that fails while it reads a page of the index from a damaged index. */
const DAMAGED = /index\.sqlite cannot be used: database disk image is malformed\. A reindex makes a new one/

/**
 * A refusal is reported in one sentence with an exit code. A run that could do without the call has completed all of its work. If damage
 * was found as well, its exit code takes precedence, and the report names what could not be read.
 */
function expectHonest(run: Run, error: string, done: boolean): void {
  if (done && [0, 3, 4].includes(run.code ?? -1)) return
  if (error === 'EIO' && run.code === DAMAGE && DAMAGED.test(run.stderr)) return
  if (
    [DAMAGE, SYSTEM].includes(run.code ?? -1) &&
    /"severity":"unreadable".*I\/O or permission error, so the contents are unknown/.test(run.stdout)
  )
    return
  expect(run).toMatchObject({ code: SYSTEM, stderr: expect.stringMatching(/(cannot|could not|the call \w+ failed:) .+/) })
}

describeWith('strace', 'refused', strace => {
  let start = ''
  let before: State
  beforeAll(async () => {
    start = await makeStart()
    before = stateOf(start)
  })

  describe.each(OPERATIONS)('in the middle of %s', operation => {
    test.each(CALLS)(
      'of $account.name, at any call $what, nothing is lost and the next run finishes',
      {
        timeout: 7_200_000
      },
      async ({ account, what, names }) => {
        const after = await undisturbed(start, operation)
        const reindexed = await undisturbed(start, operation, reindexCache)
        const watched = sceneOf(start, operation, account)
        const calls = below(watched.root, await callsOf(strace, names, watched, 'refuse'))
        const every = SOAK ? calls.flatMap(refusalsOf) : pick(calls, QUICK_CALLS).map(oneRefusalOf)
        const cases = pick(every, times(every.length, Math.min(every.length, SOAK_REFUSALS)))
        await eachOf(`refusals in ${operation}, of a call ${what}`, cases, LANES, async ({ call, error, forGood }) => {
          const { run, scene } = await struckAt(strace, call, { error, forGood }, () => sceneOf(start, operation, account))
          await context(`${error} ${forGood ? 'from' : 'at'} ${call.key}: ${call.text}`, async () => {
            await expectNothingLost(scene.root, before, after)
            expectHonest(run, error, isDone(stateOf(scene.root), after))
            const advised = /reindex/.test(run.stderr)
            if (advised) await reindexCache(scene.root)
            await expectFinishedHere(operation, scene, advised ? reindexed : after)
          })
          rmSync(scene.home, { recursive: true })
        })
      }
    )
  })

  test.each(ERRORS)('a part of the program with %s: a sentence, nothing lost', async error => {
    const after = await undisturbed(start, 'reindex')
    for (const [file, names] of partsOf('reindex')) {
      const scene = sceneOf(start, 'reindex', ACCOUNTS[0])
      const run = await refusedFile(strace, file, names, error, scene)
      await context(`${names} of ${file}`, async () => {
        expectHonest(run, error, false)
        await expectNothingLost(scene.root, before, after)
      })
    }
  })
})

type Refusal = { readonly call: Call; readonly error: string; readonly forGood: boolean }

/** Every error, once and permanently. */
function refusalsOf(call: Call): Refusal[] {
  const each = ERRORS.map(error => ({ call, error, forGood: false }))
  return canBeRefusedForGood(call) ? [...each, ...each.map(refusal => ({ ...refusal, forGood: true }))] : each
}

/** One of these, in turn. */
function oneRefusalOf(call: Call, at: number): Refusal {
  return { call, error: ERRORS[at % ERRORS.length] ?? 'EIO', forGood: at % 2 === 0 && canBeRefusedForGood(call) }
}

/** Files that a command loads while it runs, each with the calls that load it. */
function partsOf(operation: Operation): [file: string, names: string][] {
  const chunks = join(ROOT, 'out/main/chunks')
  const library = join(ROOT, 'node_modules/better-sqlite3/prebuilds', `${process.platform}-${process.arch}.node`)
  const command = readdirSync(chunks).find(name => name.startsWith(`${operation}-`)) ?? operation
  return [
    [library, 'openat'],
    [library, 'read'],
    [join(chunks, command), 'openat'],
    [join(chunks, command), 'statx']
  ]
}
