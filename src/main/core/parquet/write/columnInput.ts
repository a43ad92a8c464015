/** A column as it goes into a Parquet file: typed bytes, and the levels that tell nulls and lists. */
import type { PhysicalType } from '../schema/logicalType.ts'

export type LogicalTag = 'STRING' | 'FLOAT16' | 'INT8' | null

/** Values of a column that are all there, packed: `count` of `width` bytes, or views of any length. */
export type ColumnValues =
  | { readonly kind: 'fixed'; readonly bytes: Uint8Array }
  | { readonly kind: 'binary'; readonly values: readonly Uint8Array[] }
  | { readonly kind: 'booleans'; readonly values: Uint8Array }

/** One top-level column; with `lists`, its values are the elements of a list a row (three levels, all nullable). */
export type ColumnInput = {
  readonly name: string
  readonly physicalType: PhysicalType
  /** Bytes a value: 4 and 8 for numbers, the length of FIXED_LEN_BYTE_ARRAY, 0 for BYTE_ARRAY and BOOLEAN. */
  readonly width: number
  readonly logicalType: LogicalTag
  readonly encoding: 'PLAIN' | 'RLE_DICTIONARY' | 'BYTE_STREAM_SPLIT'
  readonly values: ColumnValues
  /** Of zstd; the file's own where it is absent. */
  readonly compressionLevel?: number
  /** For a flat column: 1 where the row has a value; absent when all have. */
  readonly present?: Uint8Array
  /** For a list column: repetition and definition (0 null list, 1 empty list, 2 null element, 3 value) of each slot; null when all are values. */
  readonly lists?: { readonly repetition: Uint8Array; readonly definition: Uint8Array | null }
}
