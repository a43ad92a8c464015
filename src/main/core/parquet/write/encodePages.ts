/** A column's part of a row group as pages: levels, values and dictionary, encoded, compressed and with a checksum. */
import { constants, crc32, type ZstdOptions, zstdCompressSync } from 'node:zlib'
import { ENCODINGS } from '../footer/footer.ts'
import { type Field, writeThriftStruct } from '../thrift/thriftWriter.ts'
import type { ColumnInput, ColumnValues } from './columnInput.ts'
import { encodeBitLevels, encodeHybrid } from './encodeHybrid.ts'

/** Values per page. With a page index, finding one row takes one page, so a quarter of the usual size takes a quarter of the time. */
const PAGE_BYTES = 256 * 1024
const DATA_PAGE = 0
const DICTIONARY_PAGE = 2

/** The zstd level, and whether pages have a checksum. */
export type PageOptions = { readonly level: number; readonly checksums: boolean }

/** A row group's part of a column. */
export type Part = {
  readonly slots: number
  readonly values: ColumnValues
  readonly count: number
  readonly repetition: Uint8Array | null
  readonly definition: Uint8Array | null
}

/** Number of levels equal to `level`. */
export function countOf(levels: Uint8Array, level: number): number {
  let count = 0
  for (let i = 0; i < levels.length; i++) if (levels[i] === level) count++
  return count
}

/** Values `from` to `to` of a column. */
export function cut(column: ColumnInput, from: number, to: number): ColumnValues {
  const { values } = column
  if (values.kind === 'fixed') return { kind: 'fixed', bytes: values.bytes.subarray(from * column.width, to * column.width) }
  if (values.kind === 'binary') return { kind: 'binary', values: values.values.slice(from, to) }
  return { kind: 'booleans', values: values.values.subarray(from, to) }
}

export type Dictionary = { readonly page: Uint8Array; readonly size: number; readonly indices: Uint32Array }

/** Each distinct value once, in order of first occurrence. */
export function buildDictionary(column: ColumnInput, values: Exclude<ColumnValues, { kind: 'booleans' }>): Dictionary {
  const { width } = column
  const count = values.kind === 'binary' ? values.values.length : values.bytes.length / width
  const indices = new Uint32Array(count)
  const seen = new Map<string, number>()
  const entries: Uint8Array[] = []
  let last: Uint8Array | undefined
  for (let i = 0; i < count; i++) {
    const value = values.kind === 'binary' ? values.values[i] : values.bytes.subarray(i * width, (i + 1) * width)
    if (value === undefined) throw new TypeError('a value is missing')
    if (last !== undefined && (last === value || Buffer.compare(last, value) === 0)) {
      indices[i] = indices[i - 1] ?? 0
      continue
    }
    last = value
    const key = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
    let index = seen.get(key)
    if (index === undefined) {
      index = entries.length
      seen.set(key, index)
      entries.push(value)
    }
    indices[i] = index
  }
  return { page: values.kind === 'binary' ? plainBinary(entries) : Buffer.concat(entries), size: entries.length, indices }
}

/** A data page before compression. */
type RawPage = {
  readonly slots: number
  readonly repetition: Uint8Array | null
  readonly definition: Uint8Array | null
  readonly body: Uint8Array
}

/** Rows that begin in a page. */
export function rowsOf({ slots, repetition }: RawPage): number {
  if (repetition === null) return slots
  let rows = 0
  for (let at = repetition.indexOf(0); at !== -1; at = repetition.indexOf(0, at + 1)) rows++
  return rows
}

/** Splits a chunk into pages that begin with a row. */
export function* dataPages(column: ColumnInput, part: Part, indices: Uint32Array | null, dictionarySize: number): Generator<RawPage> {
  const width = Math.max(column.width, 1)
  const perPage = indices !== null || column.values.kind !== 'fixed' ? part.slots : Math.max(1, Math.floor(PAGE_BYTES / width))
  let value = 0
  for (let from = 0; from < part.slots; ) {
    const to = pageEnd(part, from, perPage)
    const definition = part.definition?.subarray(from, to) ?? null
    const count = definition === null ? to - from : countOf(definition, part.repetition === null ? 1 : 3)
    const values = cut({ ...column, values: part.values }, value, value + count)
    yield {
      slots: to - from,
      repetition: part.repetition?.subarray(from, to) ?? null,
      definition,
      body: indices === null ? encodeValues(column, values) : encodeIndices(indices.subarray(value, value + count), dictionarySize)
    }
    value += count
    from = to
  }
}

function pageEnd(part: Part, from: number, perPage: number): number {
  if (part.slots - from <= perPage) return part.slots
  if (part.repetition === null) return from + perPage
  const before = part.repetition.lastIndexOf(0, from + perPage)
  if (before > from) return before
  const after = part.repetition.indexOf(0, from + 1)
  return after === -1 ? part.slots : after
}

function encodeIndices(indices: Uint32Array, dictionarySize: number): Uint8Array {
  const bitWidth = 32 - Math.clz32(Math.max(dictionarySize - 1, 0))
  return Buffer.concat([Uint8Array.of(bitWidth), encodeHybrid(indices, bitWidth)])
}

function encodeValues(column: ColumnInput, values: ColumnValues): Uint8Array {
  if (values.kind === 'binary') return plainBinary(values.values)
  if (values.kind === 'booleans') return packBits(values.values)
  return column.encoding === 'BYTE_STREAM_SPLIT' ? splitStreams(values.bytes, column.width) : values.bytes
}

function plainBinary(values: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    values.flatMap(value => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(value.length)
      return [length, value]
    })
  )
}

function packBits(values: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(values.length / 8))
  for (let i = 0; i < values.length; i++) out[i >>> 3] = (out[i >>> 3] ?? 0) | ((values[i] ?? 0) << (i & 7))
  return out
}

function splitStreams(bytes: Uint8Array, width: number): Uint8Array {
  const count = bytes.length / width
  const out = new Uint8Array(bytes.length)
  for (let stream = 0; stream < width; stream++) {
    for (let i = 0, from = stream, to = stream * count; i < count; i++, from += width) out[to + i] = bytes[from] ?? 0
  }
  return out
}

/** A page before compression. `header` makes its header once the body is known. */
export type UncompressedPage = {
  readonly raw: Uint8Array
  readonly level: number
  readonly header: (body: Uint8Array) => Uint8Array
}

function uncompressed(raw: Uint8Array, type: number, rest: Field, { level, checksums }: PageOptions): UncompressedPage {
  const header = (body: Uint8Array): Uint8Array =>
    writeThriftStruct([[1, type], [2, raw.length], [3, body.length], [4, checksums ? crc32(body) | 0 : undefined], rest])
  return { raw, level, header }
}

export function dictionaryPage(raw: Uint8Array, count: number, options: PageOptions): UncompressedPage {
  const struct: Field[] = [
    [1, count],
    [2, ENCODINGS.indexOf('PLAIN')]
  ]
  return uncompressed(raw, DICTIONARY_PAGE, [7, { struct }], options)
}

export function dataPage(column: ColumnInput, page: RawPage, options: PageOptions): UncompressedPage {
  const RLE = ENCODINGS.indexOf('RLE')
  const struct: Field[] = [
    [1, page.slots],
    [2, ENCODINGS.indexOf(column.encoding)],
    [3, RLE],
    [4, RLE]
  ]
  const levels = [
    ...(page.repetition === null ? [] : [prefixed(encodeBitLevels(page.repetition, page.slots, 1))]),
    prefixed(encodeBitLevels(page.definition, page.slots, column.lists === undefined ? 1 : 3))
  ]
  return uncompressed(Buffer.concat([...levels, page.body]), DATA_PAGE, [5, { struct }], options)
}

/** Space for the whole result. Otherwise it is assembled from pieces of 16 KiB. */
function zstdOptions({ raw, level }: UncompressedPage): ZstdOptions {
  return { chunkSize: raw.length + (raw.length >> 8) + 64, params: { [constants.ZSTD_c_compressionLevel]: level } }
}

/** The bodies of pages, concatenated. */
export function compressPages(pages: readonly UncompressedPage[]): Uint8Array[] {
  return pages.map(page => zstdCompressSync(page.raw, zstdOptions(page)))
}

function prefixed(bytes: Uint8Array): Uint8Array {
  const out = Buffer.alloc(bytes.length + 4)
  out.writeUInt32LE(bytes.length)
  out.set(bytes, 4)
  return out
}
