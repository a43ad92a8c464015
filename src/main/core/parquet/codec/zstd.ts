/**
 * zstd frames into memory that the caller has: one decompressor for all of a thread's pages. `zstdDecompressSync` makes a new one for
 * every call, which for a shard's two dozen small pages costs as much as its values do.
 */

import { createZstdDecompress, zstdDecompressSync } from 'node:zlib'
import { counted } from '../../../../shared/text/numbers.ts'
import { DecodeError } from '../encodings/decodeError.ts'

/**
 * Decompresses one whole frame.
 * @param output at least one byte longer than what is expected, so that a frame that holds more shows
 * @returns how many bytes it gave; null when this fast way cannot tell, and `decompressZstd` must
 */
export function decompressFrameInto(input: Uint8Array, output: Uint8Array): number | null {
  context ??= openContext()
  if (context === null || frameBytes(input) !== input.length) return null
  context.failed = false
  context.run(input, output)
  const [room = 0, left = 0] = context.state
  // A frame that gives nothing is not held to the size that it declares.
  if (!context.failed && left === 0 && room > 0 && room < output.length) return output.length - room
  // In the middle of a frame, or broken: the next page gets another one.
  context = undefined
  return null
}

/**
 * The documented way, for any number of frames with skippable ones between them: at most `size` bytes.
 * @throws Error when a frame is damaged, something else is left behind them, or they hold more than `size` bytes
 */
export function decompressZstd(input: Uint8Array, size: number): Uint8Array {
  const parts: Uint8Array[] = []
  let left = size
  for (let at = 0; at < input.length; ) {
    const rest = input.subarray(at)
    const skipped = skippableBytes(rest)
    const length = skipped > 0 ? skipped : frameBytes(rest)
    if (length < 0) {
      // The decompressor knows best what is wrong.
      decompressFrame(rest, left)
      throw new DecodeError(counted`${rest.length} bytes are left behind the frames`)
    }
    at += length
    if (skipped > 0) continue
    const part = decompressFrame(rest.subarray(0, length), left)
    left -= part.length
    parts.push(part)
  }
  const [only, more] = parts
  return only !== undefined && more === undefined ? only : Buffer.concat(parts)
}

function decompressFrame(frame: Uint8Array, size: number): Uint8Array {
  const output = zstdDecompressSync(frame, { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size + 1, 64) })
  const declared = contentSize(frame)
  if (output.length > size || (declared !== null && declared !== BigInt(output.length))) throw new DecodeError('a frame of another size')
  return output
}

type Context = {
  readonly run: (input: Uint8Array, output: Uint8Array) => void
  /** Bytes of the output that stayed free, bytes of the input that were not taken. */
  readonly state: Uint32Array
  failed: boolean
}

/** Null when this Node keeps its decompressor elsewhere. */
let context: Context | null | undefined

/** What a decompressing stream of Node works with; not documented, so nothing is taken for granted. */
function openContext(): Context | null {
  const stream = createZstdDecompress()
  const handle: unknown = Reflect.get(stream, '_handle')
  const state: unknown = Reflect.get(stream, '_writeState')
  if (typeof handle !== 'object' || handle === null || !(state instanceof Uint32Array)) return null
  const write: unknown = Reflect.get(handle, 'writeSync')
  if (typeof write !== 'function') return null
  const run: Context['run'] = (input, output) => {
    Reflect.apply(write, handle, [0, input, 0, input.length, output, 0, output.length])
  }
  const made: Context = { run, state, failed: false }
  Reflect.set(handle, 'onerror', () => {
    made.failed = true
  })
  return made
}

const MAGIC = 0xfd2fb528
const SKIPPABLE = 0x184d2a50
const DICTIONARY_ID_BYTES = [0, 1, 2, 4]
const CONTENT_SIZE_BYTES = [0, 2, 4, 8]

/** Length of the skippable frame that `bytes` begin with; 0 when they begin with none. */
function skippableBytes(bytes: Uint8Array): number {
  if (bytes.length < 8) return 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if ((view.getUint32(0, true) & 0xfffffff0) >>> 0 !== SKIPPABLE) return 0
  const length = 8 + view.getUint32(4, true)
  return length <= bytes.length ? length : 0
}

type FrameHeader = { readonly contentSizeAt: number; readonly contentSizeBytes: number; readonly hasChecksum: boolean }

function frameHeader(bytes: Uint8Array): FrameHeader | null {
  if (bytes.length < 6) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== MAGIC) return null
  const descriptor = view.getUint8(4)
  const single = (descriptor >> 5) & 1
  const sizeFlag = descriptor >> 6
  return {
    contentSizeAt: 5 + (1 - single) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0),
    contentSizeBytes: sizeFlag === 0 ? single : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0),
    hasChecksum: ((descriptor >> 2) & 1) === 1
  }
}

/** Bytes that a frame says it holds; null when it says nothing. */
function contentSize(frame: Uint8Array): bigint | null {
  const header = frameHeader(frame)
  if (header === null || header.contentSizeBytes === 0) return null
  const { contentSizeAt: at, contentSizeBytes: count } = header
  let size = 0n
  for (let i = count - 1; i >= 0; i--) size = size * 256n + BigInt(frame[at + i] ?? 0)
  return count === 2 ? size + 256n : size
}

/**
 * Length of the frame that `bytes` begin with, by its headers alone; -1 when it is cut off or none. A decompressor that is used again
 * must never be left inside a frame, and Node does not tell.
 * Source: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
 */
export function frameBytes(bytes: Uint8Array): number {
  const header = frameHeader(bytes)
  if (header === null) return -1
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = header.contentSizeAt + header.contentSizeBytes
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) return -1
    const block = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
    last = (block & 1) === 1
    const type = (block >> 1) & 3
    if (type === 3) return -1
    at += 3 + (type === 1 ? 1 : block >> 3)
  }
  if (header.hasChecksum) at += 4
  return at > bytes.length ? -1 : at
}
