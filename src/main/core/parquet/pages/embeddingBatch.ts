/** Rows with their embeddings as stored: the output of a page, and the forms that can be derived without decoding again. */

import { counted } from '../../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import type { Codes } from './plainValues.ts'

/** `Uint16Array` holds float16 bits. */
export type StoredValues = Uint16Array | Float32Array | Float64Array

/** The reason why a row is not an embedding. */
export type RowFlaw = 'null' | 'empty' | 'null element'

/** Dictionary-encoded values, as positions in the dictionary. */
export type CodedValues = { readonly codes: Codes; readonly dictionary: StoredValues }

/** Consecutive rows. Row `firstRow + i` has the values from `offsets[i]` to `offsets[i + 1]`. */
export type EmbeddingBatch = {
  /** In the row group. */
  readonly firstRow: number
  readonly rows: number
  /** rows + 1 positions in `values`. */
  readonly offsets: Uint32Array
  /** For a page with a dictionary, the values are looked up on first access. */
  readonly values: StoredValues
  /** The stored form. Null if there is no dictionary. */
  readonly coded: CodedValues | null
  readonly flaws: readonly { readonly row: number; readonly flaw: RowFlaw }[]
}

/** A page's values, converted to numbers on request. */
export type PageValues = { readonly values: StoredValues; readonly coded: CodedValues | null }

/** Bytes at an aligned address, as numbers. */
export function storedValues({ buffer, byteOffset, byteLength }: Uint8Array, width: number): StoredValues {
  if (width === 2) return new Uint16Array(buffer, byteOffset, byteLength >> 1)
  return width === 4 ? new Float32Array(buffer, byteOffset, byteLength >> 2) : new Float64Array(buffer, byteOffset, byteLength >> 3)
}

/** @param offsets the start of each row in the page's values, and the end of the last one */
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

/** A copy of the batch's `i`-th row in new memory. */
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

/** Appends the only row of `more` to the only row of `open`. */
export function append(open: EmbeddingBatch, more: EmbeddingBatch): EmbeddingBatch {
  const head = rowValues(open, 0)
  const tail = rowValues(more, 0)
  const values = emptyLike(head, head.length + tail.length)
  values.set(head, 0)
  values.set(tail, head.length)
  return ownBatch(open.firstRow, values, [...open.flaws, ...more.flaws].slice(0, 1))
}

/** The values of the batch's `i`-th row. A view if they need no conversion. */
export function rowValues(batch: EmbeddingBatch, i: number): StoredValues {
  return batch.coded !== null
    ? codedRow(batch.coded, batch.offsets, i)
    : batch.values.subarray(batch.offsets[i] ?? 0, batch.offsets[i + 1] ?? 0)
}

/** Number of bytes that a batch holds. */
export function heldBytes(batch: EmbeddingBatch): number {
  // With a dictionary, an access to the values would look all of them up.
  const { coded } = batch
  return coded === null ? batch.values.byteLength : coded.codes.byteLength + coded.dictionary.byteLength
}

/** @throws ShardFault for a row that exceeds the limit of values */
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

/** The rows from one on. @param row in the row group, in the batch */
export function rowsFrom(batch: EmbeddingBatch, row: number): EmbeddingBatch {
  const flaws = batch.flaws.filter(flaw => flaw.row >= row)
  return batchOf(batch, row, batch.offsets.subarray(row - batch.firstRow), flaws)
}
