/** Runs the command line under strace, which kills it, or refuses it something, at one of the system calls that change files. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { tell } from './extent.ts'

const ROOT = join(import.meta.dirname, '../..')
const NODE = join(ROOT, 'node_modules/node/bin/node')
const MAIN = join(ROOT, 'out/main/cli.js')

/**
 * The calls after which a folder can look different, or is more durable. `write` is missing on purpose: threads wake each other with
 * it, which would make the count of one run differ from the next, and what we write with it is in temp files that nobody reads.
 */
export const CHANGING =
  'pwrite64,writev,pwritev,pwritev2,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,fsync,fdatasync,fallocate,copy_file_range'

export type Run = { readonly code: number | null; readonly signal: string | null; readonly stderr: string; readonly stdout: string }

/** A call as strace saw it: `rename("/a", "/b") = 0`, the first, second … of that name: strace counts each name by itself. */
export type Call = { readonly name: string; readonly ordinal: number; readonly text: string }

/** Whatever a folder or a file is asked for. */
export const READING = 'openat,read,pread64,preadv,readv,getdents64,fstat,stat,lstat,newfstatat,statx,access,readlink,close'

/**
 * Runs to the end and tells which calls of the main thread had to do with files below a folder, in order.
 * @param names of system calls, with commas between them
 */
export function callsOf(strace: string, names: string, folder: string, args: readonly string[], home: string): Call[] {
  const log = join(temporaryFolder(), 'calls')
  const run = traced(strace, ['-y', '-s', '4096', '-o', log, '-e', `trace=${names}`], args, home)
  if (run.code === null || run.code > 4) throw new Error(`${args.join(' ')} ended with ${run.code}: ${run.stderr}`)
  const lines = readFileSync(log, 'utf8').split('\n')
  const main = lines[0]?.split(' ')[0]
  const counts = new Map<string, number>()
  return lines
    .filter(line => line !== '' && line.split(' ')[0] === main)
    .map(line => {
      const text = line.replace(/^\d+\s+/, '')
      const name = text.slice(0, text.indexOf('('))
      const ordinal = (counts.get(name) ?? 0) + 1
      counts.set(name, ordinal)
      return { name, ordinal, text }
    })
    .filter(({ text }) => text.includes(folder))
    .map(call => ({ ...call, text: call.text.slice(0, 300) }))
}

/** Kills the program as it is about to make a call. */
export function killedAt(strace: string, { name, ordinal }: Call, args: readonly string[], home: string): Run {
  tell({ 'kills at a system call': 1 })
  return traced(strace, ['-o', '/dev/null', '-e', `trace=${name}`, '-e', `inject=${name}:signal=SIGKILL:when=${ordinal}`], args, home)
}

/**
 * Refuses a call with an error.
 * @param forGood that call and all after it of the same name, or that one alone
 */
export function refusedAt(
  strace: string,
  { name, ordinal }: Call,
  { error, forGood }: { readonly error: string; readonly forGood: boolean },
  args: readonly string[],
  home: string
): Run {
  tell({ 'refusals of a system call': 1 })
  const when = forGood ? `${ordinal}+` : ordinal
  return traced(strace, ['-o', '/dev/null', '-e', `trace=${name}`, '-e', `inject=${name}:error=${error}:when=${when}`], args, home)
}

/** Runs without being watched. */
export function plain(args: readonly string[], home: string): Run {
  return ended(spawnSync(NODE, [MAIN, ...args], options(home)))
}

function traced(strace: string, switches: readonly string[], args: readonly string[], home: string): Run {
  return ended(spawnSync(strace, ['-f', '-qq', '-e', 'signal=none', ...switches, NODE, MAIN, ...args], options(home)))
}

function options(home: string) {
  const { PATH = '', LANG = 'C.UTF-8' } = process.env
  const env = { PATH, LANG, HOME: home, LEWM_CACHE_DATA: join(home, 'data') }
  return { env, cwd: home, encoding: 'utf8', timeout: 120_000, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const
}

const outcome = z.object({ status: z.number().nullable(), signal: z.string().nullable(), stdout: z.string(), stderr: z.string() })

function ended(result: unknown): Run {
  const { status, signal, stdout, stderr } = outcome.parse(result)
  return { code: status, signal, stdout, stderr }
}
