/**
 * LZ4 block decompression into a buffer of the declared size, without ever writing beyond it. (The copy loop of hyparquet-compressors
 * trusts a length from the input.) Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
import { counted } from '../../../../shared/text/numbers.ts'
import { DecodeError } from '../encodings/decodeError.ts'

/** End of block rules of the format: the last match begins at least 12 bytes before the end, and the last five bytes are literals. */
const LAST_MATCH = 12
const LAST_LITERALS = 5

/**
 * Decompresses one LZ4 block. It may end as `LZ4_decompress_safe` permits.
 * @returns `size` bytes
 * @throws DecodeError if the output is not exactly `size` bytes
 */
export function decompressLz4Block(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size)
  let from = 0
  let to = 0
  const byte = (): number => {
    const value = input[from++]
    if (value === undefined) throw new DecodeError('LZ4: the block is truncated')
    return value
  }
  const extend = (nibble: number): number => {
    let length = nibble
    if (nibble === 15) {
      for (let more = 255; more === 255; length += more) more = byte()
    }
    return length
  }
  while (from < input.length) {
    const token = byte()
    const literals = extend(token >> 4)
    if (literals > input.length - from || literals > size - to) throw new DecodeError('LZ4: literals exceed the end')
    output.set(input.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from === input.length) break
    if (to > size - LAST_MATCH || from > input.length - LAST_LITERALS - 3) throw new DecodeError('LZ4: bytes follow the last literals')
    const distance = byte() | (byte() << 8)
    const length = extend(token & 15) + 4
    if (distance > to || length > size - to - LAST_LITERALS) throw new DecodeError('LZ4: a copy exceeds the output')
    // A distance of 0 is invalid. The library writes zeros.
    if (distance >= length) output.copyWithin(to, to - distance, to - distance + length)
    else if (distance > 0) for (let i = 0; i < length; i++) output[to + i] = output[to + i - distance] ?? 0
    to += length
  }
  if (to !== size) throw new DecodeError(counted`LZ4: ${to} bytes instead of ${size}`)
  return output
}

/**
 * Decompresses Hadoop's framing of LZ4 blocks (Parquet's deprecated codec "LZ4"), with big-endian sizes before each block. Some writers
 * omitted the frames, so any other data is read as one block.
 */
export function decompressLz4Hadoop(input: Uint8Array, size: number): Uint8Array {
  return decompressFrames(input, size) ?? decompressLz4Block(input, size)
}

function decompressFrames(input: Uint8Array, size: number): Uint8Array | null {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const blocks: Uint8Array[] = []
  let from = 0
  let total = 0
  while (from + 8 <= input.length) {
    const blockSize = view.getUint32(from)
    const length = view.getUint32(from + 4)
    if (blockSize > size - total || length > input.length - from - 8) return null
    try {
      blocks.push(decompressLz4Block(input.subarray(from + 8, from + 8 + length), blockSize))
    } catch (error) {
      if (error instanceof DecodeError) return null
      throw error
    }
    from += 8 + length
    total += blockSize
  }
  return total === size && from === input.length ? Buffer.concat(blocks, size) : null
}
