/**
 * A Parquet file out of typed columns: zstd, data pages v1 with checksums that end at row borders, statistics, one row group for
 * each 1,048,576 rows, as pyarrow would lay it out. Knows no layout; `encodeShard` says which columns a shard has.
 * Source: https://github.com/apache/parquet-format
 */
import { constants, crc32, zstdCompressSync } from 'node:zlib'
import type { ColumnInput, ColumnValues, LogicalTag } from './columnInput.ts'
import { encodeBitLevels, encodeHybrid } from './encodeHybrid.ts'
import { CODECS, ENCODINGS, type Encoding } from './footer.ts'
import { PHYSICAL_TYPES } from './schema.ts'
import { type Statistics, statisticsOf } from './statistics.ts'
import { type Field, writeThriftStruct } from './thriftWriter.ts'

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
const PAGE_BYTES = 1024 * 1024
const MAGIC = Buffer.from('PAR1')
const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const OPTIONAL = 1
const REPEATED = 2

/**
 * Encodes a file.
 * @returns its bytes, in pieces to be written one behind the other
 */
export function encodeParquet(input: ParquetInput): Uint8Array[] {
  const pieces: Uint8Array[] = [MAGIC]
  const cursors = input.columns.map(startCursor)
  let offset = MAGIC.length
  const groups: Field[][] = []
  for (let row = 0; row < input.rows || row === 0; row += ROW_GROUP_ROWS) {
    const rows = Math.min(ROW_GROUP_ROWS, input.rows - row)
    if (rows === 0) break
    const start = offset
    const chunks = input.columns.map((column, i) => {
      const cursor = cursors[i]
      if (cursor === undefined) throw new TypeError('a column without a cursor')
      const chunk = encodeChunk(column, take(column, cursor, rows), offset, input)
      pieces.push(...chunk.pieces)
      offset += chunk.compressed
      return chunk
    })
    groups.push(rowGroup(chunks, rows, start, groups.length))
  }
  const footer = writeThriftStruct([
    [1, 2],
    [2, { list: schemaOf(input.columns) }],
    [3, { i64: input.rows }],
    [4, { list: groups.map(struct => ({ struct })) }],
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

/** Where the next row group's part of a column starts. */
type Cursor = { slot: number; value: number }
/** A row group's part of a column. */
type Part = {
  readonly slots: number
  readonly values: ColumnValues
  readonly count: number
  readonly repetition: Uint8Array | null
  readonly definition: Uint8Array | null
}

function startCursor(): Cursor {
  return { slot: 0, value: 0 }
}

function take(column: ColumnInput, cursor: Cursor, rows: number): Part {
  const from = cursor.slot
  const to = column.lists === undefined ? from + rows : slotAfter(column.lists.repetition, from, rows)
  const definition = column.lists?.definition.subarray(from, to) ?? column.present?.subarray(from, to) ?? null
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

function countOf(levels: Uint8Array, level: number): number {
  let count = 0
  for (const each of levels) if (each === level) count++
  return count
}

function cut(column: ColumnInput, from: number, to: number): ColumnValues {
  const { values } = column
  if (values.kind === 'fixed') return { kind: 'fixed', bytes: values.bytes.subarray(from * column.width, to * column.width) }
  if (values.kind === 'binary') return { kind: 'binary', values: values.values.slice(from, to) }
  return { kind: 'booleans', values: values.values.subarray(from, to) }
}

type EncodedChunk = {
  readonly pieces: Uint8Array[]
  readonly compressed: number
  readonly meta: readonly Field[]
}

function encodeChunk(column: ColumnInput, part: Part, start: number, input: ParquetInput): EncodedChunk {
  const pieces: Uint8Array[] = []
  let compressed = 0
  let uncompressed = 0
  const push = (page: EncodedPage): void => {
    pieces.push(page.header, page.body)
    compressed += page.header.length + page.body.length
    uncompressed += page.header.length + page.uncompressed
  }
  const dictionary = column.encoding === 'RLE_DICTIONARY' && part.values.kind !== 'booleans' ? buildDictionary(column, part.values) : null
  if (dictionary !== null) push(dictionaryPage(dictionary.page, dictionary.size, input))
  const dataOffset = start + compressed
  for (const page of dataPages(column, part, dictionary?.indices ?? null, dictionary?.size ?? 0)) push(dataPage(column, page, input))
  const encodings: Encoding[] = dictionary === null ? [column.encoding, 'RLE'] : ['PLAIN', 'RLE', 'RLE_DICTIONARY']
  const meta: Field[] = [
    [1, PHYSICAL_TYPES.indexOf(column.physicalType)],
    [2, { list: encodings.map(name => ENCODINGS.indexOf(name)) }],
    [3, { list: pathOf(column) }],
    [4, CODECS.indexOf('ZSTD')],
    [5, { i64: part.slots }],
    [6, { i64: uncompressed }],
    [7, { i64: compressed }],
    [9, { i64: dataOffset }],
    [11, dictionary === null ? undefined : { i64: start }],
    [12, { struct: statisticsFields(statisticsOf(column, part.values, part.slots - part.count)) }]
  ]
  return { pieces, compressed, meta }
}

function statisticsFields({ min, max, nulls }: Statistics): Field[] {
  return [
    [3, { i64: nulls }],
    [5, max ?? undefined],
    [6, min ?? undefined]
  ]
}

function pathOf(column: ColumnInput): string[] {
  return column.lists === undefined ? [column.name] : [column.name, 'list', 'element']
}

function rowGroup(chunks: readonly EncodedChunk[], rows: number, start: number, ordinal: number): Field[] {
  const compressed = chunks.reduce((sum, chunk) => sum + chunk.compressed, 0)
  const uncompressed = chunks.reduce((sum, chunk) => {
    const field = chunk.meta.find(([id]) => id === 6)?.[1]
    return sum + (typeof field === 'object' && 'i64' in field ? Number(field.i64) : 0)
  }, 0)
  return [
    [
      1,
      {
        list: chunks.map(chunk => ({
          struct: [
            [2, { i64: 0 }],
            [3, { struct: chunk.meta }]
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

type Dictionary = { readonly page: Uint8Array; readonly size: number; readonly indices: Uint32Array }

function buildDictionary(column: ColumnInput, values: Exclude<ColumnValues, { kind: 'booleans' }>): Dictionary {
  const { width } = column
  const count = values.kind === 'binary' ? values.values.length : values.bytes.length / width
  const indices = new Uint32Array(count)
  const seen = new Map<string, number>()
  const entries: Uint8Array[] = []
  for (let i = 0; i < count; i++) {
    const value = values.kind === 'binary' ? values.values[i] : values.bytes.subarray(i * width, (i + 1) * width)
    if (value === undefined) throw new TypeError('a value is missing')
    const key = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
    let index = seen.get(key)
    if (index === undefined) {
      index = entries.length
      seen.set(key, index)
      entries.push(value)
    }
    indices[i] = index
  }
  return { page: values.kind === 'binary' ? plainBinary(entries) : Buffer.concat(entries), size: entries.length, indices }
}

/** A data page before compression. */
type RawPage = {
  readonly slots: number
  readonly repetition: Uint8Array | null
  readonly definition: Uint8Array | null
  readonly body: Uint8Array
}

/** Cuts a chunk into pages of about 1 MiB that begin with a row. */
function* dataPages(column: ColumnInput, part: Part, indices: Uint32Array | null, dictionarySize: number): Generator<RawPage> {
  const width = Math.max(column.width, 1)
  const perPage = indices !== null || column.values.kind !== 'fixed' ? part.slots : Math.max(1, Math.floor(PAGE_BYTES / width))
  let value = 0
  for (let from = 0; from < part.slots; ) {
    const to = pageEnd(part, from, perPage)
    const definition = part.definition?.subarray(from, to) ?? null
    const count = definition === null ? to - from : countOf(definition, part.repetition === null ? 1 : 3)
    const values = cut({ ...column, values: part.values }, value, value + count)
    yield {
      slots: to - from,
      repetition: part.repetition?.subarray(from, to) ?? null,
      definition,
      body: indices === null ? encodeValues(column, values) : encodeIndices(indices.subarray(value, value + count), dictionarySize)
    }
    value += count
    from = to
  }
}

function pageEnd(part: Part, from: number, perPage: number): number {
  if (part.slots - from <= perPage) return part.slots
  if (part.repetition === null) return from + perPage
  const before = part.repetition.lastIndexOf(0, from + perPage)
  if (before > from) return before
  const after = part.repetition.indexOf(0, from + 1)
  return after === -1 ? part.slots : after
}

function encodeIndices(indices: Uint32Array, dictionarySize: number): Uint8Array {
  const bitWidth = 32 - Math.clz32(Math.max(dictionarySize - 1, 0))
  return Buffer.concat([Uint8Array.of(bitWidth), encodeHybrid(indices, bitWidth)])
}

function encodeValues(column: ColumnInput, values: ColumnValues): Uint8Array {
  if (values.kind === 'binary') return plainBinary(values.values)
  if (values.kind === 'booleans') return packBits(values.values)
  return column.encoding === 'BYTE_STREAM_SPLIT' ? splitStreams(values.bytes, column.width) : values.bytes
}

function plainBinary(values: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    values.flatMap(value => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(value.length)
      return [length, value]
    })
  )
}

function packBits(values: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(values.length / 8))
  for (let i = 0; i < values.length; i++) out[i >>> 3] = (out[i >>> 3] ?? 0) | ((values[i] ?? 0) << (i & 7))
  return out
}

function splitStreams(bytes: Uint8Array, width: number): Uint8Array {
  const count = bytes.length / width
  const out = new Uint8Array(bytes.length)
  for (let i = 0; i < count; i++) {
    for (let stream = 0; stream < width; stream++) out[stream * count + i] = bytes[i * width + stream] ?? 0
  }
  return out
}

type EncodedPage = { readonly header: Uint8Array; readonly body: Uint8Array; readonly uncompressed: number }

function compressPage(raw: Uint8Array, type: number, rest: Field, input: ParquetInput): EncodedPage {
  const body = zstdCompressSync(raw, { params: { [constants.ZSTD_c_compressionLevel]: input.compressionLevel ?? 9 } })
  const header = writeThriftStruct([
    [1, type],
    [2, raw.length],
    [3, body.length],
    [4, input.checksums === false ? undefined : crc32(body) | 0],
    rest
  ])
  return { header, body, uncompressed: raw.length }
}

function dictionaryPage(raw: Uint8Array, count: number, input: ParquetInput): EncodedPage {
  const struct: Field[] = [
    [1, count],
    [2, ENCODINGS.indexOf('PLAIN')]
  ]
  return compressPage(raw, DICTIONARY_PAGE, [7, { struct }], input)
}

function dataPage(column: ColumnInput, page: RawPage, input: ParquetInput): EncodedPage {
  const RLE = ENCODINGS.indexOf('RLE')
  const struct: Field[] = [
    [1, page.slots],
    [2, ENCODINGS.indexOf(column.encoding)],
    [3, RLE],
    [4, RLE]
  ]
  const levels = [
    ...(page.repetition === null ? [] : [prefixed(encodeBitLevels(page.repetition, page.slots, 1))]),
    prefixed(encodeBitLevels(page.definition, page.slots, column.lists === undefined ? 1 : 3))
  ]
  return compressPage(Buffer.concat([...levels, page.body]), DATA_PAGE, [5, { struct }], input)
}

function prefixed(bytes: Uint8Array): Uint8Array {
  const out = Buffer.alloc(bytes.length + 4)
  out.writeUInt32LE(bytes.length)
  out.set(bytes, 4)
  return out
}

const UTF8 = 0
const LIST = 3
const INT_8 = 15

/** The logical types by their two spellings: the union's field and, where there is one, the older converted type. */
function logicalFields(tag: LogicalTag): Field[] {
  switch (tag) {
    case null:
      return []
    case 'STRING':
      return [
        [6, UTF8],
        [10, { struct: [[1, { struct: [] }]] }]
      ]
    case 'INT8':
      return [
        [6, INT_8],
        [
          10,
          {
            struct: [
              [
                10,
                {
                  struct: [
                    [1, { i8: 8 }],
                    [2, true]
                  ]
                }
              ]
            ]
          }
        ]
      ]
    case 'FLOAT16':
      return [[10, { struct: [[15, { struct: [] }]] }]]
  }
}

function schemaOf(columns: readonly ColumnInput[]): { struct: Field[] }[] {
  const root: Field[] = [
    [3, 0],
    [4, 'schema'],
    [5, columns.length]
  ]
  return [{ struct: root }, ...columns.flatMap(schemaColumn)]
}

function schemaColumn(column: ColumnInput): { struct: Field[] }[] {
  const leaf = (name: string): { struct: Field[] } => ({
    struct: [
      [1, PHYSICAL_TYPES.indexOf(column.physicalType)],
      [2, column.physicalType === 'FIXED_LEN_BYTE_ARRAY' ? column.width : undefined],
      [3, OPTIONAL],
      [4, name],
      ...logicalFields(column.logicalType)
    ]
  })
  if (column.lists === undefined) return [leaf(column.name)]
  return [
    {
      struct: [
        [3, OPTIONAL],
        [4, column.name],
        [5, 1],
        [6, LIST],
        [10, { struct: [[3, { struct: [] }]] }]
      ]
    },
    {
      struct: [
        [3, REPEATED],
        [4, 'list'],
        [5, 1]
      ]
    },
    leaf('element')
  ]
}
