/**
 * Finds a file's footer by the length and the magic number at its end. Arrow reads only the end. Here, the first bytes are evidence as
 * well.
 */
import { counted } from '../../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import type { ShardFile } from '../file/shardFile.ts'

const TAIL_READ = 16 * 1024

export type FooterPlace = {
  /** The Thrift structure. */
  readonly bytes: Uint8Array
  /** Its position in the file. */
  readonly start: number
}

/**
 * Finds and reads the footer.
 * @throws ShardFault `not_parquet`, `cut_off`, `bad_footer`, `unsupported_encoding`, `over_limit`
 */
export function locateFooter(file: ShardFile, limits: Limits): FooterPlace {
  if (file.bytes === 0) {
    throw new ShardFault('cut_off', 'the file is empty. Its writer did not write the first byte', { details: { bytes: 0 } })
  }
  const tailLength = Math.min(file.bytes, TAIL_READ)
  const tail = file.read(file.bytes - tailLength, tailLength)
  const head = file.bytes > TAIL_READ ? file.read(0, 4) : tail.subarray(0, 4)
  checkMagic(file, head, tail)
  const length = uint32(tail, tail.length - 8)
  if (length > file.bytes - 8) {
    throw new ShardFault('bad_footer', counted`the footer claims ${length} bytes, more than the file of ${file.bytes} bytes can hold`, {
      details: { footer_bytes: length, bytes: file.bytes }
    })
  }
  if (length > limits.footerBytes) {
    throw overLimit('footerBytes', counted`the footer has ${length} bytes`, limits, { details: { footer_bytes: length } })
  }
  const start = file.bytes - 8 - length
  const bytes = length + 8 <= tail.length ? tail.subarray(tail.length - 8 - length, tail.length - 8) : file.read(start, length)
  return { bytes, start }
}

function uint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true)
}

function isMagic(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset] === 0x50 && bytes[offset + 1] === 0x41 && bytes[offset + 2] === 0x52 && bytes[offset + 3] === 0x31
}

function checkMagic(file: ShardFile, head: Uint8Array, tail: Uint8Array): void {
  if (file.bytes >= 8 && isMagic(tail, tail.length - 4)) {
    if (isMagic(head, 0)) return
    throw new ShardFault('not_parquet', 'the file does not begin with PAR1. Its bytes have changed since it was written', {
      details: { first_bytes: Buffer.from(head).toString('hex') }
    })
  }
  const isEncrypted = (bytes: Uint8Array): boolean => Buffer.from(bytes).toString('latin1') === 'PARE'
  if (file.bytes >= 8 && isEncrypted(tail.subarray(-4))) throw new ShardFault('unsupported_encoding', 'the footer is encrypted')
  if (!isMagic(head, 0) && !isEncrypted(head)) {
    const zero = head.every(byte => byte === 0) && tail.every(byte => byte === 0)
    const what = zero
      ? 'the file has zeros where Parquet begins and ends. The disk lost the data, and none of its rows are left'
      : 'the file is not Parquet. Other data was saved under the name of a shard'
    throw new ShardFault('not_parquet', what, { details: { bytes: file.bytes, first_bytes: Buffer.from(head).toString('hex') } })
  }
  const trailing = trailingBytes(tail)
  if (trailing !== null) {
    throw new ShardFault('bad_footer', counted`${trailing} bytes follow the end of the Parquet file, so no reader finds its footer`, {
      details: { trailing_bytes: trailing }
    })
  }
  throw new ShardFault('cut_off', 'the file begins as Parquet but has no end. It was truncated, and its footer is lost', {
    details: { bytes: file.bytes }
  })
}

/** The number of bytes after a complete footer that ends inside `tail`, or null. */
function trailingBytes(tail: Uint8Array): number | null {
  for (let end = tail.length - 1; end >= 8; end--) {
    if (!isMagic(tail, end - 4)) continue
    const length = uint32(tail, end - 8)
    if (length > 0 && length <= end - 8) return tail.length - end
  }
  return null
}

/**
 * The fault of two concatenated files. The footer is that of the second one, and its offsets count from the start of that file.
 * @param end of the last range that the footer references
 * @returns null if there is no such file before this one
 */
export function precedingFile(file: ShardFile, end: number, footerStart: number): ShardFault | null {
  const gap = footerStart - end
  if (gap < 12) return null
  const boundary = file.read(gap - 4, 8)
  if (!isMagic(boundary, 0) || !isMagic(boundary, 4)) return null
  return new ShardFault(
    'bad_footer',
    counted`another Parquet file of ${gap} bytes precedes this one in the same file, so every offset in the footer points into it`,
    { details: { preceding_bytes: gap } }
  )
}
