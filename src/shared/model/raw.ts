/** Any Parquet file as stored: schema, key-values, row groups, and some of its rows. */
import type { ColumnFacts } from './shard.ts'

/** A value as plain data: bytes in hex, times as ISO 8601 text, integers beyond 2^53 as decimal text, a group or a map by name. */
export type RawValue = null | boolean | number | string | readonly RawValue[] | ReadonlyMap<string, RawValue>

/** A leaf of the schema. */
export type RawColumn = ColumnFacts & {
  /** Name of the top-level column that contains it. */
  readonly topLevel: string
  /** Levels as in the Parquet format. Above 0, values can be missing or repeated. */
  readonly maxDefinition: number
  readonly maxRepetition: number
}

/** Why values are not in the rows. */
export type UnreadColumn = {
  /** The top-level column; null for all of them. */
  readonly column: string | null
  readonly severity: 'corrupt' | 'unsupported'
  /** A clause: "a page of x is damaged". */
  readonly reason: string
}

/** Some consecutive rows. */
export type RawRows = {
  /** Top-level columns that could be read, in the file's order. */
  readonly columns: readonly string[]
  /** For each row, a value for each of `columns`. */
  readonly cells: readonly (readonly RawValue[])[]
  readonly unread: readonly UnreadColumn[]
}

export type RawFile = RawRows & {
  /** One for each leaf of the schema. `columns` of the rows are the top-level names. */
  readonly leaves: readonly RawColumn[]
  /** `value` is text, or hex if the bytes are not UTF-8. */
  readonly keyValues: readonly { readonly key: string; readonly value: string | null; readonly bytes: number }[]
  readonly rowGroups: readonly RawRowGroup[]
  /** Number of rows of the file. */
  readonly rowCount: number
  readonly bytes: number
  readonly createdBy: string | null
}

export type RawRowGroup = {
  /** 0-based, in the file. */
  readonly firstRow: number
  readonly rows: number
  readonly compressedBytes: number
  readonly uncompressedBytes: number
}
