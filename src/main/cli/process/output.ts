/**
 * The only way to standard output and standard error. Standard output carries the result and nothing else; what is written is
 * waited for, so that an exit never cuts it off; a reader that went away (EPIPE) is no fault.
 */
import type { Writable } from 'node:stream'
import { toJson } from '../../../shared/json.ts'
import { terminalSafe } from '../../../shared/terminalText.ts'
import { asSystemError, failedWith } from '../../core/index.ts'
import type { Io } from './io.ts'

export type Output = {
  /** Whether a person reads the result as it is printed. */
  readonly isTerminal: boolean
  /** Whether the reader went away: there is no use in working on for it. */
  readonly closed: () => boolean
  /** One JSON document on a line of its own. */
  readonly document: (value: unknown) => Promise<void>
  /** Text for a person, ready for a terminal, or bytes for another program. */
  readonly text: (content: string | Uint8Array) => Promise<void>
  /** Text for a person on standard error, while standard output carries something else. */
  readonly aside: (text: string) => Promise<void>
  /** A remark beside the result, on standard error. */
  readonly note: (text: string) => Promise<void>
  /** What a command could not do, on standard error, also with --quiet. */
  readonly fault: (text: string) => Promise<void>
}

/**
 * @param io where it goes
 * @param quiet leaves the remarks out
 * @param makeRoom takes the progress bar off the terminal
 */
export function openOutput(io: Pick<Io, 'stdout' | 'stderr'>, quiet: boolean, makeRoom: () => void): Output {
  const { stdout, stderr } = io
  let closed = false
  const print = async (content: string | Uint8Array) => {
    if (closed) return
    makeRoom()
    try {
      await send(stdout, content)
    } catch (error) {
      if (!failedWith(error, 'EPIPE')) throw asSystemError(error, 'write to', 'standard output')
      closed = true
    }
  }
  return {
    isTerminal: stdout.isTTY === true,
    closed: () => closed,
    document: value => print(`${toJson(value)}\n`),
    text: print,
    aside: async text => {
      makeRoom()
      await send(stderr, text).catch(() => undefined)
    },
    note: async text => {
      if (quiet) return
      makeRoom()
      await printError(io, text)
    },
    fault: async text => {
      makeRoom()
      await printError(io, text)
    }
  }
}

/** The last document of a failed run; when nobody can read it the line on standard error has to do. */
export async function printDocument({ stdout }: Pick<Io, 'stdout'>, value: unknown): Promise<void> {
  await send(stdout, `${toJson(value)}\n`).catch(() => undefined)
}

/** One line on standard error; when nobody can read it there is nothing left to say it with. */
export async function printError({ stderr }: Pick<Io, 'stderr'>, text: string): Promise<void> {
  await send(stderr, `${terminalSafe(text)}\n`).catch(() => undefined)
}

/** Without a listener a broken pipe would end the process with a stack trace; the callback of `write` tells us of it. */
export function listenForBrokenPipes({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): void {
  stdout.on('error', () => undefined)
  stderr.on('error', () => undefined)
}

function send(stream: Writable, content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(content, error => (error ? reject(error) : resolve()))
  })
}
