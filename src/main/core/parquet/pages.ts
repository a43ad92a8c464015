/**
 * The pages of one column chunk, in file order: headers parsed and held against the chunk and the limits, checksums checked,
 * bodies decompressed, levels cut off. What decodes values gets bytes that are there.
 */
import { crc32 } from 'node:zlib'
import { decompress } from './decompress.ts'
import { type ColumnChunk, ENCODINGS, type Encoding } from './footer.ts'
import { type Limits, overLimit } from './limits.ts'
import { ownMemory, type PageMemory } from './pageMemory.ts'
import { ShardFault } from './shardFault.ts'
import type { ShardFile } from './shardFile.ts'
import { boolField, intField, readThriftStruct, structField, ThriftError, type ThriftStruct } from './thriftReader.ts'

const DATA_PAGE = 0
const INDEX_PAGE = 1
const DICTIONARY_PAGE = 2
const DATA_PAGE_V2 = 3

export type DictionaryPage = { readonly type: 'dictionary'; readonly count: number; readonly body: Uint8Array }
export type DataPage = {
  readonly type: 'data'
  /** Slots: values, nulls and empty lists. */
  readonly count: number
  readonly encoding: Encoding
  /** RLE/bit-packed hybrid, without the length prefix; empty where the column has no such level. */
  readonly repetition: Uint8Array
  readonly definition: Uint8Array
  /** The encoded values. */
  readonly body: Uint8Array
  /** Where the page's header starts in the file. */
  readonly offset: number
}
export type Page = DictionaryPage | DataPage

type Header = {
  readonly type: number
  readonly uncompressed: number
  readonly compressed: number
  readonly crc: number | undefined
  readonly struct: ThriftStruct
  readonly headerBytes: number
}

/**
 * Reads a chunk's pages one after another; memory is bounded by the largest page.
 * @param part of the chunk that is read: whole pages
 * @param memory where the bodies of data pages go; dictionaries outlive the pages that use them
 * @throws ShardFault `bad_page`, `page_checksum`, `unsupported_encoding`, `over_limit`
 */
export function* readPages(
  file: ShardFile,
  chunk: ColumnChunk,
  limits: Limits,
  memory: PageMemory = ownMemory,
  part: { readonly start: number; readonly end: number } = chunk
): Generator<Page> {
  const window = chunkWindow(file, chunk, memory)
  let offset = part.start
  let slots = 0
  let dictionary = false
  while (offset < part.end && slots < chunk.values) {
    const header = readHeader(window, offset, chunk, limits)
    file.onPage?.(header.crc !== undefined)
    const body = window(offset + header.headerBytes, header.compressed)
    checkCrc(header, body, chunk, offset)
    const place = offset
    offset += header.headerBytes + header.compressed
    if (header.type === INDEX_PAGE) continue
    if (header.type === DICTIONARY_PAGE) {
      if (dictionary || slots > 0) throw bad(chunk, place, 'a second dictionary, or one behind data')
      dictionary = true
      yield wellFormed(chunk, place, () => dictionaryPage(header, body, chunk, place, limits))
    } else {
      const count = wellFormed(chunk, place, () => slotsOf(header))
      checkCount(count, chunk, limits)
      // Nothing to decode, whatever its body would expand to.
      if (count === 0) continue
      const page = wellFormed(chunk, place, () => dataPage(header, body, chunk, place, memory))
      slots += page.count
      if (slots > chunk.values) throw bad(chunk, place, `the pages hold more than the ${chunk.values} values that the footer says`)
      yield page
    }
  }
  if (part === chunk && slots !== chunk.values) throw bad(chunk, offset, `the pages hold ${slots} values, the footer says ${chunk.values}`)
}

function bad(chunk: ColumnChunk, offset: number, message: string): ShardFault {
  const column = chunk.leaf.name
  return new ShardFault('bad_page', `the page of ${column} at byte ${offset}: ${message}`, { column, details: { offset } })
}

/** Parts of a header that are of another type than they should be. */
function wellFormed<T>(chunk: ColumnChunk, offset: number, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof ThriftError) throw bad(chunk, offset, `its header is damaged: ${error.message}`)
    throw error
  }
}

function slotsOf(header: Header): number {
  const struct = structField(header.struct, header.type === DATA_PAGE ? 5 : 8)
  return (struct && intField(struct, 1)) ?? -1
}

function checkCount(count: number, chunk: ColumnChunk, limits: Limits): void {
  if (count <= limits.pageValues) return
  const { name: column } = chunk.leaf
  throw overLimit('pageValues', `a page of ${column} holds ${count} values`, limits, { column })
}

type Window = (offset: number, length: number) => Uint8Array

/** Read ahead, at first and at most: who wants one row of a column may need no more than its first page. */
const FIRST_AHEAD = 16 * 1024
const MOST_AHEAD = 4 * 1024 * 1024

/** Serves ranges of the chunk out of one buffer, read ahead further each time; throws for what lies beyond the chunk. */
function chunkWindow(file: ShardFile, chunk: ColumnChunk, memory: PageMemory): Window {
  let start = 0
  let ahead = FIRST_AHEAD
  let buffer: Uint8Array = new Uint8Array(0)
  return (offset, length) => {
    if (offset + length > chunk.end) throw bad(chunk, offset, `${length} bytes pass the end of the column at byte ${chunk.end}`)
    if (offset < start || offset + length > start + buffer.length) {
      start = offset
      buffer = file.read(offset, Math.min(Math.max(length, ahead), chunk.end - offset), memory)
      ahead = Math.min(4 * ahead, MOST_AHEAD)
    }
    return buffer.subarray(offset - start, offset - start + length)
  }
}

const HEADER_PEEK = 512

function readHeader(window: Window, offset: number, chunk: ColumnChunk, limits: Limits): Header {
  let peek = HEADER_PEEK
  for (;;) {
    const length = Math.min(peek, chunk.end - offset)
    try {
      const { struct, length: headerBytes } = readThriftStruct(window(offset, length), limits)
      return checkHeader(struct, headerBytes, offset, chunk, limits)
    } catch (error) {
      if (!(error instanceof ThriftError)) throw error
      // A header with long statistics may pass the peek: look further before calling it bad.
      if (length === chunk.end - offset || peek >= limits.pageHeaderBytes)
        throw bad(chunk, offset, `its header is damaged: ${error.message}`)
      peek *= 16
    }
  }
}

function checkHeader(struct: ThriftStruct, headerBytes: number, offset: number, chunk: ColumnChunk, limits: Limits): Header {
  const type = intField(struct, 1)
  const uncompressed = intField(struct, 2)
  const compressed = intField(struct, 3)
  if (type === undefined || type < 0 || type > DATA_PAGE_V2 || uncompressed === undefined || compressed === undefined) {
    throw bad(chunk, offset, 'its header lacks the type or the sizes')
  }
  if (compressed < 0 || uncompressed < 0 || compressed > chunk.end - offset - headerBytes) {
    throw bad(chunk, offset, `its header claims ${compressed} bytes, ${chunk.end - offset - headerBytes} are left`)
  }
  if (compressed > limits.pageBytes || uncompressed > limits.pageBytes) {
    const column = chunk.leaf.name
    throw overLimit('pageBytes', `a page of ${column} takes ${Math.max(compressed, uncompressed)} bytes`, limits, {
      column,
      details: { offset, compressed, uncompressed }
    })
  }
  return { type, uncompressed, compressed, crc: intField(struct, 4), struct, headerBytes }
}

function checkCrc(header: Header, body: Uint8Array, chunk: ColumnChunk, offset: number): void {
  if (header.crc === undefined) return
  const expected = header.crc >>> 0
  const actual = crc32(body)
  if (expected === actual) return
  const column = chunk.leaf.name
  const hex = (value: number): string => value.toString(16).padStart(8, '0')
  throw new ShardFault(
    'page_checksum',
    `the page of ${column} at byte ${offset} has the checksum ${hex(actual)}, ${hex(expected)} was recorded: its bytes have changed since they were written`,
    { column, details: { offset, expected: hex(expected), actual: hex(actual) } }
  )
}

function dictionaryPage(header: Header, body: Uint8Array, chunk: ColumnChunk, offset: number, limits: Limits): DictionaryPage {
  const struct = structField(header.struct, 7)
  const count = struct && intField(struct, 1)
  if (struct === undefined || count === undefined || count < 0) throw bad(chunk, offset, 'a dictionary without a count')
  checkCount(count, chunk, limits)
  const encoding = encodingOf(intField(struct, 2), chunk, offset)
  if (encoding !== 'PLAIN' && encoding !== 'PLAIN_DICTIONARY') throw bad(chunk, offset, `a dictionary in ${encoding}`)
  const plain = decompress(chunk.codec, body, header.uncompressed, chunk.leaf.name)
  // It stays while pages behind it are read, perhaps into the same memory.
  return { type: 'dictionary', count, body: chunk.codec === 'UNCOMPRESSED' ? plain.slice() : plain }
}

function dataPage(header: Header, body: Uint8Array, chunk: ColumnChunk, offset: number, memory: PageMemory): DataPage {
  return header.type === DATA_PAGE ? dataPageV1(header, body, chunk, offset, memory) : dataPageV2(header, body, chunk, offset, memory)
}

function dataPageV1(header: Header, body: Uint8Array, chunk: ColumnChunk, offset: number, memory: PageMemory): DataPage {
  const struct = structField(header.struct, 5)
  const count = struct && intField(struct, 1)
  if (struct === undefined || count === undefined || count < 0) throw bad(chunk, offset, 'a data page without a count')
  const { leaf } = chunk
  const data = decompress(chunk.codec, body, header.uncompressed, leaf.name, memory)
  let position = 0
  const levels = (max: number, encoding: number | undefined): Uint8Array => {
    if (max === 0) return data.subarray(0, 0)
    if (encodingOf(encoding, chunk, offset) !== 'RLE') {
      throw new ShardFault('unsupported_encoding', `${leaf.name} has levels in an encoding we do not read`, { column: leaf.name })
    }
    if (position + 4 > data.length) throw bad(chunk, offset, 'it ends inside its levels')
    const length = new DataView(data.buffer, data.byteOffset + position, 4).getUint32(0, true)
    if (length > data.length - position - 4) throw bad(chunk, offset, `its levels claim ${length} bytes`)
    position += 4 + length
    return data.subarray(position - length, position)
  }
  const repetition = levels(leaf.maxRepetition, intField(struct, 4))
  const definition = levels(leaf.maxDefinition, intField(struct, 3))
  return {
    type: 'data',
    count,
    encoding: encodingOf(intField(struct, 2), chunk, offset),
    repetition,
    definition,
    body: data.subarray(position),
    offset
  }
}

function dataPageV2(header: Header, body: Uint8Array, chunk: ColumnChunk, offset: number, memory: PageMemory): DataPage {
  const struct = structField(header.struct, 8)
  const count = struct && intField(struct, 1)
  if (struct === undefined || count === undefined || count < 0) throw bad(chunk, offset, 'a data page without a count')
  const definition = intField(struct, 5) ?? 0
  const repetition = intField(struct, 6) ?? 0
  const levels = definition + repetition
  if (definition < 0 || repetition < 0 || levels > body.length || levels > header.uncompressed) {
    throw bad(chunk, offset, `its levels claim ${levels} bytes`)
  }
  const values = body.subarray(levels)
  const size = header.uncompressed - levels
  return {
    type: 'data',
    count,
    encoding: encodingOf(intField(struct, 4), chunk, offset),
    repetition: body.subarray(0, repetition),
    definition: body.subarray(repetition, levels),
    body: boolField(struct, 7) === false ? values : decompress(chunk.codec, values, size, chunk.leaf.name, memory),
    offset
  }
}

function encodingOf(code: number | undefined, chunk: ColumnChunk, offset: number): Encoding {
  const encoding = code === undefined ? undefined : ENCODINGS[code]
  if (encoding === undefined) throw bad(chunk, offset, `encoding ${code} does not exist`)
  return encoding
}
