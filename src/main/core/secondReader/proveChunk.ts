/**
 * Our own bounded walk over a column chunk: every page header, level and value is decoded within the limits before hyparquet, which has no
 * limits, gets the same bytes.
 */
import type { ColumnChunk } from '../parquet/footer.ts'
import { bitWidthOf, constantOf, decodeHybrid, HybridError } from '../parquet/hybrid.ts'
import { type Limits, overLimit } from '../parquet/limits.ts'
import { type DataPage, readPages } from '../parquet/pages.ts'
import type { Leaf } from '../parquet/schema.ts'
import { ShardFault } from '../parquet/shardFault.ts'
import type { ShardFile } from '../parquet/shardFile.ts'
import { decodeCodes, decodePlain, decodeValues, isCoded, type Values } from '../parquet/values.ts'
import { longestRun } from './runLengths.ts'
import { Incomparable } from './storedColumns.ts'

/** Decoded bytes of one chunk. hyparquet keeps all pages of a chunk, and views into them are not part of a thread's heap. */
const MOST_CHUNK_BYTES = 1024 * 1024 * 1024

/** Wider codes of a dictionary, which are packed, overflow hyparquet's buffer of 32 bits. */
const WIDEST_CODE = 24

/**
 * Decodes a chunk to its end and keeps nothing.
 * @throws ShardFault for what is damaged, beyond the limits, or in an encoding that our reader does not know; Incomparable for what
 *   hyparquet is known to read wrong
 */
export function proveChunk(file: ShardFile, chunk: ColumnChunk, limits: Limits): void {
  const { leaf } = chunk
  let dictionary: Values | null = null
  let bytes = 0
  for (const page of readPages(file, chunk, limits)) {
    const values: Values | null =
      page.type === 'dictionary' ? decodePlain(leaf, page.body, page.count) : decodePage(leaf, page, dictionary, limits)
    if (page.type === 'dictionary') dictionary = values
    bytes += page.body.length + (values === null ? 0 : bytesOf(values))
    if (bytes > MOST_CHUNK_BYTES)
      throw overLimit('pageBytes', `the pages of ${leaf.name} unpack to more than 1 GiB`, limits, { column: leaf.name })
  }
}

function decodePage(leaf: Leaf, page: DataPage, dictionary: Values | null, limits: Limits): Values | null {
  const { repetition, definition, encoding, body } = page
  try {
    if (leaf.maxRepetition > 0) decodeLevels(repetition, leaf.maxRepetition, page.count)
    const count = leaf.maxDefinition === 0 ? page.count : decodeLevels(definition, leaf.maxDefinition, page.count)
    checkRuns(leaf, repetition, bitWidthOf(leaf.maxRepetition), limits)
    checkRuns(leaf, definition, bitWidthOf(leaf.maxDefinition), limits)
    if (encoding === 'RLE') checkRuns(leaf, body.subarray(4), 1, limits)
    if (!isCoded(encoding) || dictionary === null) return decodeValues(leaf, encoding, body, count, dictionary)
    decodeCodes(leaf, body, count, dictionary)
    if ((body[0] ?? 0) > WIDEST_CODE)
      throw new Incomparable(`a page of ${leaf.name} has codes of ${body[0]} bits, which hyparquet misreads`)
    checkRuns(leaf, body.subarray(1), body[0] ?? 0, limits)
    return null
  } catch (error) {
    if (!(error instanceof HybridError)) throw error
    throw new ShardFault('bad_page', `the levels of a page of ${leaf.name}: ${error.message}`, { column: leaf.name })
  }
}

/** @returns how many slots have the highest level, that is, a value */
function decodeLevels(bytes: Uint8Array, highest: number, count: number): number {
  const bitWidth = bitWidthOf(highest)
  if (constantOf(bytes, bitWidth, count) === highest) return count
  const levels = new Uint16Array(count)
  if (decodeHybrid(bytes, bitWidth, count, levels) > highest) throw new HybridError('a level is too high')
  let values = 0
  for (const level of levels) if (level === highest) values += 1
  return values
}

function checkRuns(leaf: Leaf, bytes: Uint8Array, bitWidth: number, limits: Limits): void {
  const run = longestRun(bytes, bitWidth)
  if (run <= limits.pageValues) return
  throw overLimit('pageValues', `a page of ${leaf.name} claims a run of ${run} values`, limits, { column: leaf.name })
}

function bytesOf(values: Values): number {
  return values.kind === 'fixed' ? values.bytes.length : values.values.reduce((sum, value) => sum + value.length, 0)
}
