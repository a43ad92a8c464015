/**
 * zstd frames into memory that the caller has: one decompressor for all of a thread's pages. `zstdDecompressSync` makes a new one for
 * every call, which for a shard's two dozen small pages costs as much as its values do.
 */
import { createZstdDecompress, zstdDecompressSync } from 'node:zlib'

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

/** The documented way: at most `size` bytes, or an error that says why not. */
export function decompressZstd(input: Uint8Array, size: number): Uint8Array {
  return zstdDecompressSync(input, { maxOutputLength: size, chunkSize: Math.max(size + 1, 64) })
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
const DICTIONARY_ID_BYTES = [0, 1, 2, 4]
const CONTENT_SIZE_BYTES = [0, 2, 4, 8]

/**
 * Length of the frame that `bytes` begin with, by its headers alone; -1 when it is cut off or none. A decompressor that is used again
 * must never be left inside a frame, and Node does not tell.
 * Source: https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1
 */
export function frameBytes(bytes: Uint8Array): number {
  if (bytes.length < 6) return -1
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== MAGIC) return -1
  const descriptor = view.getUint8(4)
  const single = (descriptor >> 5) & 1
  const sizeFlag = descriptor >> 6
  let at = 5 + (1 - single) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0)
  at += sizeFlag === 0 ? single : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0)
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) return -1
    const block = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
    last = (block & 1) === 1
    const type = (block >> 1) & 3
    if (type === 3) return -1
    at += 3 + (type === 1 ? 1 : block >> 3)
  }
  if (((descriptor >> 2) & 1) === 1) at += 4
  return at > bytes.length ? -1 : at
}
