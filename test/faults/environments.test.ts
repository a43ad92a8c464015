/**
 * Every command in environments that lack something. It ends in time, with one sentence if it was refused. Commands that read change no
 * byte, and the others lose no shard and no index entry.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { keyOptions } from '../cli/records.ts'
import { filesBelow, recordOf } from '../core/cacheFiles.ts'
import { peerKey, startPeer } from '../interop/peer.ts'
import { accounts } from '../support/accounts.ts'
import { describeWith, requirePython, requireSetpriv } from '../support/capabilities.ts'
import type { Run } from './injected.ts'
import {
  commandFor,
  context,
  copyOf,
  expectFinishedHere,
  expectNothingLost,
  makeStart,
  OPERATIONS,
  type Operation,
  recordsOf,
  type State,
  shardPath,
  stateOf
} from './operations.ts'

const LAUNCHER = join(import.meta.dirname, '../../bin/lewm-cache')
const NO_XDG = { XDG_DATA_HOME: '', XDG_CACHE_HOME: '', XDG_CONFIG_HOME: '', XDG_STATE_HOME: '', XDG_RUNTIME_DIR: '' }
/** Time limit for a command, about ten times its time on a busy machine. */
const END_MS = 30_000
/** By then, a command has begun to read. */
const STOP_AFTER_MS = 200
const EMBEDDINGS = z.array(z.string())

type Environment = {
  readonly name: string
  /** An option of prlimit. */
  readonly limit?: string
  readonly env?: Readonly<Record<string, string>>
  /** How long the process is stopped, soon after its start. */
  readonly stopMs?: number
  /** Exit codes in addition to 6 and those of a command in a normal environment. */
  readonly codes?: readonly number[]
}

const ENVIRONMENTS: readonly Environment[] = [
  { name: 'memory for no thread', limit: '--as=2252800000' },
  { name: 'memory for one thread, without WebAssembly', limit: '--as=3686400000' },
  { name: 'memory for the data of no thread', limit: '--data=972800000' },
  { name: 'too few open files to start', limit: '--nofile=20' },
  { name: 'few open files', limit: '--nofile=27' },
  { name: 'open files for one thread', limit: '--nofile=45' },
  { name: 'enough threads for the program alone', limit: '--nproc=8' },
  { name: 'some threads', limit: '--nproc=14' },
  { name: 'no time for a shard', env: { LEWM_CACHE_LIMITS: 'time=1ms' }, codes: [1, 3, 4] },
  { name: 'limits below every shard', env: { LEWM_CACHE_LIMITS: 'page=20' }, codes: [1, 2, 3, 4] },
  { name: 'a pause longer than the time limit of a shard', env: { LEWM_CACHE_LIMITS: 'time=800ms' }, stopMs: 1200 },
  { name: 'empty XDG variables', env: NO_XDG },
  { name: 'no home', env: { HOME: '/nonexistent', LEWM_CACHE_DATA: '/nonexistent/data' } },
  { name: 'no folder for temporary files', env: { TMPDIR: '/nonexistent' } }
]

const KEPT = recordsOf(0).map(record => peerKey(record))

const READING: readonly (readonly string[])[] = [
  ['verify', '--workers', '2'],
  ['verify', '--quick'],
  ['repair', '--dry-run'],
  ['find', '1:1-1,000,000'],
  ['get', ...keyOptions(peerKey(recordOf(0)))],
  ['ls'],
  ['show', shardPath(0)],
  ['checksums']
]

describeWith('prlimit', 'in an environment with', prlimit => {
  const [account] = accounts(requireSetpriv())
  const python = requirePython()
  const peer = python === null ? null : startPeer(python)
  /** Exit codes and the resulting states of the cache in a normal environment. */
  const codes = new Map<string, number | null>()
  const ends = new Map<Operation, State>()
  let start: string
  let before: State

  beforeAll(async () => {
    start = await makeStart()
    before = stateOf(start)
    for (const operation of OPERATIONS) {
      const { home, root } = copyOf(start)
      codes.set(operation, (await run({}, home, commandFor(operation, { home, root }))).code)
      ends.set(operation, stateOf(root))
    }
    const { home, root } = copyOf(start)
    for (const args of READING) codes.set(args.join(' '), (await run({}, home, [...args, '--cache', root])).code)
    expect([...new Set(codes.values())].sort()).toEqual([0, 4])
  })

  test.each(ENVIRONMENTS)('$name: commands that read change nothing', async environment => {
    const { home, root } = copyOf(start)
    const files = filesBelow(root)
    // The threads of one command would count towards the limit of another.
    const atOnce = environment.limit?.startsWith('--nproc') ? 1 : 2
    const commands = [...READING]
    const one = async (): Promise<void> => {
      for (let args = commands.shift(); args !== undefined; args = commands.shift()) {
        const ended = await run(environment, home, [...args, '--cache', root])
        await context(`${args.join(' ')}: ${JSON.stringify(ended)}`, async () => {
          expectEnd(environment, ended, codes.get(args.join(' ')))
          expect(filesBelow(root)).toEqual(files)
        })
      }
    }
    await Promise.all(Array.from({ length: atOnce }, one))
  })

  test.each(ENVIRONMENTS)('$name: commands that write lose nothing', async environment => {
    for (const operation of OPERATIONS) {
      const { home, root } = copyOf(start)
      const end = ends.get(operation)
      if (end === undefined) throw new Error('beforeAll has not run')
      const ended = await run(environment, home, commandFor(operation, { home, root }))
      await context(`${operation}: ${JSON.stringify(ended)}`, async () => {
        expectEnd(environment, ended, codes.get(operation))
        await expectNothingLost(root, before, end)
        const { entries, kept } = stateOf(root)
        expect(before.entries.filter(entry => !entries.includes(entry) && !kept.includes(entry))).toEqual([])
        if (peer !== null) expect(await peer.ask(EMBEDDINGS, 'read_embeddings', { cache_dir: root, keys: KEPT })).toHaveLength(KEPT.length)
        await expectFinishedHere(operation, { home, root, args: [] }, end)
      })
    }
  })

  async function run({ limit, env, stopMs }: Omit<Environment, 'name' | 'codes'>, home: string, args: readonly string[]): Promise<Run> {
    account?.own(home)
    const { PATH = '', LANG = 'C.UTF-8' } = process.env
    const [program = '', ...rest] = [...(account?.under ?? []), ...(limit === undefined ? [] : [prlimit, limit]), LAUNCHER, ...args]
    const child = spawn(program, rest, {
      env: { PATH, LANG, HOME: home, ...env },
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: END_MS,
      killSignal: 'SIGKILL'
    })
    const text = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part))
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part))
    const closed = once(child, 'close')
    if (stopMs !== undefined) {
      await sleep(STOP_AFTER_MS)
      if (child.kill('SIGSTOP')) await sleep(stopMs)
      child.kill('SIGCONT')
    }
    const [code, signal] = await closed
    return { code: typeof code === 'number' ? code : null, signal: typeof signal === 'string' ? signal : null, ...text }
  }
})

/** It ended by itself, normally or with a refusal, and its messages are sentences. */
function expectEnd({ codes = [] }: Environment, { code, signal, stdout, stderr }: Run, usual: number | null | undefined): void {
  expect(signal).toBeNull()
  expect(code).toBeOneOf([usual, 6, ...codes])
  expect(stderr).not.toMatch(/^\s+at |Error:|node:internal/m)
  if (code === 6 && stdout === '') expect(stderr).toMatch(/^(lewm-cache: [^\n]+\n)+$/)
}
