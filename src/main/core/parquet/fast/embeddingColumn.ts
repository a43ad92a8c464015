/**
 * The embedding column, page by page: rows with their values as stored (float16 bits, float32 or float64). They become JS numbers only on
 * request. Memory is bounded by a page, not by a shard.
 */

import { counted } from '../../../../shared/text/numbers.ts'
import type { Limits } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import { DecodeError } from '../encodings/decodeError.ts'
import { bitWidthOf, constantOf, decodeHybrid, zerosOf } from '../encodings/hybrid.ts'
import { ownMemory, type PageMemory } from '../file/pageMemory.ts'
import type { ShardFile } from '../file/shardFile.ts'
import type { ColumnChunk } from '../footer/rowGroups.ts'
import {
  append,
  batchOf,
  checkLength,
  type EmbeddingBatch,
  ownRow,
  type PageValues,
  type RowFlaw,
  type StoredValues,
  storedValues,
  withoutLast
} from '../pages/embeddingBatch.ts'
import { NotFast } from '../pages/notFast.ts'
import { type DataPage, type Note, pagePlaces, readPages } from '../pages/pages.ts'
import {
  aligned,
  decodeCodes,
  decodeDictionaryPage,
  decodeValues,
  type FixedValues,
  gather,
  isCoded,
  missingDictionary,
  type Values
} from '../pages/plainValues.ts'
import type { Leaf } from '../schema/schemaTree.ts'
import { type PagePlace, readPageIndex } from './pageIndex.ts'

export type EmbeddingOptions = {
  /** Memory that pages are decoded into. A batch in reused memory is valid until the next one is requested. */
  readonly memory?: PageMemory
  /** Receives contradictions to the pages. */
  readonly note?: Note
}

/**
 * Reads the embeddings of a row group in row order. The last row of a page is a batch of its own, because it may continue in the next one.
 * @param rows number of rows in the row group
 * @throws ShardFault, NotFast
 */
export function* readEmbeddingColumn(
  file: ShardFile,
  chunk: ColumnChunk,
  rows: number,
  limits: Limits,
  { memory = ownMemory, note = () => {} }: EmbeddingOptions = {}
): Generator<EmbeddingBatch> {
  const { leaf } = chunk
  const index = readPageIndex(file, chunk, rows, limits, note)
  let dictionary: FixedValues | null = null
  let row = 0
  let slots = 0
  let pages = 0
  /** The last row of the previous page, which may continue in the next one. */
  let open: EmbeddingBatch | null = null
  for (const page of readPages(file, chunk, limits, { memory, note })) {
    if (page.type === 'dictionary') {
      dictionary = fixed(leaf, decodeDictionaryPage(leaf, page, dictionary))
      continue
    }
    slots += page.count
    const { starts, levels, present } = readLevels(leaf, page)
    if (index !== null && !isAt(index[pages], page, row, starts)) note(`the page index of ${leaf.name} contradicts its pages`)
    pages += 1
    const values = pageValues(leaf, page, present, dictionary, memory)
    if (starts[0] !== 0) {
      const end = starts[0] ?? page.count
      if (open === null) throw bad(leaf, 'the first value of the column does not begin a row')
      open = append(open, slice(leaf, levels, values, ROW_AT_START, end, open.firstRow))
      checkLength(leaf.name, open, limits)
    }
    if (starts.length === 0) continue
    if (open !== null) yield open
    open = null
    const batch = slice(leaf, levels, values, starts, page.count, row)
    checkLength(leaf.name, batch, limits)
    row += starts.length
    if (row > rows) throw bad(leaf, counted`it has more than the ${rows} rows of its row group`)
    if (slots >= chunk.values) yield batch
    else {
      // Copied before the batch is passed on, because the next page may be decoded into the same memory.
      open = ownRow(batch, batch.rows - 1)
      if (batch.rows > 1) yield withoutLast(batch)
    }
  }
  if (open !== null) yield open
  if (row !== rows) throw bad(leaf, counted`it has ${row} rows, but its row group has ${rows}`)
  if (slots !== chunk.values) throw bad(leaf, counted`it has ${slots} values, but its row group says ${chunk.values}`)
  if (index !== null && index.length !== pages) {
    note(`the page index of ${leaf.name} lists ${index.length} pages, but there are ${pages}`)
  }
}

/**
 * Reads the one page of a row group that contains a row, using the page index if it agrees with the headers of the preceding pages.
 * @param row in the row group
 * @returns null if the index cannot be used, so that pages must be read from the first one
 */
export function readEmbeddingPage(file: ShardFile, chunk: ColumnChunk, rows: number, row: number, limits: Limits): EmbeddingBatch | null {
  try {
    const index = readPageIndex(file, chunk, rows, limits)
    const place = index?.findLast(({ firstRow }) => firstRow <= row)
    return place === undefined ? null : pageAt(file, chunk, place, limits)
  } catch (error) {
    // Faults of the pages are reported when they are read in order.
    if (error instanceof NotFast || (error instanceof ShardFault && error.kind === 'bad_page')) return null
    throw error
  }
}

function pageAt(file: ShardFile, chunk: ColumnChunk, place: PagePlace, limits: Limits): EmbeddingBatch | null {
  const { leaf } = chunk
  const before = slotsBefore(file, chunk, place.start, limits)
  if (before === null) return null
  let dictionary: FixedValues | null = null
  if (before.dictionaryEnd !== null) {
    for (const page of readPages(file, chunk, limits, { part: { start: chunk.start, end: before.dictionaryEnd } })) {
      if (page.type === 'dictionary') dictionary = fixed(leaf, decodeDictionaryPage(leaf, page, dictionary))
    }
  }
  for (const page of readPages(file, chunk, limits, { part: place })) {
    if (page.type === 'dictionary') return null
    const { starts, levels, present } = readLevels(leaf, page)
    if (!isAt(place, page, place.firstRow, starts) || !areAlike(starts, page.count)) return null
    if (before.slots * starts.length !== place.firstRow * page.count) return null
    const batch = slice(leaf, levels, pageValues(leaf, page, present, dictionary, ownMemory), starts, page.count, place.firstRow)
    checkLength(leaf.name, batch, limits)
    return batch
  }
  return null
}

type Before = { readonly slots: number; readonly dictionaryEnd: number | null }

/** The number of slots before the page that starts at a byte. Null if no page starts there. */
function slotsBefore(file: ShardFile, chunk: ColumnChunk, start: number, limits: Limits): Before | null {
  let slots = 0
  let dictionaryEnd: number | null = null
  for (const page of pagePlaces(file, chunk, limits)) {
    if (page.start === start) return { slots, dictionaryEnd }
    if (page.start > start) return null
    if (page.type === 'dictionary') dictionaryEnd = page.end
    else slots += page.count
  }
  return null
}

/** Whether all rows of a page have the same number of slots. */
function areAlike(starts: Uint32Array, count: number): boolean {
  const each = count / starts.length
  return Number.isInteger(each) && starts.every((start, i) => start === i * each)
}

function isAt(place: PagePlace | undefined, page: DataPage, firstRow: number, starts: Uint32Array): boolean {
  return place?.start === page.offset && place.firstRow === firstRow && place.rows === starts.length && starts[0] === 0
}

const ROW_AT_START = Uint32Array.of(0)

function bad(leaf: Leaf, message: string): ShardFault {
  return new ShardFault('bad_page', `the pages of ${leaf.name}: ${message}`, { column: leaf.name })
}

type Levels = {
  /** Slots at which a row starts. */
  readonly starts: Uint32Array
  /** Definition level of each slot. Null if every slot is a value. */
  readonly levels: Uint8Array | null
  /** Number of slots with a value. */
  readonly present: number
}

function readLevels(leaf: Leaf, page: DataPage): Levels {
  if (page.count === 0 || page.repetition.isPacked || page.definition.isPacked) throw new NotFast()
  try {
    const starts = zerosOf(page.repetition.bytes, page.count)
    const bitWidth = bitWidthOf(leaf.maxDefinition)
    if (constantOf(page.definition.bytes, bitWidth, page.count) === leaf.maxDefinition) return { starts, levels: null, present: page.count }
    const definition = new Uint8Array(page.count)
    const largest = decodeHybrid(page.definition.bytes, bitWidth, page.count, definition)
    if (largest > leaf.maxDefinition) throw new DecodeError('a level is too high')
    const present = countEqual(definition, leaf.maxDefinition)
    return { starts, levels: present === page.count ? null : definition, present }
  } catch (error) {
    if (error instanceof DecodeError) throw bad(leaf, `their levels: ${error.message}`)
    throw error
  }
}

function countEqual(levels: Uint8Array, level: number): number {
  let count = 0
  for (let i = 0; i < levels.length; i++) if (levels[i] === level) count++
  return count
}

function pageValues(leaf: Leaf, page: DataPage, count: number, dictionary: FixedValues | null, memory: PageMemory): PageValues {
  if (!isCoded(page.encoding)) {
    const values = fixed(leaf, decodeValues(leaf, page.encoding, page.body, count, null))
    return { values: storedValues(aligned(values.bytes, values.width, memory), values.width), coded: null }
  }
  if (dictionary === null) throw missingDictionary(leaf)
  const { width, bytes } = dictionary
  const codes = decodeCodes(leaf, page.body, count, dictionary, memory)
  const coded = { codes, dictionary: storedValues(aligned(bytes, width), width) }
  let values: StoredValues | undefined
  return {
    coded,
    get values() {
      if (values === undefined) {
        const out = memory('values', codes.length * width)
        gather(dictionary, codes, out)
        values = storedValues(out, width)
      }
      return values
    }
  }
}

function fixed(leaf: Leaf, values: Values): FixedValues {
  if (values.kind !== 'fixed') throw bad(leaf, 'variable-length values in a column of numbers')
  return values
}

/** The rows that start at `starts`. The last one ends at slot `end`. */
function slice(
  leaf: Leaf,
  levels: Uint8Array | null,
  values: PageValues,
  starts: Uint32Array,
  end: number,
  firstRow: number
): EmbeddingBatch {
  const rows = starts.length
  const offsets = new Uint32Array(rows + 1)
  const flaws: { row: number; flaw: RowFlaw }[] = []
  if (levels === null) {
    offsets.set(starts)
    offsets[rows] = end
    return batchOf(values, firstRow, offsets, flaws)
  }
  let value = countEqual(levels.subarray(0, starts[0] ?? 0), leaf.maxDefinition)
  for (let i = 0; i < rows; i++) {
    offsets[i] = value
    const from = starts[i] ?? 0
    const to = i + 1 < rows ? (starts[i + 1] ?? end) : end
    const present = countEqual(levels.subarray(from, to), leaf.maxDefinition)
    value += present
    if (present === to - from) continue
    const first = levels[from] ?? 0
    const flaw = first >= leaf.elementDefinition ? 'null element' : first === leaf.elementDefinition - 1 ? 'empty' : 'null'
    flaws.push({ row: firstRow + i, flaw })
  }
  offsets[rows] = value
  return batchOf(values, firstRow, offsets, flaws)
}
