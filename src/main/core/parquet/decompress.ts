/** Decompression that never gives more than the page header declares, and nothing less. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { throwIfRefused } from '../systemError.ts'
import type { Codec } from './footer.ts'
import { decompressLz4Block, decompressLz4Hadoop } from './lz4.ts'
import { ownMemory, type PageMemory } from './pageMemory.ts'
import { ShardFault } from './shardFault.ts'
import { decompressSnappy } from './snappy.ts'
import { decompressFrameInto, decompressZstd } from './zstd.ts'

/**
 * Decompresses a page body.
 * @param size what the page header declares, already held against the limits
 * @param memory where it may be decompressed to
 * @returns exactly `size` bytes
 * @throws ShardFault `bad_page`, or `unsupported_encoding` for a codec that is not ours
 */
export function decompress(codec: Codec, input: Uint8Array, size: number, column: string, memory: PageMemory = ownMemory): Uint8Array {
  if (size === 0 && codec !== 'UNCOMPRESSED') return new Uint8Array(0)
  if (codec === 'ZSTD') {
    const body = memory('body', size + 1)
    if (decompressFrameInto(input, body) === size) return body.subarray(0, size)
  }
  let output: Uint8Array
  try {
    output = decode(codec, input, size, column)
  } catch (error) {
    if (error instanceof ShardFault) throw error
    throwIfRefused(error)
    const reason = error instanceof Error ? error.message : String(error)
    throw new ShardFault('bad_page', `the ${codec} data of a page of ${column} cannot be decompressed: ${reason}`, { column })
  }
  if (output.length !== size) {
    throw new ShardFault('bad_page', `a page of ${column} holds ${output.length} bytes, its header says ${size}`, { column })
  }
  return output
}

function decode(codec: Codec, input: Uint8Array, size: number, column: string): Uint8Array {
  // One chunk that takes the whole output: zlib's default of 16 KiB would piece every page together.
  const options = { maxOutputLength: size, chunkSize: Math.max(size + 1, 64) }
  switch (codec) {
    case 'UNCOMPRESSED':
      return input
    case 'ZSTD':
      return decompressZstd(input, size)
    case 'GZIP':
      return gunzipSync(input, options)
    case 'BROTLI':
      return brotliDecompressSync(input, options)
    case 'SNAPPY':
      return decompressSnappy(input, size)
    case 'LZ4_RAW':
      return decompressLz4Block(input, size)
    case 'LZ4':
      return decompressLz4Hadoop(input, size)
    case 'LZO':
      throw new ShardFault('unsupported_encoding', `${column} is compressed with LZO, which we do not read`, { column })
  }
}
