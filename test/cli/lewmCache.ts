/** Runs the command line, in this process or in a shell, with a home folder that only tests use. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { runCli } from '../../src/main/cli/runCli.ts'
import { builtEntry } from '../support/build.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const ROOT = join(import.meta.dirname, '../..')
const NODE = join(ROOT, 'node_modules/.bin/node')
/** The built program, or the sources if they are newer. */
const MAIN = builtEntry('cli') ?? join(ROOT, 'src/main/cli/main.ts')

/** The command for a shell. */
export const commandLine = `${NODE} ${MAIN}`

export type Ended = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The only document on standard output. */
  readonly json: () => Json
}
/** A parsed JSON value with access to nested members. A missing member is undefined. */
// biome-ignore lint/suspicious/noExplicitAny: the tests read documents of every command
export type Json = any

export type RunOptions = {
  readonly input?: string | Uint8Array
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** In the program's data folder. */
  readonly home?: string
}

export type ProcessOptions = RunOptions & {
  /** A program that runs it, with the arguments for that program. */
  readonly under?: readonly string[]
}

let isRunning = false

/**
 * Runs in this process to the end, which avoids the start of a process. One at a time, because it changes the limits and the working
 * folder.
 */
export async function lewmCache(
  args: readonly string[],
  { input = '', cwd, env = {}, home = temporaryFolder() }: RunOptions = {}
): Promise<Ended> {
  if (isRunning) throw new Error('a command runs already')
  isRunning = true
  const folder = process.cwd()
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const printed = Promise.all([text(stdout), text(stderr)])
  try {
    process.chdir(cwd ?? home)
    const code = await runCli(args, {
      stdin: Readable.from(input.length === 0 ? [] : [Buffer.from(input)]),
      stdout,
      stderr,
      env: environment(home, env),
      signal: new AbortController().signal
    })
    stdout.end()
    stderr.end()
    const [out, err] = await printed
    return { code, stdout: out, stderr: err, json: () => parseOne(out) }
  } finally {
    process.chdir(folder)
    isRunning = false
  }
}

/** Runs in a separate process to the end, for tests of its streams, signals, account or environment. */
export function lewmCacheProcess(
  args: readonly string[],
  { input = '', cwd, env = {}, home = temporaryFolder(), under = [] }: ProcessOptions = {}
): Ended {
  const [program = NODE, ...before] = [...under, NODE]
  const ended = spawnSync(program, [...before, MAIN, ...args], {
    input,
    cwd: cwd ?? home,
    env: environment(home, env),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 110_000,
    killSignal: 'SIGKILL'
  })
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr, json: () => parseOne(ended.stdout) }
}

/** Starts without waiting. Standard input stays open. */
export function startLewmCache(
  args: readonly string[],
  { cwd, env = {}, home = temporaryFolder(), under = [] }: ProcessOptions = {}
): ChildProcess {
  const [program = NODE, ...before] = [...under, NODE]
  return spawn(program, [...before, MAIN, ...args], { cwd: cwd ?? home, env: environment(home, env), stdio: 'pipe' })
}

/** Runs a shell in which the command is `$LEWM`. */
export function inShell(script: string, home = temporaryFolder()): { code: number | null; stdout: string; stderr: string } {
  const env = { ...environment(home, {}), LEWM: commandLine }
  const ended = spawnSync('bash', ['-c', script], { cwd: home, env, encoding: 'utf8' })
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr }
}

/** Runs steps one after another, because commands in this process cannot run in parallel. */
export async function inOrder<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await run(item))
  return results
}

/** Puts the command into a folder as one executable, for programs that start it themselves. @returns its path */
export function lewmCommand(folder: string): string {
  const file = join(folder, 'lewm-cache')
  writeFileSync(file, `#!/bin/sh\nexec '${NODE}' '${MAIN}' "$@"\n`, { mode: 0o755 })
  return file
}

/** Values as lines of JSON. */
export function ndjson(values: readonly unknown[]): string {
  return values.map(value => `${JSON.stringify(value)}\n`).join('')
}

function environment(home: string, env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env
  return { PATH, LANG, HOME: home, USERPROFILE: home, XDG_DATA_HOME: join(home, 'data'), APPDATA: join(home, 'data'), ...env }
}

function parseOne(stdout: string): Json {
  if (!stdout.endsWith('\n') || stdout.indexOf('\n') !== stdout.length - 1) throw new Error(`not one line: ${stdout}`)
  return JSON.parse(stdout)
}
