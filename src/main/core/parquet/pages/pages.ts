/**
 * The pages of one column chunk, in file order. Headers are parsed like Arrow does and checked against the limits. Checksums are verified,
 * bodies decompressed and levels split off. Decoders get complete bytes.
 */

import { crc32 } from 'node:zlib'
import { counted } from '../../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import { decompress } from '../codec/decompress.ts'
import { bitWidthOf } from '../encodings/hybrid.ts'
import { ownMemory, type PageMemory } from '../file/pageMemory.ts'
import type { ShardFile } from '../file/shardFile.ts'
import { type ColumnChunk, ENCODINGS, type Encoding } from '../footer/rowGroups.ts'
import { ThriftError } from '../thrift/compactReader.ts'
import { PageHeader } from '../thrift/parquetStructs.ts'
import { readThrift } from '../thrift/structs.ts'

const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3

export type DictionaryPage = { readonly type: 'dictionary'; readonly count: number; readonly body: Uint8Array }

/** Encoded levels, without their length prefix. */
export type LevelBytes = {
  /** Empty if the column has no such level. */
  readonly bytes: Uint8Array
  /** The old bit-packed form without runs. */
  readonly isPacked: boolean
}

export type DataPage = {
  readonly type: 'data'
  /** Number of slots: values, nulls and empty lists. */
  readonly count: number
  /** Null for an unknown encoding. */
  readonly encoding: Encoding | null
  readonly repetition: LevelBytes
  readonly definition: LevelBytes
  /** The encoded values. */
  readonly body: Uint8Array
  /** Position of the page's header in the file. */
  readonly offset: number
}
export type Page = DictionaryPage | DataPage

type Header = { readonly header: PageHeader; readonly headerBytes: number }

/** Receives contradictions that do not prevent Arrow from reading the file. */
export type Note = (oddity: string) => void

export type ReadPagesOptions = {
  /** Memory for the bodies of data pages. Dictionaries are kept longer than the pages that use them. */
  readonly memory?: PageMemory
  /** The part of the chunk to read, in whole pages. */
  readonly part?: { readonly start: number; readonly end: number }
  readonly note?: Note
}

/**
 * Reads a chunk's pages in order until they contain the number of values in the footer, or until the chunk ends. Memory is bounded by the
 * largest page.
 * @throws ShardFault `bad_page`, `page_checksum`, `unsupported_encoding`, `over_limit`
 */
export function* readPages(file: ShardFile, chunk: ColumnChunk, limits: Limits, options: ReadPagesOptions = {}): Generator<Page> {
  const { memory = ownMemory, part = chunk, note = () => {} } = options
  if (chunk.codec === 'LZO') throw unreadCodec(chunk)
  const window = chunkWindow(file, chunk, memory, MOST_AHEAD)
  let offset = part.start
  let slots = 0
  while (offset < part.end && slots < chunk.values) {
    const { header, headerBytes } = readHeader(window, offset, chunk, limits, note)
    const place = offset
    offset += headerBytes + header.compressedSize
    file.onPage?.(isRead(header) ? header.crc !== undefined : null)
    // Pages of other types say nothing about rows, and may even extend beyond the chunk.
    if (!isRead(header)) continue
    const body = window(place + headerBytes, header.compressedSize)
    checkCrc(header, body, chunk, place)
    if (header.type === DICTIONARY_PAGE) yield dictionaryPage(header, body, chunk, place, limits, note)
    else {
      const page =
        header.type === DATA_PAGE
          ? dataPageV1(header, body, chunk, place, limits, memory, note)
          : dataPageV2(header, body, chunk, place, limits, memory)
      slots += page.count
      yield page
    }
  }
}

/** The header of a page: bytes `start` to `end` of the file. */
export type PageFacts = { readonly type: Page['type']; readonly start: number; readonly end: number; readonly count: number }

/**
 * The pages that `readPages` would read, without their bodies.
 * @throws ShardFault `bad_page`, `over_limit`
 */
export function* pagePlaces(file: ShardFile, chunk: ColumnChunk, limits: Limits): Generator<PageFacts> {
  const window = chunkWindow(file, chunk, ownMemory, HEADER_PEEK)
  for (let start = chunk.start; start < chunk.end; ) {
    const { header, headerBytes } = readHeader(window, start, chunk, limits, () => {})
    const end = start + headerBytes + header.compressedSize
    const isDictionary = header.type === DICTIONARY_PAGE
    const data = header.type === DATA_PAGE ? header.dataPage : header.dataPageV2
    const count = (isDictionary ? header.dictionaryPage?.numValues : data?.numValues) ?? 0
    if (isRead(header)) yield { type: isDictionary ? 'dictionary' : 'data', start, end, count }
    start = end
  }
}

function isRead({ type }: PageHeader): boolean {
  return type === DATA_PAGE || type === DATA_PAGE_V2 || type === DICTIONARY_PAGE
}

/** @param offset of the page in the file */
function bad(chunk: ColumnChunk, offset: number, message: string): ShardFault {
  const column = chunk.leaf.name
  return new ShardFault('bad_page', counted`the page of ${column} at byte ${offset}: ${message}`, { column, details: { offset } })
}

function unreadCodec({ leaf: { name: column } }: ColumnChunk): ShardFault {
  return new ShardFault('unsupported_encoding', `${column} is compressed with LZO, which neither GenoLeWM nor lewm-cache can read`, {
    column
  })
}

function checkCount(count: number, chunk: ColumnChunk, offset: number, limits: Limits): void {
  if (count < 0) throw bad(chunk, offset, counted`its header counts ${count} values`)
  if (count <= limits.pageValues) return
  const { name: column } = chunk.leaf
  throw overLimit('pageValues', counted`a page of ${column} has ${count} values`, limits, { column })
}

type Window = (offset: number, length: number) => Uint8Array

/** Smallest and largest read-ahead. Reading one row of a column may need only its first page. */
const FIRST_AHEAD = 16 * 1024
const MOST_AHEAD = 4 * 1024 * 1024

/** Provides ranges of the chunk from one buffer, with an increasing read-ahead. Throws for a range beyond the chunk. */
function chunkWindow(file: ShardFile, chunk: ColumnChunk, memory: PageMemory, most: number): Window {
  let start = 0
  let ahead = Math.min(FIRST_AHEAD, most)
  let buffer: Uint8Array = new Uint8Array(0)
  return (offset, length) => {
    if (offset + length > chunk.end) throw bad(chunk, offset, counted`${length} bytes exceed the end of the column at byte ${chunk.end}`)
    if (offset < start || offset + length > start + buffer.length) {
      start = offset
      buffer = file.read(offset, Math.min(Math.max(length, ahead), chunk.end - offset), memory)
      ahead = Math.min(4 * ahead, most)
    }
    return buffer.subarray(offset - start, offset - start + length)
  }
}

const HEADER_PEEK = 512

function readHeader(window: Window, offset: number, chunk: ColumnChunk, limits: Limits, note: Note): Header {
  const left = chunk.end - offset
  for (let peek = Math.min(HEADER_PEEK, limits.pageHeaderBytes); ; peek = Math.min(peek * 16, limits.pageHeaderBytes)) {
    try {
      const { value, length, mistyped } = readThrift(PageHeader, window(offset, Math.min(peek, left)), limits)
      for (const field of mistyped) note(`the ${field} in a page header of ${chunk.leaf.name} has the wrong type`)
      checkSizes(value, length, offset, chunk, limits)
      return { header: value, headerBytes: length }
    } catch (error) {
      if (!(error instanceof ThriftError)) throw error
      // A header with long statistics may exceed the peek. Read more before rejecting it.
      if (!error.truncated || peek >= left) throw bad(chunk, offset, `its header is damaged: ${error.message}`)
      if (peek >= limits.pageHeaderBytes) throw overLimit('pageHeaderBytes', `the header of a page of ${chunk.leaf.name} is larger`, limits)
    }
  }
}

function checkSizes(header: PageHeader, headerBytes: number, offset: number, chunk: ColumnChunk, limits: Limits): void {
  const { compressedSize, uncompressedSize } = header
  const left = chunk.end - offset - headerBytes
  if (compressedSize < 0 || uncompressedSize < 0) throw bad(chunk, offset, 'its header declares a negative size')
  if (!isRead(header)) return
  if (compressedSize > left) {
    throw bad(chunk, offset, counted`its header declares ${compressedSize} bytes, but only ${left} are left`)
  }
  if (compressedSize > limits.pageBytes || uncompressedSize > limits.pageBytes) {
    const column = chunk.leaf.name
    throw overLimit('pageBytes', counted`a page of ${column} has ${Math.max(compressedSize, uncompressedSize)} bytes`, limits, {
      column,
      details: { offset, compressed: compressedSize, uncompressed: uncompressedSize }
    })
  }
}

function checkCrc({ crc }: PageHeader, body: Uint8Array, chunk: ColumnChunk, offset: number): void {
  if (crc === undefined) return
  const expected = crc >>> 0
  const actual = crc32(body)
  if (expected === actual) return
  const column = chunk.leaf.name
  const hex = (value: number): string => value.toString(16).padStart(8, '0')
  throw new ShardFault(
    'page_checksum',
    counted`the page of ${column} at byte ${offset} has the checksum ${hex(actual)}, but ${hex(expected)} was recorded. Its bytes have changed since they were written`,
    { column, details: { offset, expected: hex(expected), actual: hex(actual) } }
  )
}

function dictionaryPage(
  header: PageHeader,
  body: Uint8Array,
  chunk: ColumnChunk,
  offset: number,
  limits: Limits,
  note: Note
): DictionaryPage {
  // A missing header counts as one of zeros, here and below.
  const { numValues: count = 0, encoding: code = 0 } = header.dictionaryPage ?? {}
  checkCount(count, chunk, offset, limits)
  const encoding = ENCODINGS[code]
  if (encoding !== 'PLAIN' && encoding !== 'PLAIN_DICTIONARY') throw bad(chunk, offset, `a dictionary in ${encoding ?? `encoding ${code}`}`)
  const plain = decompress(chunk.codec, body, header.uncompressedSize, chunk.leaf.name)
  noteSize(plain, header, chunk, note)
  // It must outlive the following pages, which may be read into the same memory.
  return { type: 'dictionary', count, body: chunk.codec === 'UNCOMPRESSED' ? plain.slice() : plain }
}

function noteSize(body: Uint8Array, { uncompressedSize }: PageHeader, chunk: ColumnChunk, note: Note): void {
  if (body.length !== uncompressedSize)
    note(`a page of ${chunk.leaf.name} has ${body.length} bytes, but its header says ${uncompressedSize}`)
}

function dataPageV1(
  header: PageHeader,
  body: Uint8Array,
  chunk: ColumnChunk,
  offset: number,
  limits: Limits,
  memory: PageMemory,
  note: Note
): DataPage {
  const { numValues: count = 0, encoding = 0, definitionEncoding = 0, repetitionEncoding = 0 } = header.dataPage ?? {}
  checkCount(count, chunk, offset, limits)
  const { leaf } = chunk
  const data = decompress(chunk.codec, body, header.uncompressedSize, leaf.name, memory)
  noteSize(data, header, chunk, note)
  let position = 0
  const levels = (highest: number, code: number): LevelBytes => {
    if (highest === 0) return { bytes: data.subarray(0, 0), isPacked: false }
    const left = data.length - position
    const isPacked = ENCODINGS[code] === 'BIT_PACKED'
    if (!isPacked && ENCODINGS[code] !== 'RLE') throw bad(chunk, offset, counted`its levels are in encoding ${code}`)
    if (!isPacked && left < 4) throw bad(chunk, offset, 'it ends inside its levels')
    const prefix = isPacked ? 0 : 4
    const view = new DataView(data.buffer, data.byteOffset + position)
    const length = isPacked ? Math.ceil((count * bitWidthOf(highest)) / 8) : view.getInt32(0, true)
    if (length < 0 || length > left - prefix) throw bad(chunk, offset, counted`its levels claim ${length} bytes`)
    position += prefix + length
    return { bytes: data.subarray(position - length, position), isPacked }
  }
  const repetition = levels(leaf.maxRepetition, repetitionEncoding)
  const definition = levels(leaf.maxDefinition, definitionEncoding)
  return { type: 'data', count, encoding: ENCODINGS[encoding] ?? null, repetition, definition, body: data.subarray(position), offset }
}

function dataPageV2(
  header: PageHeader,
  body: Uint8Array,
  chunk: ColumnChunk,
  offset: number,
  limits: Limits,
  memory: PageMemory
): DataPage {
  const page = header.dataPageV2
  const { numValues: count = 0, numRows = 0, encoding = 0, definitionBytes = 0, repetitionBytes = 0 } = page ?? {}
  checkCount(count, chunk, offset, limits)
  if (numRows < 0) throw bad(chunk, offset, counted`its header counts ${numRows} rows`)
  const levels = definitionBytes + repetitionBytes
  const isCompressed = chunk.codec !== 'UNCOMPRESSED' && ((page?.isCompressed ?? true) || chunk.isAlwaysCompressed)
  const room = isCompressed ? Math.min(body.length, header.uncompressedSize) : body.length
  if (definitionBytes < 0 || repetitionBytes < 0 || levels > room) throw bad(chunk, offset, counted`its levels claim ${levels} bytes`)
  const values = body.subarray(levels)
  const size = header.uncompressedSize - levels
  return {
    type: 'data',
    count,
    encoding: ENCODINGS[encoding] ?? null,
    repetition: { bytes: body.subarray(0, repetitionBytes), isPacked: false },
    definition: { bytes: body.subarray(repetitionBytes, levels), isPacked: false },
    body: isCompressed ? decompress(chunk.codec, values, size, chunk.leaf.name, memory) : values,
    offset
  }
}
