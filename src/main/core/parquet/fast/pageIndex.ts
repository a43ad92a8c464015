/**
 * Where a chunk's pages lie and which rows each holds: with it one row costs one page. A file need not have it, and it is no more
 * trusted than the pages: a full look at a shard holds the two against each other.
 * Source: https://github.com/apache/parquet-format/blob/master/PageIndex.md
 */

import type { Limits } from '../../limits/limits.ts'
import type { ShardFile } from '../file/shardFile.ts'
import type { ColumnChunk } from '../footer/rowGroups.ts'
import type { Note } from '../pages/pages.ts'
import { ThriftError } from '../thrift/compactReader.ts'
import { OffsetIndex } from '../thrift/parquetStructs.ts'
import { readThrift } from '../thrift/structs.ts'
import { type Field, writeThriftStruct } from '../thrift/thriftWriter.ts'

/** One data page: bytes `start` to `end` of the file, header included, and its rows, counted from the row group's first. */
export type PagePlace = { readonly start: number; readonly end: number; readonly firstRow: number; readonly rows: number }

/**
 * The data pages of a chunk as its index has them; null where the file has none that can be right.
 * @param rows of the row group
 * @param note told why an index that is there cannot be right
 */
export function readPageIndex(file: ShardFile, chunk: ColumnChunk, rows: number, limits: Limits, note?: Note): PagePlace[] | null {
  const { pageIndex, leaf } = chunk
  if (pageIndex === null) return null
  try {
    const { value } = readThrift(OffsetIndex, file.read(pageIndex.start, pageIndex.end - pageIndex.start), limits)
    return placesOf(value, chunk, rows)
  } catch (error) {
    if (!(error instanceof ThriftError)) throw error
    note?.(`the page index of ${leaf.name} is damaged: ${error.message}`)
    return null
  }
}

function placesOf({ pages }: OffsetIndex, chunk: ColumnChunk, rows: number): PagePlace[] {
  const places = pages.map(({ offset: start, compressedSize, firstRow }, i) => {
    const place = { start, end: start + compressedSize, firstRow, rows: (pages[i + 1]?.firstRow ?? rows) - firstRow }
    const before = pages[i - 1]
    const follows = before === undefined ? start >= chunk.start && firstRow === 0 : start === before.offset + before.compressedSize
    if (!follows || place.rows < 0 || place.end <= start || place.end > chunk.end) {
      throw new ThriftError(`page ${i} would lie at bytes ${start} to ${place.end} and begin with row ${firstRow}`)
    }
    return place
  })
  // Arrow ends a chunk with a page that holds nothing.
  return places.filter(place => place.rows > 0)
}

/** A chunk's page index as it is written. */
export function encodePageIndex(pages: readonly PagePlace[]): Uint8Array {
  const locations = pages.map(({ start, end, firstRow }) => ({
    struct: [
      [1, { i64: start }],
      [2, end - start],
      [3, { i64: firstRow }]
    ] satisfies Field[]
  }))
  return writeThriftStruct([[1, { list: locations }]])
}
