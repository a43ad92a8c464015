/**
 * Encodes typed columns as a Parquet file like pyarrow would: zstd, data pages v1 with checksums that end at row boundaries, statistics,
 * and one row group per 1,048,576 rows. Independent of layouts. `encodeShard` defines the columns of a shard. Source:
 * https://github.com/apache/parquet-format
 */

import { encodePageIndex, type PagePlace } from '../fast/pageIndex.ts'
import { CODECS, ENCODINGS, type Encoding } from '../footer/footer.ts'
import { PHYSICAL_TYPES } from '../schema/logicalType.ts'
import { type Field, writeThriftStruct } from '../thrift/thriftWriter.ts'
import type { ColumnInput } from './columnInput.ts'
import {
  buildDictionary,
  compressPages,
  countOf,
  cut,
  dataPage,
  dataPages,
  dictionaryPage,
  type Part,
  rowsOf,
  type UncompressedPage
} from './encodePages.ts'
import { pathOf, schemaOf } from './encodeSchema.ts'
import { type Statistics, statisticsOf } from './statistics.ts'

export type ParquetInput = {
  readonly rows: number
  readonly columns: readonly ColumnInput[]
  readonly keyValues: readonly { readonly key: string; readonly value: string }[]
  readonly createdBy: string
  readonly compressionLevel?: number
  /** Page checksums; on by default. */
  readonly checksums?: boolean
}

const ROW_GROUP_ROWS = 1_048_576
/** zstd level for columns without their own. */
const LEVEL = 9
const MAGIC = Buffer.from('PAR1')

/**
 * Encodes a file.
 * @returns its bytes, in consecutive pieces
 */
export function encodeParquet(input: ParquetInput): Uint8Array[] {
  const plan = planGroups(input)
  const pages = plan.flatMap(({ chunks }) => chunks.flatMap(chunk => chunk.pages))
  return layOut(input, plan, compressPages(pages))
}

/** A row group before its pages are compressed. */
type PlannedGroup = { readonly rows: number; readonly chunks: readonly PlannedChunk[] }

function planGroups(input: ParquetInput): PlannedGroup[] {
  const cursors = input.columns.map(startCursor)
  const groups: PlannedGroup[] = []
  for (let row = 0; row < input.rows; row += ROW_GROUP_ROWS) {
    const rows = Math.min(ROW_GROUP_ROWS, input.rows - row)
    const chunks = input.columns.map((column, i) => {
      const cursor = cursors[i]
      if (cursor === undefined) throw new TypeError('a column without a cursor')
      return planChunk(column, take(column, cursor, rows), input)
    })
    groups.push({ rows, chunks })
  }
  return groups
}

/** @param bodies of all pages, in order */
function layOut(input: ParquetInput, plan: readonly PlannedGroup[], bodies: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = [MAGIC]
  let offset = MAGIC.length
  let next = 0
  const groups = plan.map(({ rows, chunks }) => {
    const start = offset
    const encoded = chunks.map(chunk => {
      const done = encodeChunk(chunk, bodies.slice(next, next + chunk.pages.length), offset)
      next += chunk.pages.length
      pieces.push(...done.pieces)
      offset += done.compressed
      return done
    })
    return { rows, start, chunks: encoded }
  })
  const structs = groups.map(({ chunks, rows, start }, ordinal) => {
    const indexes = chunks.map(({ places }) => {
      const index = encodePageIndex(places)
      pieces.push(index)
      offset += index.length
      return { start: offset - index.length, bytes: index.length }
    })
    return rowGroup(chunks, indexes, rows, start, ordinal)
  })
  const footer = writeThriftStruct([
    [1, 2],
    [2, { list: schemaOf(input.columns) }],
    [3, { i64: input.rows }],
    [4, { list: structs.map(struct => ({ struct })) }],
    [
      5,
      {
        list: input.keyValues.map(({ key, value }) => ({
          struct: [
            [1, key],
            [2, value]
          ] satisfies Field[]
        }))
      }
    ],
    [6, input.createdBy],
    [7, { list: input.columns.map(() => ({ struct: [[1, { struct: [] }]] satisfies Field[] })) }]
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  pieces.push(footer, length, MAGIC)
  return pieces
}

/** The start of a column's part in the next row group. */
type Cursor = { slot: number; value: number }
function startCursor(): Cursor {
  return { slot: 0, value: 0 }
}

function take(column: ColumnInput, cursor: Cursor, rows: number): Part {
  const from = cursor.slot
  const to = column.lists === undefined ? from + rows : slotAfter(column.lists.repetition, from, rows)
  const definition = column.lists?.definition?.subarray(from, to) ?? column.present?.subarray(from, to) ?? null
  const full = column.lists === undefined ? 1 : 3
  const count = definition === null ? to - from : countOf(definition, full)
  const values = cut(column, cursor.value, cursor.value + count)
  cursor.slot = to
  cursor.value += count
  return { slots: to - from, values, count, repetition: column.lists?.repetition.subarray(from, to) ?? null, definition }
}

function slotAfter(repetition: Uint8Array, from: number, rows: number): number {
  let at = from
  for (let row = 0; row < rows; row++) {
    const next = repetition.indexOf(0, at + 1)
    at = next === -1 ? repetition.length : next
  }
  return at
}

/** A column's part of a row group before compression: its dictionary, if it has one, then its data. */
type PlannedChunk = {
  readonly column: ColumnInput
  readonly part: Part
  readonly pages: readonly UncompressedPage[]
  readonly hasDictionary: boolean
  /** Number of rows in each data page. */
  readonly pageRows: readonly number[]
}

function planChunk(column: ColumnInput, part: Part, input: ParquetInput): PlannedChunk {
  const options = { level: input.compressionLevel ?? column.compressionLevel ?? LEVEL, checksums: input.checksums !== false }
  const dictionary = column.encoding === 'RLE_DICTIONARY' && part.values.kind !== 'booleans' ? buildDictionary(column, part.values) : null
  const data = [...dataPages(column, part, dictionary?.indices ?? null, dictionary?.size ?? 0)]
  const pages = data.map(page => dataPage(column, page, options))
  if (dictionary !== null) pages.unshift(dictionaryPage(dictionary.page, dictionary.size, options))
  return { column, part, pages, hasDictionary: dictionary !== null, pageRows: data.map(rowsOf) }
}

type EncodedChunk = {
  readonly pieces: Uint8Array[]
  readonly compressed: number
  readonly meta: readonly Field[]
  /** Location of its data pages. */
  readonly places: readonly PagePlace[]
}

function encodeChunk(chunk: PlannedChunk, bodies: readonly Uint8Array[], start: number): EncodedChunk {
  const { column, part, hasDictionary, pageRows } = chunk
  const pieces: Uint8Array[] = []
  const ends: number[] = []
  let compressed = 0
  let uncompressed = 0
  for (const [i, { raw, header: headerOf }] of chunk.pages.entries()) {
    const body = bodies[i]
    if (body === undefined) throw new TypeError('a page without a body')
    const header = headerOf(body)
    pieces.push(header, body)
    compressed += header.length + body.length
    uncompressed += header.length + raw.length
    ends.push(start + compressed)
  }
  const dataOffset = hasDictionary ? (ends[0] ?? start) : start
  const dataEnds = hasDictionary ? ends.slice(1) : ends
  let firstRow = 0
  const places = dataEnds.map((end, i) => {
    const rows = pageRows[i] ?? 0
    firstRow += rows
    return { start: dataEnds[i - 1] ?? dataOffset, end, firstRow: firstRow - rows, rows }
  })
  const encodings: Encoding[] = hasDictionary ? ['PLAIN', 'RLE', 'RLE_DICTIONARY'] : [column.encoding, 'RLE']
  const meta: Field[] = [
    [1, PHYSICAL_TYPES.indexOf(column.physicalType)],
    [2, { list: encodings.map(name => ENCODINGS.indexOf(name)) }],
    [3, { list: pathOf(column) }],
    [4, CODECS.indexOf('ZSTD')],
    [5, { i64: part.slots }],
    [6, { i64: uncompressed }],
    [7, { i64: compressed }],
    [9, { i64: dataOffset }],
    [11, hasDictionary ? { i64: start } : undefined],
    [12, { struct: statisticsFields(statisticsOf(column, part.values, part.slots - part.count)) }]
  ]
  return { pieces, compressed, meta, places }
}

function statisticsFields({ min, max, nulls }: Statistics): Field[] {
  return [
    [3, { i64: nulls }],
    [5, max ?? undefined],
    [6, min ?? undefined]
  ]
}

type IndexPlace = { readonly start: number; readonly bytes: number }

function rowGroup(chunks: readonly EncodedChunk[], indexes: readonly IndexPlace[], rows: number, start: number, ordinal: number): Field[] {
  const compressed = chunks.reduce((sum, chunk) => sum + chunk.compressed, 0)
  const uncompressed = chunks.reduce((sum, chunk) => {
    const field = chunk.meta.find(([id]) => id === 6)?.[1]
    return sum + (typeof field === 'object' && 'i64' in field ? Number(field.i64) : 0)
  }, 0)
  return [
    [
      1,
      {
        list: chunks.map((chunk, i) => ({
          struct: [
            [2, { i64: 0 }],
            [3, { struct: chunk.meta }],
            [4, { i64: indexes[i]?.start ?? 0 }],
            [5, indexes[i]?.bytes ?? 0]
          ] satisfies Field[]
        }))
      }
    ],
    [2, { i64: uncompressed }],
    [3, { i64: rows }],
    [5, { i64: start }],
    [6, { i64: compressed }],
    [7, ordinal]
  ]
}
