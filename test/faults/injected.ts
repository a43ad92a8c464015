/** Runs the command line under strace, which kills it or makes a system call that changes files fail. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Account } from '../support/accounts.ts'
import { announce } from './extent.ts'

const ROOT = join(import.meta.dirname, '../..')
const NODE = join(ROOT, 'node_modules/.bin/node')
const MAIN = join(ROOT, 'out/main/cli.cjs')

/**
 * The calls that can change the contents or the durability of a folder. `write` is excluded on purpose. Threads wake each other with it, so
 * its count differs between runs, and the program writes with it only to temporary files that no other process reads.
 */
export const CHANGING =
  'pwrite64,writev,pwritev,pwritev2,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,fsync,fdatasync,fallocate,copy_file_range'

/** All calls on a folder or a file. */
export const READING = 'openat,read,pread64,preadv,readv,getdents64,fstat,stat,lstat,newfstatat,statx,access,readlink,close'

export type Run = { readonly code: number | null; readonly signal: string | null; readonly stderr: string; readonly stdout: string }

/** The working folder, the command, and the account. Without an account, the user of the tests. */
export type Scene = { readonly home: string; readonly root: string; readonly args: readonly string[]; readonly account?: Account }

/** A call of the main thread in strace's form: `rename("/a", "/b") = 0`. */
export type Call = {
  readonly name: string
  /** Its ordinal among the calls of that name. strace counts each name separately, in each thread. */
  readonly ordinal: number
  /** Its identity across runs: its name, its paths relative to the home folder, and its ordinal among those. */
  readonly key: string
  /** Its paths, relative to the home folder. */
  readonly paths: readonly string[]
  /** Its ordinal among calls with the same name and paths. */
  readonly nth: number
  readonly text: string
}

/** The effect of a call. */
export type Blow = { readonly kill: true } | { readonly error: string; readonly forGood: boolean }

/** The number of times that another call may be hit before the intended one. */
const TRIES = 24

/** Runs to the end and returns the calls of the main thread, in order. @param names of system calls, separated by commas */
export async function callsOf(strace: string, names: string, scene: Scene, purpose: Purpose): Promise<Call[]> {
  const log = join(scene.home, 'calls.log')
  const run = await traced(strace, log, names, FILTERS[purpose], scene)
  if (run.code === null || run.code > 4) throw new Error(`${scene.args.join(' ')} ended with ${run.code}: ${run.stderr}`)
  const calls = loggedCalls(log, scene.home)
  rmSync(log)
  return calls
}

/** The purpose of the count. strace counts equally for both only with the same options. */
type Purpose = 'kill' | 'refuse'

/** A kernel filter makes it several times as fast, but with it strace 6.1 injects no signals. */
const FILTERS: Readonly<Record<Purpose, readonly string[]>> = { kill: [], refuse: ['--seccomp-bpf'] }

/** Calls on files below a folder. */
export function below(folder: string, calls: readonly Call[]): Call[] {
  return calls.filter(({ text }) => text.includes(folder))
}

/**
 * Runs and injects a fault at one call. strace selects the call by number, and the number of calls differs between runs (the event loop
 * reads, and the C library reads /proc, at varying times). So the log is checked for which call was hit. If it was another one, the numbers
 * are determined again.
 * @param begin creates the scene, a new one for each attempt
 * @returns the run in which exactly that call was hit, and its scene. If the program had ended before, because another thread was refused
 * its own call of that number below the cache, that run
 */
export async function struckAt<S extends Scene>(strace: string, call: Call, blow: Blow, begin: () => S): Promise<{ run: Run; scene: S }> {
  const alone = 'error' in blow && blow.forGood && EVENT_LOOP.has(call.name)
  let ordinal = alone ? call.nth : call.ordinal
  const purpose = 'kill' in blow ? 'kill' : 'refuse'
  const met: string[] = []
  for (let tries = 0; tries < TRIES; tries++) {
    const scene = begin()
    const log = join(scene.home, 'struck.log')
    const switches = [...FILTERS[purpose], ...(alone ? onlyOf(call, scene) : []), '-e', `inject=${call.name}:${injection(blow, ordinal)}`]
    const run = await traced(strace, log, call.name, switches, scene)
    const struck = loggedCalls(log, scene.home).find(each => each.ordinal === ordinal)
    const elsewhere = (alone || struck === undefined) && refusedBelow(log, scene.root)
    rmSync(log)
    if (struck?.key === call.key || elsewhere) {
      announce({ ['kill' in blow ? 'kills at a system call' : 'refusals of a system call']: 1 })
      if (elsewhere && !alone) announce({ 'refusals that hit another thread first, at its own call of that number': 1 })
      return { run, scene }
    }
    announce({ 'runs that hit another call than the intended one, and were repeated': 1 })
    rmSync(scene.home, { recursive: true })
    met.push(struck?.key ?? `${ordinal} was never reached`)
    // A count that alternates between two runs is hit sooner by keeping it every other time.
    if (tries % 2 === 1 || alone) continue
    const again = await callsOf(strace, call.name, begin(), purpose)
    ordinal = again.find(({ key }) => key === call.key)?.ordinal ?? ordinal
  }
  throw new Error(`${call.key} was never met, but ${met.join('; ')}`)
}

/**
 * Calls with which the event loop wakes and ends. libuv aborts a process if they fail, which no operating system would do. So a permanent
 * failure is limited to the one file.
 */
const EVENT_LOOP = new Set(['read', 'close'])

/** strace cannot select a file whose name differs in each run. It is read and closed only once, so a single failure is permanent. */
export function canBeRefusedForGood({ name, paths }: Call): boolean {
  return !EVENT_LOOP.has(name) || !paths.some(path => [TEMP, TIME, CACHE].some(part => path.includes(part)))
}

function onlyOf({ paths }: Call, { home }: Scene): string[] {
  return paths.flatMap(path => ['-P', `${home}${path}`])
}

function injection(blow: Blow, ordinal: number): string {
  if ('kill' in blow) return `signal=SIGKILL:when=${ordinal}`
  return `error=${blow.error}:when=${ordinal}${blow.forGood ? '+' : ''}`
}

/** Makes every call of some names on one file fail. */
export function refusedFile(strace: string, file: string, names: string, error: string, scene: Scene): Promise<Run> {
  return traced(strace, '/dev/null', names, [...FILTERS.refuse, '-P', file, '-e', `inject=${names}:error=${error}`], scene)
}

/** Makes every call of some names fail, from the first to the last. */
export function refusedThroughout(strace: string, names: string, error: string, scene: Scene): Promise<Run> {
  return traced(strace, '/dev/null', names, [...FILTERS.refuse, '-e', `inject=${names}:error=${error}`], scene)
}

/** Runs without strace. */
export function plain(scene: Scene): Promise<Run> {
  return ended([NODE, MAIN, ...scene.args], scene)
}

function traced(strace: string, log: string, names: string, more: readonly string[], scene: Scene): Promise<Run> {
  // Only path strings.
  const switches = ['-f', '-qq', '-y', '-s', '0', '-e', 'signal=none', '-o', log, '-e', `trace=execve,${names}`, ...more]
  return ended([strace, ...switches, NODE, MAIN, ...scene.args], scene)
}

async function ended(command: readonly string[], { home, account }: Scene): Promise<Run> {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env
  const env = { PATH, LANG, HOME: home, LEWM_CACHE_DATA: join(home, 'data') }
  account?.own(home)
  const [program = '', ...args] = [...(account?.under ?? []), ...command]
  const child = spawn(program, args, { env, cwd: home, stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000, killSignal: 'SIGKILL' })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part))
  const [code, signal] = await once(child, 'close')
  return { code: typeof code === 'number' ? code : null, signal: typeof signal === 'string' ? signal : null, ...text }
}

/** Whether strace made a call of any thread below a folder fail. */
function refusedBelow(log: string, folder: string): boolean {
  const lines = readFileSync(log, 'utf8').split('\n')
  return lines.some(line => line.includes('(INJECTED)') && line.includes(folder))
}

/** The calls of the main thread in a strace log. The main thread is the one that began with `execve`. */
function loggedCalls(log: string, home: string): Call[] {
  const lines = readFileSync(log, 'utf8').split('\n')
  const main = lines[0]?.split(' ')[0]
  const ordinals = new Map<string, number>()
  const alike = new Map<string, number>()
  const next = (counts: Map<string, number>, key: string): number => {
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count
  }
  return lines
    .filter(line => line !== '' && line.split(' ')[0] === main)
    .map(line => line.replace(/^\d+\s+/, ''))
    .filter(text => /^\w+\(/.test(text) && !text.startsWith('execve('))
    .map(text => {
      const name = text.slice(0, text.indexOf('('))
      const paths = pathsIn(text, home)
      const what = `${name} ${paths.join(' ')}`
      const nth = next(alike, what)
      return { name, ordinal: next(ordinals, name), key: `${what} ${nth}`, paths, nth, text: text.slice(0, 600) }
    })
}

/** The paths of a call below the home folder, relative to it, without parts that differ in each run. */
function pathsIn(text: string, home: string): string[] {
  const given = text.replace(/\)\s+= .*$/, '')
  return [...given.matchAll(/["<]([^"<>]*)[">]/g)].flatMap(([, path = '']) =>
    path.startsWith(home)
      ? [
          path
            .slice(home.length)
            .replaceAll(/\.lewm-tmp-[0-9a-f]+/g, TEMP)
            .replaceAll(/\d{16,}/g, TIME)
            .replace(/(?<=^\/data\/changed\/)[0-9a-f]{32}(?=\.json$)/, CACHE)
        ]
      : []
  )
}

const TEMP = '.lewm-tmp'
const TIME = 'time-of-this-run'
/** Change records are named by the path of the cache. */
const CACHE = 'this-cache'
