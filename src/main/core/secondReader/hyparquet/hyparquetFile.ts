/**
 * A file in hyparquet's form: footer, bytes, and decompressors that never return more than a page declares. hyparquet trusts its input, so
 * it gets a chunk only after `proveChunk.ts` has accepted it.
 */
import { type AsyncBuffer, type Compressors, type FileMetaData, parquetMetadata } from 'hyparquet'
import type { Limits } from '../../limits/limits.ts'
import { decompress } from '../../parquet/codec/decompress.ts'
import type { ShardFile } from '../../parquet/file/shardFile.ts'
import type { Codec } from '../../parquet/footer/footer.ts'
import { withPlainSchema } from './plainSchema.ts'

/** The input of `parquetRead` besides the columns and rows to read. */
export type HyparquetFile = { readonly file: AsyncBuffer; readonly metadata: FileMetaData; readonly compressors: Compressors }

/**
 * Parses the footer with hyparquet.
 * @param footerBytes length of the Thrift structure, from a footer that `readFooter` has accepted
 * @throws all errors of hyparquet
 */
export function hyparquetFile(file: ShardFile, footerBytes: number, limits: Limits): HyparquetFile {
  const tail = file.read(file.bytes - footerBytes - 8, footerBytes + 8)
  const metadata = withPlainSchema(parquetMetadata(tail, { geoparquet: false }))
  return { file: asyncBufferOf(file), metadata, compressors: compressorsOf(limits) }
}

function asyncBufferOf(file: ShardFile): AsyncBuffer {
  return {
    byteLength: file.bytes,
    slice: (start, end = file.bytes) => {
      if (!(start >= 0 && end >= start && end <= file.bytes)) throw new RangeError(`bytes ${start} to ${end} are outside the file`)
      const bytes = file.read(start, end - start)
      const own = new ArrayBuffer(bytes.length)
      new Uint8Array(own).set(bytes)
      return own
    }
  }
}

function compressorsOf(limits: Limits): Compressors {
  const bounded =
    (codec: Codec) =>
    (input: Uint8Array, size: number): Uint8Array => {
      if (!(size >= 0 && size <= limits.pageBytes)) throw new RangeError(`a page declares ${size} bytes`)
      return decompress(codec, input, size, 'a column')
    }
  return {
    SNAPPY: bounded('SNAPPY'),
    GZIP: bounded('GZIP'),
    BROTLI: bounded('BROTLI'),
    LZ4: bounded('LZ4'),
    ZSTD: bounded('ZSTD'),
    LZ4_RAW: bounded('LZ4_RAW')
  }
}
