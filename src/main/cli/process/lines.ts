/** Lines of a file or of standard input, numbered from 1. Only LF and CRLF end a line, and the text must be UTF-8. */
import { constants, createReadStream, openSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { CancelledError, InputError } from '../../../shared/model/errors.ts'
import { asSystemError, failedWith } from '../../core/index.ts'
import type { Io } from './io.ts'

/** Standard input, and the signal that stops reading. */
export type Input = Pick<Io, 'stdin' | 'signal'>

export type Line = { readonly number: number; readonly text: string }

/** A longer line is not a record but another kind of file. */
const LONGEST = 64 * 1024 * 1024
const LONGEST_TEXT = 128 * 1024 * 1024
const LF = 0x0a

/** The name of the source in messages: the file, or standard input for undefined and `-`. */
export function sourceName(file: string | undefined): string {
  return isStandardInput(file) ? 'standard input' : file
}

/**
 * Lines that are not blank.
 * @param file undefined or `-` for standard input
 * @throws InputError for a missing file, a folder, an endless line or text that is not UTF-8; SystemError; CancelledError
 */
export async function* readLines(file: string | undefined, io: Input): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let number = 0
  for await (const bytes of splitLines(readChunks(file, io))) {
    number += 1
    if (bytes === null)
      throw new InputError(`${sourceName(file)} line ${number} is longer than 64 MiB`, { file: sourceName(file), line: number })
    const text = decode(decoder, bytes, file, number).trim()
    if (text !== '') yield { number, text }
  }
}

/**
 * The whole text of a file or of standard input.
 * @throws InputError also for more than 128 MiB, because parsing needs several times that
 */
export async function readText(file: string | undefined, io: Input): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of readChunks(file, io)) {
    length += chunk.length
    if (length > LONGEST_TEXT) throw new InputError(`${sourceName(file)} is longer than 128 MiB`, { file: sourceName(file) })
    chunks.push(chunk)
  }
  return decode(new TextDecoder('utf-8', { fatal: true }), Buffer.concat(chunks), file, null)
}

function isStandardInput(file: string | undefined): file is undefined {
  return file === undefined || file === '-'
}

async function* readChunks(file: string | undefined, io: Input): AsyncGenerator<Uint8Array> {
  const { signal } = io
  let stop = () => {}
  try {
    const stream = isStandardInput(file) ? io.stdin : openStream(file)
    stop = () => stream.destroy(new CancelledError())
    signal.addEventListener('abort', stop)
    if (signal.aborted) throw new CancelledError()
    for await (const chunk of stream) yield chunk
  } catch (error) {
    if (error instanceof CancelledError) throw error
    if (failedWith(error, 'ENOENT')) throw new InputError(`there is no file ${file}`, { file })
    if (failedWith(error, 'EISDIR')) throw new InputError(`${sourceName(file)} is a folder`, { file })
    throw asSystemError(error, 'read', sourceName(file))
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Waits for the writer of a named pipe in a way that can be cancelled. The call that opens a pipe cannot. */
function openStream(file: string): Readable {
  if (!statSync(file).isFIFO()) return createReadStream(file)
  return new Socket({ fd: openSync(file, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false })
}

/** Yields null in place of a line that is too long, and nothing after it. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array | null> {
  let begun: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      yield Buffer.concat([...begun, chunk.subarray(start, end)])
      begun = []
      length = 0
      start = end + 1
    }
    begun.push(chunk.subarray(start))
    length += chunk.length - start
    if (length > LONGEST) return yield null
  }
  if (length > 0) yield Buffer.concat(begun)
}

function decode(decoder: TextDecoder, bytes: Uint8Array, file: string | undefined, line: number | null): string {
  try {
    return decoder.decode(bytes)
  } catch {
    const name = sourceName(file)
    throw new InputError(line === null ? `${name} is not UTF-8 text` : `${name} line ${line} is not UTF-8 text`, { file: name, line })
  }
}
