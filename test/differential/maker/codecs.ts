/** Compression in every form of the codecs: one frame or several, with and without sizes, with trailing bytes. */
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { compressLz4, compressSnappy } from '../../core/parquet/blockCompressors.ts'
import { littleEndian } from './hybrid.ts'

export const CODEC_CODES = { UNCOMPRESSED: 0, SNAPPY: 1, GZIP: 2, LZO: 3, BROTLI: 4, LZ4: 5, ZSTD: 6, LZ4_RAW: 7 } as const
export type CodecName = keyof typeof CODEC_CODES

/** `usual` is the form of common writers. The others are listed in `CODEC_STYLES`. */
export type CodecStyle = string

export const CODEC_STYLES: Readonly<Record<CodecName, readonly CodecStyle[]>> = {
  UNCOMPRESSED: ['usual', 'spare'],
  SNAPPY: ['usual', 'spare', 'cut', 'padded-length', 'wrong-length'],
  GZIP: ['usual', 'zlib', 'raw', 'members', 'empty-member', 'spare', 'zeros', 'cut', 'wrong-crc', 'stored'],
  LZO: ['usual'],
  BROTLI: ['usual', 'spare', 'cut', 'large-window'],
  LZ4: ['usual', 'to-the-end', 'several', 'raw', 'spare', 'cut', 'wrong-length'],
  ZSTD: [
    'usual',
    'no-size',
    'checksum',
    'wrong-checksum',
    'frames',
    'empty-frame',
    'skippable',
    'skippable-last',
    'spare',
    'zeros',
    'cut',
    'long'
  ],
  LZ4_RAW: ['usual', 'to-the-end', 'spare', 'cut']
}

export function compressAs(codec: CodecName, style: CodecStyle, raw: Uint8Array): Uint8Array {
  const bytes = whole(codec, style, raw)
  switch (style) {
    case 'spare':
      return Buffer.concat([bytes, Uint8Array.of(1, 2, 3, 4, 5, 6, 7)])
    case 'zeros':
      return Buffer.concat([bytes, Buffer.alloc(9)])
    case 'cut':
      return bytes.subarray(0, Math.max(0, bytes.length - 3))
    default:
      return bytes
  }
}

function whole(codec: CodecName, style: CodecStyle, raw: Uint8Array): Uint8Array {
  const half = raw.length >> 1
  const [first, second] = [raw.subarray(0, half), raw.subarray(half)]
  switch (codec) {
    case 'SNAPPY':
      return snappy(style, raw)
    case 'GZIP':
      return gzip(style, raw, first, second)
    case 'BROTLI':
      return brotliCompressSync(
        raw,
        style === 'large-window' ? { params: { [constants.BROTLI_PARAM_LARGE_WINDOW]: 1, [constants.BROTLI_PARAM_LGWIN]: 26 } } : {}
      )
    case 'LZ4': {
      if (style === 'raw') return compressLz4(raw)
      const frame = (part: Uint8Array, claimed = part.length): Buffer => {
        const block = compressLz4(part, style === 'to-the-end' ? 0 : 12)
        return Buffer.concat([littleEndian(claimed, 4).reverse(), littleEndian(block.length, 4).reverse(), block])
      }
      if (style === 'several') return Buffer.concat([frame(first), frame(second)])
      return frame(raw, style === 'wrong-length' ? raw.length + 1 : raw.length)
    }
    case 'LZ4_RAW':
      return compressLz4(raw, style === 'to-the-end' ? 0 : 12)
    case 'ZSTD':
      return zstd(style, raw, first, second)
    default:
      return raw
  }
}

function snappy(style: CodecStyle, raw: Uint8Array): Uint8Array {
  const bytes = Buffer.from(compressSnappy(raw))
  if (style === 'wrong-length') bytes[0] = (bytes[0] ?? 0) ^ 1
  if (style === 'padded-length' && (bytes[0] ?? 0) < 0x80)
    return Buffer.concat([Uint8Array.of((bytes[0] ?? 0) | 0x80, 0), bytes.subarray(1)])
  return bytes
}

function gzip(style: CodecStyle, raw: Uint8Array, first: Uint8Array, second: Uint8Array): Uint8Array {
  switch (style) {
    case 'zlib':
      return deflateSync(raw)
    case 'raw':
      return deflateRawSync(raw)
    case 'members':
      return Buffer.concat([gzipSync(first), gzipSync(second)])
    case 'empty-member':
      return Buffer.concat([gzipSync(raw), gzipSync(Buffer.alloc(0))])
    case 'stored':
      return gzipSync(raw, { level: 0 })
    case 'wrong-crc': {
      const bytes = gzipSync(raw)
      bytes[bytes.length - 8] = (bytes[bytes.length - 8] ?? 0) ^ 1
      return bytes
    }
    default:
      return gzipSync(raw)
  }
}

const SKIPPABLE = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 9, 9, 9, 9)

function zstd(style: CodecStyle, raw: Uint8Array, first: Uint8Array, second: Uint8Array): Uint8Array {
  const frame = (part: Uint8Array, params: Record<number, number> = {}): Buffer => zstdCompressSync(part, { params })
  switch (style) {
    case 'no-size':
      return frame(raw, { [constants.ZSTD_c_contentSizeFlag]: 0 })
    case 'checksum':
    case 'wrong-checksum': {
      const bytes = frame(raw, { [constants.ZSTD_c_checksumFlag]: 1 })
      if (style === 'wrong-checksum') bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
      return bytes
    }
    case 'frames':
      return Buffer.concat([frame(first), frame(second)])
    case 'empty-frame':
      return Buffer.concat([frame(Buffer.alloc(0)), frame(raw)])
    case 'skippable':
      return Buffer.concat([SKIPPABLE, frame(raw)])
    case 'skippable-last':
      return Buffer.concat([frame(raw), SKIPPABLE])
    case 'long':
      return frame(raw, { [constants.ZSTD_c_windowLog]: 20, [constants.ZSTD_c_enableLongDistanceMatching]: 1 })
    default:
      return frame(raw)
  }
}
