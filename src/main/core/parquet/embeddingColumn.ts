/**
 * The embedding column, page by page: rows with their values as the shard stores them (float16 bits, float32 or float64), never
 * a JS number before somebody asks for one. Memory is bounded by a page, not by a shard.
 */
import type { ColumnChunk } from './footer.ts'
import { bitWidthOf, constantOf, decodeHybrid, HybridError } from './hybrid.ts'
import type { Limits } from './limits.ts'
import { type DataPage, readPages } from './pages.ts'
import type { Leaf } from './schema.ts'
import { ShardFault } from './shardFault.ts'
import type { ShardFile } from './shardFile.ts'
import { aligned, decodePlain, decodeValues, type Values } from './values.ts'

/** `Uint16Array` holds float16 bits. */
export type StoredValues = Uint16Array | Float32Array | Float64Array

/** What keeps a row from being an embedding. */
export type RowFlaw = 'null' | 'empty' | 'null element'

/** Consecutive rows: row `firstRow + i` has the values `offsets[i]` to `offsets[i + 1]`. */
export type EmbeddingBatch = {
  /** In the row group. */
  readonly firstRow: number
  readonly rows: number
  /** rows + 1 positions in `values`. */
  readonly offsets: Uint32Array
  readonly values: StoredValues
  readonly flaws: readonly { readonly row: number; readonly flaw: RowFlaw }[]
}

/**
 * Reads the embeddings of a row group in row order. A row that spans pages comes as a batch of its own.
 * @param rows how many the row group has
 * @throws ShardFault
 */
export function* readEmbeddingColumn(file: ShardFile, chunk: ColumnChunk, rows: number, limits: Limits): Generator<EmbeddingBatch> {
  const { leaf } = chunk
  let dictionary: Values | null = null
  let row = 0
  let slots = 0
  /** The last row of the page before, which may go on in the next one. */
  let open: EmbeddingBatch | null = null
  for (const page of readPages(file, chunk, limits)) {
    if (page.type === 'dictionary') {
      dictionary = decodePlain(leaf, page.body, page.count)
      continue
    }
    slots += page.count
    const { starts, levels, present } = readLevels(leaf, page)
    const values = storedValues(leaf, decodeValues(leaf, page.encoding, page.body, present, dictionary))
    const continued = starts[0] !== 0
    if (continued && page.count > 0) {
      const end = starts[0] ?? page.count
      if (open === null) throw bad(leaf, 'the first row of the column has no beginning')
      open = append(open, slice(leaf, levels, values, [0], end, open.firstRow))
      checkLength(leaf, open, limits)
    }
    if (starts.length === 0) continue
    if (open !== null) yield open
    open = null
    const batch = slice(leaf, levels, values, starts, page.count, row)
    checkLength(leaf, batch, limits)
    row += starts.length
    if (row > rows) throw bad(leaf, `it holds more than the ${rows} rows of its row group`)
    if (slots >= chunk.values) {
      yield batch
    } else {
      if (batch.rows > 1) yield part(batch, 0, batch.rows - 1)
      open = part(batch, batch.rows - 1, batch.rows)
    }
  }
  if (open !== null) yield open
  if (row !== rows) throw bad(leaf, `it holds ${row} rows, its row group ${rows}`)
}

function bad(leaf: Leaf, message: string): ShardFault {
  return new ShardFault('bad_page', `the pages of ${leaf.name}: ${message}`, { column: leaf.name })
}

type Levels = {
  /** Slots at which a row starts. */
  readonly starts: ArrayLike<number> & { readonly length: number }
  /** Definition level of each slot; null when every slot is a value. */
  readonly levels: Uint8Array | null
  /** How many slots are values. */
  readonly present: number
}

function readLevels(leaf: Leaf, page: DataPage): Levels {
  try {
    const repetition = new Uint8Array(page.count)
    if (leaf.maxRepetition > 0 && decodeHybrid(page.repetition, 1, page.count, repetition) > 1) throw new HybridError('a level is too high')
    const starts: number[] = []
    for (let at = repetition.indexOf(0); at !== -1; at = repetition.indexOf(0, at + 1)) starts.push(at)
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

function storedValues(leaf: Leaf, values: Values): StoredValues {
  if (values.kind !== 'fixed') throw bad(leaf, 'values of any length')
  const buffer = aligned(values.bytes, values.width)
  if (values.width === 2) return new Uint16Array(buffer)
  return values.width === 4 ? new Float32Array(buffer) : new Float64Array(buffer)
}

/** The rows that start at `starts`, the last one ending at slot `end`. */
function slice(
  leaf: Leaf,
  levels: Uint8Array | null,
  values: StoredValues,
  starts: ArrayLike<number>,
  end: number,
  firstRow: number
): EmbeddingBatch {
  const rows = starts.length
  const offsets = new Uint32Array(rows + 1)
  const flaws: { row: number; flaw: RowFlaw }[] = []
  if (levels === null) {
    for (let i = 0; i < rows; i++) offsets[i] = starts[i] ?? 0
    offsets[rows] = end
    return { firstRow, rows, offsets, values, flaws }
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
  return { firstRow, rows, offsets, values, flaws }
}

function part(batch: EmbeddingBatch, from: number, to: number): EmbeddingBatch {
  const first = batch.firstRow + from
  const last = batch.firstRow + to
  return {
    firstRow: first,
    rows: to - from,
    offsets: batch.offsets.subarray(from, to + 1),
    values: batch.values,
    flaws: batch.flaws.filter(({ row }) => row >= first && row < last)
  }
}

/** Continues the one row of `open` with the one row of `more`. */
function append(open: EmbeddingBatch, more: EmbeddingBatch): EmbeddingBatch {
  const head = rowValues(open, 0)
  const tail = rowValues(more, 0)
  const values =
    head instanceof Uint16Array
      ? new Uint16Array(head.length + tail.length)
      : head instanceof Float32Array
        ? new Float32Array(head.length + tail.length)
        : new Float64Array(head.length + tail.length)
  values.set(head, 0)
  values.set(tail, head.length)
  const flaws = [...open.flaws, ...more.flaws].slice(0, 1)
  return { firstRow: open.firstRow, rows: 1, offsets: Uint32Array.of(0, values.length), values, flaws }
}

/** The values of the batch's `i`-th row; a view. */
export function rowValues(batch: EmbeddingBatch, i: number): StoredValues {
  return batch.values.subarray(batch.offsets[i] ?? 0, batch.offsets[i + 1] ?? 0)
}

function checkLength(leaf: Leaf, batch: EmbeddingBatch, limits: Limits): void {
  for (let i = 0; i < batch.rows; i++) {
    const length = (batch.offsets[i + 1] ?? 0) - (batch.offsets[i] ?? 0)
    if (length > limits.listLength) {
      throw new ShardFault('over_limit', `row ${batch.firstRow + i} has ${length} values, the limit is ${limits.listLength}`, {
        column: leaf.name,
        row: batch.firstRow + i
      })
    }
  }
}
