/** Runs the command line, in this process or as a shell would, with a home folder that no test shares with a person. */
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
/** The build that people run, or the sources if they are newer. */
const MAIN = builtEntry('cli') ?? join(ROOT, 'src/main/cli/main.ts')

/** The command as a shell takes it. */
export const commandLine = `${NODE} ${MAIN}`

export type Ended = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The one document on standard output. */
  readonly json: () => Json
}
/** A parsed JSON value that can be walked into; what is not there is undefined. */
// biome-ignore lint/suspicious/noExplicitAny: the tests look into documents of every command
export type Json = any

export type RunOptions = {
  readonly input?: string | Uint8Array
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Lies under the data folder of the program. */
  readonly home?: string
}

export type ProcessOptions = RunOptions & {
  /** A program that runs it, with that one's own arguments. */
  readonly under?: readonly string[]
}

let isRunning = false

/** Runs in this process to the end, without the start of a process; one at a time, as it changes limits and folder of this process. */
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

/** Runs as a process of its own to the end: where streams, signals, the account or the environment of a process matter. */
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

/** Starts without waiting: standard input stays open. */
export function startLewmCache(
  args: readonly string[],
  { cwd, env = {}, home = temporaryFolder(), under = [] }: ProcessOptions = {}
): ChildProcess {
  const [program = NODE, ...before] = [...under, NODE]
  return spawn(program, [...before, MAIN, ...args], { cwd: cwd ?? home, env: environment(home, env), stdio: 'pipe' })
}

/** Runs through a shell that knows the command as `$LEWM`. */
export function inShell(script: string, home = temporaryFolder()): { code: number | null; stdout: string; stderr: string } {
  const env = { ...environment(home, {}), LEWM: commandLine }
  const ended = spawnSync('bash', ['-c', script], { cwd: home, env, encoding: 'utf8' })
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr }
}

/** Does one after the other, as commands in this process must. */
export async function inOrder<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await run(item))
  return results
}

/** Puts the command into a folder as one executable, for those who start it themselves. @returns its path */
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
