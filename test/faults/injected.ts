/** Runs the command line under strace, which kills it, or refuses it something, at one of the system calls that change files. */
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
 * The calls after which a folder can look different, or is more durable. `write` is missing on purpose: threads wake each other with
 * it, which would make the count of one run differ from the next, and what we write with it is in temp files that nobody reads.
 */
export const CHANGING =
  'pwrite64,writev,pwritev,pwritev2,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,fsync,fdatasync,fallocate,copy_file_range'

/** Whatever a folder or a file is asked for. */
export const READING = 'openat,read,pread64,preadv,readv,getdents64,fstat,stat,lstat,newfstatat,statx,access,readlink,close'

export type Run = { readonly code: number | null; readonly signal: string | null; readonly stderr: string; readonly stdout: string }

/** Where a command runs, what it is, and who runs it: without an account, the user of the tests. */
export type Scene = { readonly home: string; readonly root: string; readonly args: readonly string[]; readonly account?: Account }

/** A call of the main thread as strace saw it: `rename("/a", "/b") = 0`. */
export type Call = {
  readonly name: string
  /** The first, second … of that name: strace counts each name by itself, in each thread. */
  readonly ordinal: number
  /** What makes it this call and no other in any run: its name, its paths from the home folder on, and how manieth of those it is. */
  readonly key: string
  /** The paths it was given, from the home folder on. */
  readonly paths: readonly string[]
  /** How manieth it is of those with its name and paths. */
  readonly nth: number
  readonly text: string
}

/** What happens at a call. */
export type Blow = { readonly kill: true } | { readonly error: string; readonly forGood: boolean }

/** So often another call may be met before the one that was meant. */
const TRIES = 24

/** Runs to the end and tells the calls of the main thread, in order. @param names of system calls, with commas between them */
export async function callsOf(strace: string, names: string, scene: Scene, purpose: Purpose): Promise<Call[]> {
  const log = join(scene.home, 'calls.log')
  const run = await traced(strace, log, names, FILTERS[purpose], scene)
  if (run.code === null || run.code > 4) throw new Error(`${scene.args.join(' ')} ended with ${run.code}: ${run.stderr}`)
  const calls = loggedCalls(log, scene.home)
  rmSync(log)
  return calls
}

/** What calls are counted for: strace counts for the one as it will for the other only in the same way. */
type Purpose = 'kill' | 'refuse'

/** A filter in the kernel makes it several times as quick; but with it strace 6.1 injects no signal. */
const FILTERS: Readonly<Record<Purpose, readonly string[]>> = { kill: [], refuse: ['--seccomp-bpf'] }

/** Those that have to do with files below a folder. */
export function below(folder: string, calls: readonly Call[]): Call[] {
  return calls.filter(({ text }) => text.includes(folder))
}

/**
 * Runs and strikes at one call. Strace aims by number, and the same run does not make the same number of calls each time (the event
 * loop reads, and the C library looks into /proc, as it comes): so it is looked which call was struck, and if it was another one the
 * numbers are taken anew.
 * @param begin makes the scene, a new one for each try
 * @returns the run in which that very call was struck, and its scene; or, where the program had ended before, because another thread
 *   had been refused its own call of that number, also below the cache, that run
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
      if (elsewhere && !alone) announce({ 'refusals that another thread met first, at its own call of that number': 1 })
      return { run, scene }
    }
    announce({ 'runs that met another call than the one meant, and were done again': 1 })
    rmSync(scene.home, { recursive: true })
    met.push(struck?.key ?? `${ordinal} was never reached`)
    // A count that goes up and down between two runs is met sooner by staying every other time.
    if (tries % 2 === 1 || alone) continue
    const again = await callsOf(strace, call.name, begin(), purpose)
    ordinal = again.find(({ key }) => key === call.key)?.ordinal ?? ordinal
  }
  throw new Error(`${call.key} was never met, but ${met.join('; ')}`)
}

/**
 * Calls with which the event loop wakes and ends itself: libuv ends a process that is refused those, as no system would. So for good
 * they are refused of the one file alone.
 */
const EVENT_LOOP = new Set(['read', 'close'])

/** A file whose name is new in each run cannot be told to strace; it is read and closed only once, so that once is for good. */
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

/** Refuses every call of some names that has to do with one file. */
export function refusedFile(strace: string, file: string, names: string, error: string, scene: Scene): Promise<Run> {
  return traced(strace, '/dev/null', names, [...FILTERS.refuse, '-P', file, '-e', `inject=${names}:error=${error}`], scene)
}

/** Refuses every call of some names, from the first to the last. */
export function refusedThroughout(strace: string, names: string, error: string, scene: Scene): Promise<Run> {
  return traced(strace, '/dev/null', names, [...FILTERS.refuse, '-e', `inject=${names}:error=${error}`], scene)
}

/** Runs without being watched. */
export function plain(scene: Scene): Promise<Run> {
  return ended([NODE, MAIN, ...scene.args], scene)
}

function traced(strace: string, log: string, names: string, more: readonly string[], scene: Scene): Promise<Run> {
  // No strings but paths.
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

/** Whether strace refused any thread something below a folder. */
function refusedBelow(log: string, folder: string): boolean {
  const lines = readFileSync(log, 'utf8').split('\n')
  return lines.some(line => line.includes('(INJECTED)') && line.includes(folder))
}

/** The calls of the main thread in a log of strace; the main thread is the one that began with `execve`. */
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

/** The paths below the home folder that a call was given, from there on, without what is new in each run. */
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
/** Records of changes are named by the path of the cache. */
const CACHE = 'this-cache'
