/**
 * The only way to standard output and standard error. Standard output carries the result and nothing else; what is written is
 * waited for, so that an exit never cuts it off; a reader that went away (EPIPE) is no fault.
 */
import type { Writable } from 'node:stream'
import { toJson } from '../../../shared/json.ts'
import { terminalSafe } from '../../../shared/terminalText.ts'
import { asSystemError, failedWith } from '../../core/index.ts'

export type Output = {
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
 * @param quiet leaves the remarks out
 * @param makeRoom takes the progress bar off the terminal
 */
export function openOutput(quiet: boolean, makeRoom: () => void): Output {
  let closed = false
  const print = async (content: string | Uint8Array) => {
    if (closed) return
    makeRoom()
    try {
      await send(process.stdout, content)
    } catch (error) {
      if (!failedWith(error, 'EPIPE')) throw asSystemError(error, 'write to', 'standard output')
      closed = true
    }
  }
  return {
    closed: () => closed,
    document: value => print(`${toJson(value)}\n`),
    text: print,
    aside: async text => {
      makeRoom()
      await send(process.stderr, text).catch(() => undefined)
    },
    note: async text => {
      if (quiet) return
      makeRoom()
      await printError(text)
    },
    fault: async text => {
      makeRoom()
      await printError(text)
    }
  }
}

/** The last document of a failed run; when nobody can read it the line on standard error has to do. */
export async function printDocument(value: unknown): Promise<void> {
  await send(process.stdout, `${toJson(value)}\n`).catch(() => undefined)
}

/** One line on standard error; when nobody can read it there is nothing left to say it with. */
export async function printError(text: string): Promise<void> {
  await send(process.stderr, `${terminalSafe(text)}\n`).catch(() => undefined)
}

/** Without a listener a broken pipe would end the process with a stack trace; the callback of `write` tells us of it. */
export function listenForBrokenPipes(): void {
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
}

function send(stream: Writable, content: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(content, error => (error ? reject(error) : resolve()))
  })
}
