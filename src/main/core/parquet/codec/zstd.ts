/**
 * zstd decompression into memory of the caller, with one decompressor for all pages of a thread. `zstdDecompressSync` makes a new one for
 * every call. For the two dozen small pages of a shard, this takes as long as decoding its values.
 */

import { createZstdDecompress, zstdDecompressSync } from 'node:zlib'
import { counted } from '../../../../shared/text/numbers.ts'
import { DecodeError } from '../encodings/decodeError.ts'

/**
 * Decompresses one whole frame.
 * @param output at least one byte longer than expected, so that a longer frame is detected
 * @returns number of bytes written. Null if this fast path cannot decide, so `decompressZstd` must
 */
export function decompressFrameInto(input: Uint8Array, output: Uint8Array): number | null {
  context ??= openContext()
  if (context === null || frameBytes(input) !== input.length) return null
  context.failed = false
  context.run(input, output)
  const [room = 0, left = 0] = context.state
  // The declared size of an empty frame is not checked.
  if (!context.failed && left === 0 && room > 0 && room < output.length) return output.length - room
  // In the middle of a frame, or failed. The next page gets a new decompressor.
  context = undefined
  return null
}

/**
 * The documented API, for any number of frames with skippable ones between them. Returns at most `size` bytes.
 * @throws Error if a frame is damaged, if other data follows the frames, or if the output is longer than `size` bytes
 */
export function decompressZstd(input: Uint8Array, size: number): Uint8Array {
  const parts: Uint8Array[] = []
  let left = size
  for (let at = 0; at < input.length; ) {
    const rest = input.subarray(at)
    const skipped = skippableBytes(rest)
    const length = skipped > 0 ? skipped : frameBytes(rest)
    if (length < 0) {
      // The decompressor reports the exact error.
      decompressFrame(rest, left)
      throw new DecodeError(counted`${rest.length} bytes follow the frames`)
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
  if (output.length > size || (declared !== null && declared !== BigInt(output.length))) throw new DecodeError('the frame has another size')
  return output
}

type Context = {
  readonly run: (input: Uint8Array, output: Uint8Array) => void
  /** Unused bytes of the output, unused bytes of the input. */
  readonly state: Uint32Array
  failed: boolean
}

/** Null if this Node stores its decompressor elsewhere. */
let context: Context | null | undefined

/** The internal handle of Node's decompressing streams. It is not documented, so every property is checked. */
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

/** Length of the skippable frame at the start of `bytes`. 0 if there is none. */
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

/** Content size that a frame declares. Null if it declares none. */
function contentSize(frame: Uint8Array): bigint | null {
  const header = frameHeader(frame)
  if (header === null || header.contentSizeBytes === 0) return null
  const { contentSizeAt: at, contentSizeBytes: count } = header
  let size = 0n
  for (let i = count - 1; i >= 0; i--) size = size * 256n + BigInt(frame[at + i] ?? 0)
  return count === 2 ? size + 256n : size
}

/**
 * Length of the frame at the start of `bytes`, by its headers alone. -1 if it is truncated or not a frame. A decompressor must never be
 * reused inside a frame, and Node does not report this. Source: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
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
