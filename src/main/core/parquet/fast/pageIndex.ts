/**
 * The location and the rows of each page of a chunk, so that reading one row takes one page. The index is optional and is not trusted more
 * than the pages. A complete reading compares the two. Source: https://github.com/apache/parquet-format/blob/master/PageIndex.md
 */

import type { Limits } from '../../limits/limits.ts'
import type { ShardFile } from '../file/shardFile.ts'
import type { ColumnChunk } from '../footer/rowGroups.ts'
import type { Note } from '../pages/pages.ts'
import { ThriftError } from '../thrift/compactReader.ts'
import { OffsetIndex } from '../thrift/parquetStructs.ts'
import { readThrift } from '../thrift/structs.ts'
import { type Field, writeThriftStruct } from '../thrift/thriftWriter.ts'

/** One data page: bytes `start` to `end` of the file, including its header, and its rows, counted from the first row of the row group. */
export type PagePlace = { readonly start: number; readonly end: number; readonly firstRow: number; readonly rows: number }

/**
 * The data pages of a chunk according to its index. Null if the file has none, or an invalid one.
 * @param rows of the row group
 * @param note receives the reason why an index is invalid
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
      throw new ThriftError(`page ${i} would be at bytes ${start} to ${place.end} and begin with row ${firstRow}`)
    }
    return place
  })
  // Arrow ends a chunk with an empty page.
  return places.filter(place => place.rows > 0)
}

/** A chunk's page index as stored. */
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
