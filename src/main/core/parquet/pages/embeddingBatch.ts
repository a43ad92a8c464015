/** Rows with their embeddings as a shard stores them: what comes out of a page, and what can be made of it without decoding again. */

import { counted } from '../../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import type { Codes } from './plainValues.ts'

/** `Uint16Array` holds float16 bits. */
export type StoredValues = Uint16Array | Float32Array | Float64Array

/** What keeps a row from being an embedding. */
export type RowFlaw = 'null' | 'empty' | 'null element'

/** Values that stand in a dictionary, each as its position there. */
export type CodedValues = { readonly codes: Codes; readonly dictionary: StoredValues }

/** Consecutive rows: row `firstRow + i` has the values `offsets[i]` to `offsets[i + 1]`. */
export type EmbeddingBatch = {
  /** In the row group. */
  readonly firstRow: number
  readonly rows: number
  /** rows + 1 positions in `values`. */
  readonly offsets: Uint32Array
  /** Of a page with a dictionary, looked up there when first asked for. */
  readonly values: StoredValues
  /** The same as it is stored; null where there is no dictionary. */
  readonly coded: CodedValues | null
  readonly flaws: readonly { readonly row: number; readonly flaw: RowFlaw }[]
}

/** A page's values, as numbers when somebody asks for them. */
export type PageValues = { readonly values: StoredValues; readonly coded: CodedValues | null }

/** Bytes that begin where such numbers may, as numbers. */
export function storedValues({ buffer, byteOffset, byteLength }: Uint8Array, width: number): StoredValues {
  if (width === 2) return new Uint16Array(buffer, byteOffset, byteLength >> 1)
  return width === 4 ? new Float32Array(buffer, byteOffset, byteLength >> 2) : new Float64Array(buffer, byteOffset, byteLength >> 3)
}

/** @param offsets where each row begins in the page's values, and where the last one ends */
export function batchOf(page: PageValues, firstRow: number, offsets: Uint32Array, flaws: EmbeddingBatch['flaws']): EmbeddingBatch {
  return {
    firstRow,
    rows: offsets.length - 1,
    offsets,
    get values() {
      return page.values
    },
    coded: page.coded,
    flaws
  }
}

/** All rows but the last. */
export function withoutLast(batch: EmbeddingBatch): EmbeddingBatch {
  const flaws = batch.flaws.filter(({ row }) => row < batch.firstRow + batch.rows - 1)
  return batchOf(batch, batch.firstRow, batch.offsets.subarray(0, batch.rows), flaws)
}

/** The batch's `i`-th row in memory of its own. */
export function ownRow(batch: EmbeddingBatch, i: number): EmbeddingBatch {
  const row = batch.firstRow + i
  const flaws = batch.flaws.filter(flaw => flaw.row === row)
  return ownBatch(row, batch.coded === null ? rowValues(batch, i).slice() : rowValues(batch, i), flaws)
}

function codedRow({ codes, dictionary }: CodedValues, offsets: Uint32Array, i: number): StoredValues {
  const from = offsets[i] ?? 0
  const row = emptyLike(dictionary, (offsets[i + 1] ?? 0) - from)
  for (let at = 0; at < row.length; at++) row[at] = dictionary[codes[from + at] ?? 0] ?? 0
  return row
}

function emptyLike(values: StoredValues, length: number): StoredValues {
  if (values instanceof Uint16Array) return new Uint16Array(length)
  return values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)
}

function ownBatch(row: number, values: StoredValues, flaws: EmbeddingBatch['flaws']): EmbeddingBatch {
  return batchOf({ values, coded: null }, row, Uint32Array.of(0, values.length), flaws)
}

/** Continues the one row of `open` with the one row of `more`. */
export function append(open: EmbeddingBatch, more: EmbeddingBatch): EmbeddingBatch {
  const head = rowValues(open, 0)
  const tail = rowValues(more, 0)
  const values = emptyLike(head, head.length + tail.length)
  values.set(head, 0)
  values.set(tail, head.length)
  return ownBatch(open.firstRow, values, [...open.flaws, ...more.flaws].slice(0, 1))
}

/** The values of the batch's `i`-th row; a view where they are stored as they are. */
export function rowValues(batch: EmbeddingBatch, i: number): StoredValues {
  return batch.coded !== null
    ? codedRow(batch.coded, batch.offsets, i)
    : batch.values.subarray(batch.offsets[i] ?? 0, batch.offsets[i + 1] ?? 0)
}

/** Bytes that a batch holds. */
export function heldBytes(batch: EmbeddingBatch): number {
  // Asking for the values of a page with a dictionary would look all of them up.
  const { coded } = batch
  return coded === null ? batch.values.byteLength : coded.codes.byteLength + coded.dictionary.byteLength
}

/** @throws ShardFault for a row with more values than the limits allow */
export function checkLength(column: string, batch: EmbeddingBatch, limits: Limits): void {
  for (let i = 0; i < batch.rows; i++) {
    const length = (batch.offsets[i + 1] ?? 0) - (batch.offsets[i] ?? 0)
    if (length > limits.listLength) {
      throw overLimit('listLength', counted`row ${batch.firstRow + i} has ${length} values`, limits, {
        column,
        row: batch.firstRow + i
      })
    }
  }
}

/** The rows from one on. @param row in the row group, inside the batch */
export function rowsFrom(batch: EmbeddingBatch, row: number): EmbeddingBatch {
  const flaws = batch.flaws.filter(flaw => flaw.row >= row)
  return batchOf(batch, row, batch.offsets.subarray(row - batch.firstRow), flaws)
}
