/**
 * A bounded check of a column chunk. Every page header, level and value is decoded within the limits before hyparquet, which has no limits,
 * gets the same bytes.
 */

import { counted } from '../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../limits/limits.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { DecodeError } from '../parquet/encodings/decodeError.ts'
import { bitWidthOf, constantOf, decodeHybrid } from '../parquet/encodings/hybrid.ts'
import type { ShardFile } from '../parquet/file/shardFile.ts'
import type { ColumnChunk } from '../parquet/footer/footer.ts'
import { type Dense, valueReader } from '../parquet/general/valueReader.ts'
import { NotFast } from '../parquet/pages/notFast.ts'
import { type DataPage, type LevelBytes, readPages } from '../parquet/pages/pages.ts'
import { decodeCodes, decodeDictionaryPage, decodeValues, isCoded, type Values } from '../parquet/pages/plainValues.ts'
import type { Leaf } from '../parquet/schema/schemaTree.ts'
import { longestRun } from './hyparquet/runLengths.ts'
import { Incomparable } from './hyparquet/storedColumns.ts'

/**
 * Decoded bytes of one chunk, pages and values. hyparquet keeps all pages of a chunk, and views into them do not count towards a thread's
 * heap limit.
 */
const MOST_CHUNK_BYTES = 512 * 1024 * 1024

/**
 * Slots of one chunk, and bytes of one text. If many small objects fill the heap, V8 ends only the thread. If one array or text of 90 MB
 * does not fit, V8 ends the whole process.
 */
const MOST_SLOTS = 6 * 1024 * 1024
const MOST_VALUE_BYTES = 16 * 1024 * 1024

/** Wider packed codes of a dictionary overflow hyparquet's 32-bit buffer. */
const WIDEST_CODE = 24

/**
 * Decodes a whole chunk and keeps nothing.
 * @throws ShardFault for data that is damaged, beyond the limits, or in a form that is unsafe for hyparquet. Incomparable for data that
 * hyparquet is known to misread
 */
export function proveChunk(file: ShardFile, chunk: ColumnChunk, limits: Limits): void {
  const { leaf } = chunk
  let dictionary: Values | null = null
  let bytes = 0
  let slots = 0
  if (chunk.values > MOST_SLOTS) throw tooManyValues(leaf)
  for (const page of readPages(file, chunk, limits)) {
    if (page.type === 'dictionary') dictionary = decodeDictionaryPage(leaf, page, dictionary)
    else slots += page.count
    if (slots > MOST_SLOTS) throw tooManyValues(leaf)
    bytes += page.body.length + (page.type === 'dictionary' ? bytesOf(dictionary, leaf) : decodePage(leaf, page, dictionary, limits))
    if (bytes > MOST_CHUNK_BYTES) throw new Incomparable(`the pages of a row group decompress to more than 512 MiB of ${leaf.name}`)
  }
}

function tooManyValues({ name }: Leaf): Incomparable {
  return new Incomparable(`a row group has more than ${MOST_SLOTS} values of ${name}, the maximum for hyparquet`)
}

/** @returns number of bytes of its values, 0 if they are in a dictionary */
function decodePage(leaf: Leaf, page: DataPage, dictionary: Values | null, limits: Limits): number {
  const { repetition, definition, encoding, body } = page
  try {
    if (leaf.maxRepetition > 0) decodeLevels(leaf, repetition, leaf.maxRepetition, page.count)
    const count = leaf.maxDefinition === 0 ? page.count : decodeLevels(leaf, definition, leaf.maxDefinition, page.count)
    checkRuns(leaf, repetition.bytes, bitWidthOf(leaf.maxRepetition), limits)
    checkRuns(leaf, definition.bytes, bitWidthOf(leaf.maxDefinition), limits)
    if (encoding === 'RLE') checkRuns(leaf, body.subarray(4), 1, limits)
    if (!isCoded(encoding) || dictionary === null) return valueBytes(leaf, page, count, dictionary, limits)
    decodeCodes(leaf, body, count, dictionary)
    if ((body[0] ?? 0) > WIDEST_CODE)
      throw new Incomparable(`a page of ${leaf.name} has codes of ${body[0]} bits, which hyparquet misreads`)
    checkRuns(leaf, body.subarray(1), body[0] ?? 0, limits)
    return 0
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new ShardFault('bad_page', `a page of ${leaf.name}: ${error.message}`, { column: leaf.name })
  }
}

function valueBytes(
  leaf: Leaf,
  { encoding, body, count: slots }: DataPage,
  count: number,
  dictionary: Values | null,
  limits: Limits
): number {
  try {
    return bytesOf(decodeValues(leaf, encoding, body, count, dictionary), leaf)
  } catch (error) {
    // Extra bytes after the values are a fault only for the fast reader.
    if (!(error instanceof NotFast || (error instanceof ShardFault && error.kind === 'bad_page'))) throw error
    return bytesOf(valueReader(leaf, encoding, body, slots, null, limits).take(count), leaf)
  }
}

/** @returns number of slots with the highest level, that is, with a value */
function decodeLevels({ name }: Leaf, { bytes, isPacked }: LevelBytes, highest: number, count: number): number {
  if (isPacked) throw new Incomparable(`${name} has bit-packed levels, which hyparquet does not support`)
  const bitWidth = bitWidthOf(highest)
  if (constantOf(bytes, bitWidth, count) === highest) return count
  const levels = new Uint16Array(count)
  if (decodeHybrid(bytes, bitWidth, count, levels) > highest) throw new DecodeError('a level is too high')
  let values = 0
  for (const level of levels) if (level === highest) values += 1
  return values
}

function checkRuns(leaf: Leaf, bytes: Uint8Array, bitWidth: number, limits: Limits): void {
  const run = longestRun(bytes, bitWidth)
  if (run <= limits.pageValues) return
  throw overLimit('pageValues', counted`a page of ${leaf.name} claims a run of ${run} values`, limits, { column: leaf.name })
}

/** @throws Incomparable */
function bytesOf(values: Values | Dense | null, { name }: Leaf): number {
  if (values === null) return 0
  if (values.kind === 'fixed') return values.bytes.length
  let sum = 0
  for (const { length } of values.values) {
    if (length > MOST_VALUE_BYTES) {
      throw new Incomparable(`a value of ${name} has ${length} bytes, but the maximum for hyparquet is ${MOST_VALUE_BYTES}`)
    }
    sum += length
  }
  return sum
}
