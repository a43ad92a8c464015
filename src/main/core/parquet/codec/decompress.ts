/** Decompression that never gives more than the page header declares, and nothing less. */

import { brotliDecompressSync } from 'node:zlib'
import { counted } from '../../../../shared/text/numbers.ts'
import { throwIfRefused } from '../../fs/systemError.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import { DecodeError } from '../encodings/decodeError.ts'
import { ownMemory, type PageMemory } from '../file/pageMemory.ts'
import type { Codec } from '../footer/rowGroups.ts'
import { decompressGzip } from './gzip.ts'
import { decompressLz4Block, decompressLz4Hadoop } from './lz4.ts'
import { decompressSnappy } from './snappy.ts'
import { decompressFrameInto, decompressZstd } from './zstd.ts'

/**
 * Decompresses a page body. As to Arrow, a page without compression is as long as it is, and one that gives nothing need not be
 * compressed at all.
 * @param size what the page header declares, already held against the limits
 * @param memory where it may be decompressed to
 * @returns exactly `size` bytes, or the input where there is no compression
 * @throws ShardFault `bad_page`, or `unsupported_encoding` for a codec that is not read
 */
export function decompress(codec: Codec, input: Uint8Array, size: number, column: string, memory: PageMemory = ownMemory): Uint8Array {
  if (codec === 'UNCOMPRESSED') return input
  if (size === 0) return new Uint8Array(0)
  if (codec === 'ZSTD') {
    const body = memory('body', size + 1)
    if (decompressFrameInto(input, body) === size) return body.subarray(0, size)
  }
  let output: Uint8Array
  try {
    output = decode(codec, input, size, column)
  } catch (error) {
    throwIfRefused(error)
    if (!isDamage(error)) throw error
    throw new ShardFault('bad_page', `the ${codec} data of a page of ${column} cannot be decompressed: ${error.message}`, { column })
  }
  if (output.length !== size) {
    throw new ShardFault('bad_page', counted`a page of ${column} holds ${output.length} bytes, its header says ${size}`, { column })
  }
  return output
}

/** Whether the bytes are the cause: the libraries put a code on their errors. */
function isDamage(error: unknown): error is Error {
  return error instanceof DecodeError || (error instanceof Error && 'code' in error && typeof error.code === 'string')
}

function decode(codec: Exclude<Codec, 'UNCOMPRESSED'>, input: Uint8Array, size: number, column: string): Uint8Array {
  switch (codec) {
    case 'ZSTD':
      return decompressZstd(input, size)
    case 'GZIP':
      return decompressGzip(input, size)
    case 'BROTLI':
      // One chunk that takes the whole output: the default of 16 KiB would piece every page together.
      return brotliDecompressSync(input, { maxOutputLength: size, chunkSize: Math.max(size + 1, 64) })
    case 'SNAPPY':
      return decompressSnappy(input, size)
    case 'LZ4_RAW':
      return decompressLz4Block(input, size)
    case 'LZ4':
      return decompressLz4Hadoop(input, size)
    case 'LZO':
      throw new ShardFault('unsupported_encoding', `${column} is compressed with LZO, which neither GenoLeWM nor lewm-cache reads`, {
        column
      })
  }
}
