/**
 * GZIP pages: a sequence of gzip and zlib members, in any mixture, as zlib's automatic detection accepts it. Node's own function accepts
 * only one form and ignores trailing zeros. Source: https://www.rfc-editor.org/rfc/rfc1952 and rfc1950
 */
import { crc32, inflateRawSync } from 'node:zlib'
import { DecodeError } from '../encodings/decodeError.ts'

/**
 * Decompresses all members.
 * @returns at most `size` bytes
 * @throws Error if a member is damaged, if bytes follow the last one, or if the output is longer than `size` bytes
 */
export function decompressGzip(input: Uint8Array, size: number): Uint8Array {
  const parts: Uint8Array[] = []
  let at = 0
  let left = size
  while (at < input.length) {
    const isGzip = input[at] === 0x1f && input[at + 1] === 0x8b
    const start = at + (isGzip ? gzipHeader(input.subarray(at)) : zlibHeader(input.subarray(at)))
    const { output, taken } = inflate(input.subarray(start), left)
    const trailer = input.subarray(start + taken)
    at = start + taken + (isGzip ? checkGzip(trailer, output) : checkZlib(trailer, output))
    parts.push(output)
    left -= output.length
  }
  const [only, more] = parts
  return only !== undefined && more === undefined ? only : Buffer.concat(parts)
}

function inflate(input: Uint8Array, size: number): { readonly output: Uint8Array; readonly taken: number } {
  // One chunk for the whole output. zlib's default of 16 KiB would assemble every page from pieces.
  const done: unknown = inflateRawSync(input, { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size + 1, 64), info: true })
  if (!isInfo(done)) throw new DecodeError('zlib does not report how much it read')
  if (done.buffer.length > size) throw new DecodeError('the output is longer than the page')
  return { output: done.buffer, taken: done.engine.bytesWritten }
}

type Info = { readonly buffer: Uint8Array; readonly engine: { readonly bytesWritten: number } }

/** Node's types do not include the result of `info: true`. */
function isInfo(value: unknown): value is Info {
  return (
    typeof value === 'object' &&
    value !== null &&
    'buffer' in value &&
    value.buffer instanceof Uint8Array &&
    'engine' in value &&
    typeof value.engine === 'object' &&
    value.engine !== null &&
    'bytesWritten' in value.engine
  )
}

const DEFLATE = 8

/** Length of a gzip header. */
function gzipHeader(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0xff
  if (bytes.length < 10 || bytes[2] !== DEFLATE || (flags & 0xe0) !== 0) throw new DecodeError('the gzip header has unknown flags')
  let at = 10
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
  for (const flag of [8, 16]) if ((flags & flag) !== 0) at = endOfText(bytes, at)
  if ((flags & 2) !== 0) {
    const expected = (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
    if ((crc32(bytes.subarray(0, at)) & 0xffff) !== expected) throw new DecodeError('the gzip header is damaged')
    at += 2
  }
  if (at > bytes.length) throw new DecodeError('the gzip header is truncated')
  return at
}

function endOfText(bytes: Uint8Array, at: number): number {
  const end = bytes.indexOf(0, at)
  if (end < 0) throw new DecodeError('the gzip header is truncated')
  return end + 1
}

function zlibHeader(bytes: Uint8Array): number {
  const [method = 0, flags = 0] = bytes
  const isHeader = bytes.length >= 2 && (method * 256 + flags) % 31 === 0 && (method & 15) === DEFLATE && method >> 4 <= 7
  if (!isHeader || (flags & 32) !== 0) throw new DecodeError('the data is neither gzip nor zlib')
  return 2
}

function checkGzip(trailer: Uint8Array, output: Uint8Array): number {
  if (trailer.length < 8) throw new DecodeError('the end of a gzip member is truncated')
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8)
  if (view.getUint32(0, true) !== crc32(output)) throw new DecodeError('the checksum of a gzip member is wrong')
  if (view.getUint32(4, true) !== output.length) throw new DecodeError('the length of a gzip member is wrong')
  return 8
}

function checkZlib(trailer: Uint8Array, output: Uint8Array): number {
  if (trailer.length < 4) throw new DecodeError('the end of a zlib member is truncated')
  if (new DataView(trailer.buffer, trailer.byteOffset, 4).getUint32(0) !== adler32(output)) {
    throw new DecodeError('the checksum of a zlib member is wrong')
  }
  return 4
}

/** The number of bytes that can be added before the sums exceed 2^53. */
const BYTES_AT_ONCE = 1 << 16

function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (let start = 0; start < bytes.length; start += BYTES_AT_ONCE) {
    const end = Math.min(start + BYTES_AT_ONCE, bytes.length)
    for (let i = start; i < end; i++) {
      a += bytes[i] ?? 0
      b += a
    }
    a %= 65_521
    b %= 65_521
  }
  return b * 65_536 + a
}
