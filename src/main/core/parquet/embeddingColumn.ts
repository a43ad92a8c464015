/**
 * The embedding column, page by page: rows with their values as the shard stores them (float16 bits, float32 or float64), never
 * a JS number before somebody asks for one. Memory is bounded by a page, not by a shard.
 */
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
} from './embeddingBatch.ts'
import type { ColumnChunk } from './footer.ts'
import { bitWidthOf, constantOf, decodeHybrid, HybridError, zerosOf } from './hybrid.ts'
import type { Limits } from './limits.ts'
import { type PagePlace, readPageIndex } from './pageIndex.ts'
import { ownMemory, type PageMemory } from './pageMemory.ts'
import { type DataPage, type DictionaryPage, readPages } from './pages.ts'
import type { Leaf } from './schema.ts'
import { ShardFault } from './shardFault.ts'
import type { ShardFile } from './shardFile.ts'
import {
  aligned,
  decodeCodes,
  decodePlain,
  decodeValues,
  type FixedValues,
  gather,
  isCoded,
  missingDictionary,
  type Values
} from './values.ts'

/**
 * Reads the embeddings of a row group in row order. A row that spans pages comes as a batch of its own.
 * @param rows how many the row group has
 * @param memory what pages are decoded into; a batch in reused memory holds until the next one is asked for
 * @throws ShardFault
 */
export function* readEmbeddingColumn(
  file: ShardFile,
  chunk: ColumnChunk,
  rows: number,
  limits: Limits,
  memory: PageMemory = ownMemory
): Generator<EmbeddingBatch> {
  const { leaf } = chunk
  const index = readPageIndex(file, chunk, rows, limits)
  let dictionary: FixedValues | null = null
  let row = 0
  let slots = 0
  let pages = 0
  /** The last row of the page before, which may go on in the next one. */
  let open: EmbeddingBatch | null = null
  for (const page of readPages(file, chunk, limits, memory)) {
    if (page.type === 'dictionary') {
      dictionary = dictionaryOf(leaf, page)
      continue
    }
    slots += page.count
    const { starts, levels, present } = readLevels(leaf, page)
    if (index !== null) checkPlace(leaf, index[pages], page, row, starts)
    pages += 1
    const values = pageValues(leaf, page, present, dictionary, memory)
    const continued = starts[0] !== 0
    if (continued && page.count > 0) {
      const end = starts[0] ?? page.count
      if (open === null) throw bad(leaf, 'the first row of the column has no beginning')
      open = append(open, slice(leaf, levels, values, ROW_AT_START, end, open.firstRow))
      checkLength(leaf, open, limits)
    }
    if (starts.length === 0) continue
    if (open !== null) yield open
    open = null
    const batch = slice(leaf, levels, values, starts, page.count, row)
    checkLength(leaf, batch, limits)
    row += starts.length
    if (row > rows) throw bad(leaf, `it holds more than the ${rows} rows of its row group`)
    if (slots >= chunk.values || index !== null) {
      // A page index is for pages that hold whole rows.
      yield batch
    } else {
      // Taken out before the batch is handed on: the next page may be decoded into the same memory.
      open = ownRow(batch, batch.rows - 1)
      if (batch.rows > 1) yield withoutLast(batch)
    }
  }
  if (open !== null) yield open
  if (row !== rows) throw bad(leaf, `it holds ${row} rows, its row group ${rows}`)
  if (index !== null && index.length !== pages) throw bad(leaf, `its page index tells of ${index.length} pages, there are ${pages}`)
}

/**
 * Reads the one page of a row group that holds a row, by the page index.
 * @param index of the chunk
 * @param row in the row group, inside it
 * @throws ShardFault
 */
export function readEmbeddingPage(
  file: ShardFile,
  chunk: ColumnChunk,
  index: readonly PagePlace[],
  row: number,
  limits: Limits
): EmbeddingBatch {
  const { leaf } = chunk
  const place = index.findLast(({ firstRow }) => firstRow <= row)
  const first = index[0]
  if (place === undefined || first === undefined) throw bad(leaf, `its page index knows nothing of row ${row}`)
  let dictionary: FixedValues | null = null
  if (first.start > chunk.start) {
    for (const page of readPages(file, chunk, limits, ownMemory, { start: chunk.start, end: first.start })) {
      if (page.type === 'dictionary') dictionary = dictionaryOf(leaf, page)
    }
  }
  for (const page of readPages(file, chunk, limits, ownMemory, place)) {
    if (page.type === 'dictionary') throw bad(leaf, 'a dictionary behind data')
    const { starts, levels, present } = readLevels(leaf, page)
    checkPlace(leaf, place, page, place.firstRow, starts)
    const batch = slice(leaf, levels, pageValues(leaf, page, present, dictionary, ownMemory), starts, page.count, place.firstRow)
    checkLength(leaf, batch, limits)
    return batch
  }
  throw bad(leaf, `there is no page at byte ${place.start}`)
}

function dictionaryOf(leaf: Leaf, page: DictionaryPage): FixedValues {
  return fixed(leaf, decodePlain(leaf, page.body, page.count))
}

/** What the page index says of a page must be so. */
function checkPlace(leaf: Leaf, place: PagePlace | undefined, page: DataPage, firstRow: number, starts: Uint32Array): void {
  if (place?.start === page.offset && place.firstRow === firstRow && place.rows === starts.length && starts[0] === 0) return
  throw bad(leaf, `the page at byte ${page.offset} holds ${starts.length} rows from ${firstRow} on, the page index says otherwise`)
}

const ROW_AT_START = Uint32Array.of(0)

function bad(leaf: Leaf, message: string): ShardFault {
  return new ShardFault('bad_page', `the pages of ${leaf.name}: ${message}`, { column: leaf.name })
}

type Levels = {
  /** Slots at which a row starts. */
  readonly starts: Uint32Array
  /** Definition level of each slot; null when every slot is a value. */
  readonly levels: Uint8Array | null
  /** How many slots are values. */
  readonly present: number
}

function readLevels(leaf: Leaf, page: DataPage): Levels {
  try {
    const starts = leaf.maxRepetition > 0 ? zerosOf(page.repetition, page.count) : Uint32Array.from({ length: page.count }, (_, i) => i)
    const bitWidth = bitWidthOf(leaf.maxDefinition)
    if (constantOf(page.definition, bitWidth, page.count) === leaf.maxDefinition) return { starts, levels: null, present: page.count }
    const definition = new Uint8Array(page.count)
    const largest = decodeHybrid(page.definition, bitWidth, page.count, definition)
    if (largest > leaf.maxDefinition) throw new HybridError('a level is too high')
    const present = countEqual(definition, leaf.maxDefinition)
    return { starts, levels: present === page.count ? null : definition, present }
  } catch (error) {
    if (error instanceof HybridError) throw bad(leaf, `their levels: ${error.message}`)
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
  if (values.kind !== 'fixed') throw bad(leaf, 'values of any length')
  return values
}

/** The rows that start at `starts`, the last one ending at slot `end`. */
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
