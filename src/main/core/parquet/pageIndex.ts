/**
 * Where a chunk's pages lie and which rows each holds: with it one row costs one page. A file need not have it, and it is no more
 * trusted than the pages: a full look at a shard holds the two against each other.
 * Source: https://github.com/apache/parquet-format/blob/master/PageIndex.md
 */
import type { ColumnChunk } from './footer.ts'
import type { Limits } from './limits.ts'
import { ShardFault } from './shardFault.ts'
import type { ShardFile } from './shardFile.ts'
import { intField, readThriftStruct, structsField, ThriftError } from './thriftReader.ts'
import { type Field, writeThriftStruct } from './thriftWriter.ts'

/** One data page: bytes `start` to `end` of the file, header included, and its rows, counted from the row group's first. */
export type PagePlace = { readonly start: number; readonly end: number; readonly firstRow: number; readonly rows: number }

/**
 * The data pages of a chunk as its index has them; null where the file has none.
 * @param rows of the row group
 * @throws ShardFault `bad_page` for an index that cannot be right
 */
export function readPageIndex(file: ShardFile, chunk: ColumnChunk, rows: number, limits: Limits): PagePlace[] | null {
  const { pageIndex, leaf } = chunk
  if (pageIndex === null) return null
  try {
    const { struct } = readThriftStruct(file.read(pageIndex.start, pageIndex.end - pageIndex.start), limits)
    const pages = (structsField(struct, 1) ?? []).map(location => {
      const start = intField(location, 1) ?? -1
      return { start, end: start + (intField(location, 2) ?? -1), firstRow: intField(location, 3) ?? -1 }
    })
    const places = pages.map((page, i) => {
      const next = pages[i + 1]
      const place = { ...page, rows: (next?.firstRow ?? rows) - page.firstRow }
      const follows = i === 0 ? page.start >= chunk.start && page.firstRow === 0 : page.start === pages[i - 1]?.end
      if (!follows || place.rows < 0 || page.end <= page.start || page.end > chunk.end) {
        throw new ThriftError(`page ${i} would lie at bytes ${page.start} to ${page.end} and begin with row ${page.firstRow}`)
      }
      return place
    })
    // Arrow ends a chunk with a page that holds nothing.
    return places.filter(place => place.rows > 0)
  } catch (error) {
    if (!(error instanceof ThriftError)) throw error
    throw new ShardFault('bad_page', `the page index of ${leaf.name}: ${error.message}`, { column: leaf.name })
  }
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
