/** A column to write to a Parquet file: typed bytes, and the levels of nulls and lists. */
import type { PhysicalType } from '../schema/logicalType.ts'

export type LogicalTag = 'STRING' | 'FLOAT16' | 'INT8' | null

/** Values of a column without nulls, packed: `count` of `width` bytes, or views of variable length. */
export type ColumnValues =
  | { readonly kind: 'fixed'; readonly bytes: Uint8Array }
  | { readonly kind: 'binary'; readonly values: readonly Uint8Array[] }
  | { readonly kind: 'booleans'; readonly values: Uint8Array }

/** One top-level column. With `lists`, its values are the elements of one list per row (three levels, all nullable). */
export type ColumnInput = {
  readonly name: string
  readonly physicalType: PhysicalType
  /** Bytes per value: 4 and 8 for numbers, the length of FIXED_LEN_BYTE_ARRAY, 0 for BYTE_ARRAY and BOOLEAN. */
  readonly width: number
  readonly logicalType: LogicalTag
  readonly encoding: 'PLAIN' | 'RLE_DICTIONARY' | 'BYTE_STREAM_SPLIT'
  readonly values: ColumnValues
  /** zstd level. The default is that of the file. */
  readonly compressionLevel?: number
  /** For a flat column: 1 if the row has a value. Absent if all have. */
  readonly present?: Uint8Array
  /**
   * For a list column: repetition and definition (0 null list, 1 empty list, 2 null element, 3 value) of each slot. Null if all are values.
   */
  readonly lists?: { readonly repetition: Uint8Array; readonly definition: Uint8Array | null }
}
