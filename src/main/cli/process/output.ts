/**
 * The only access to standard output and standard error. Standard output carries only the result. Writes are awaited, so that an exit never
 * truncates it. A reader that closed the pipe (EPIPE) is not an error.
 */
import type { Writable } from 'node:stream'
import { toJson } from '../../../shared/json.ts'
import { withMessage } from '../../../shared/text/recordedFinding.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { asSystemError, failedWith } from '../../core/index.ts'
import type { Io } from './io.ts'

export type Output = {
  /** Whether the result is printed to a terminal. */
  readonly isTerminal: boolean
  /** Whether the reader has closed the pipe, so that further work is useless. */
  readonly closed: () => boolean
  /** One JSON document on a line. */
  readonly document: (value: unknown) => Promise<void>
  /** Text that is safe for a terminal, or bytes for another program. */
  readonly text: (content: string | Uint8Array) => Promise<void>
  /** Text on standard error, because standard output carries something else. */
  readonly aside: (text: string) => Promise<void>
  /** A remark beside the result, on standard error. */
  readonly note: (text: string) => Promise<void>
  /** A failure of a command, on standard error, even with --quiet. */
  readonly fault: (text: string) => Promise<void>
}

/**
 * @param io the streams
 * @param quiet suppresses remarks
 * @param makeRoom removes the progress bar from the terminal
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
    document: value => print(`${toJson(value, withMessage)}\n`),
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

/** The last document of a failed run. If standard output is closed, the line on standard error is enough. */
export async function printDocument({ stdout }: Pick<Io, 'stdout'>, value: unknown): Promise<void> {
  await send(stdout, `${toJson(value)}\n`).catch(() => undefined)
}

/** One line on standard error. If standard error is closed, it is lost. */
export async function printError({ stderr }: Pick<Io, 'stderr'>, text: string): Promise<void> {
  await send(stderr, `${terminalSafe(text)}\n`).catch(() => undefined)
}

/** Without a listener, a broken pipe would end the process with a stack trace. The callback of `write` reports it. */
export function listenForBrokenPipes({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): void {
  stdout.on('error', () => undefined)
  stderr.on('error', () => undefined)
}

function send(stream: Writable, content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(content, error => (error ? reject(error) : resolve()))
  })
}
