/** Decompression that returns exactly the size that the page header declares. */

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
 * Decompresses a page body. As in Arrow, an uncompressed page may have any length, and an empty page need not be compressed.
 * @param size declared in the page header, already checked against the limits
 * @param memory buffer that may receive the output
 * @returns exactly `size` bytes, or the input if it is not compressed
 * @throws ShardFault `bad_page`, or `unsupported_encoding` for an unsupported codec
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
    throw new ShardFault('bad_page', counted`a page of ${column} has ${output.length} bytes, but its header says ${size}`, { column })
  }
  return output
}

/** Whether the bytes caused the error. The libraries put a code on such errors. */
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
      // One chunk for the whole output. The default of 16 KiB would assemble every page from pieces.
      return brotliDecompressSync(input, { maxOutputLength: size, chunkSize: Math.max(size + 1, 64) })
    case 'SNAPPY':
      return decompressSnappy(input, size)
    case 'LZ4_RAW':
      return decompressLz4Block(input, size)
    case 'LZ4':
      return decompressLz4Hadoop(input, size)
    case 'LZO':
      throw new ShardFault('unsupported_encoding', `${column} is compressed with LZO, which neither GenoLeWM nor lewm-cache can read`, {
        column
      })
  }
}
