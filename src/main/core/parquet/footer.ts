/**
 * A shard's footer, parsed and proven: after `readFooter` every offset lies inside the file, chunks are disjoint, counts agree
 * and sizes are within the limits, so that what reads pages need not ask again.
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { type Limits, overLimit } from './limits.ts'
import { type Leaf, readSchema } from './schema.ts'
import { ShardFault } from './shardFault.ts'
import type { ShardFile } from './shardFile.ts'
import {
  bytesField,
  intField,
  listField,
  readThriftStruct,
  structField,
  structsField,
  ThriftError,
  type ThriftStruct,
  textField
} from './thriftReader.ts'

export const CODECS = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const
export type Codec = (typeof CODECS)[number]

export const ENCODINGS = [
  'PLAIN',
  'GROUP_VAR_INT',
  'PLAIN_DICTIONARY',
  'RLE',
  'BIT_PACKED',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'RLE_DICTIONARY',
  'BYTE_STREAM_SPLIT'
] as const
export type Encoding = (typeof ENCODINGS)[number]

export type ChunkStatistics = {
  readonly min: Uint8Array | null
  readonly max: Uint8Array | null
  readonly nulls: number | null
}

/** One column's pages in one row group: bytes `start` to `end` of the file. */
export type ColumnChunk = {
  readonly leaf: Leaf
  readonly codec: Codec
  readonly encodings: readonly Encoding[]
  /** Slots, nulls and empty lists included. */
  readonly values: number
  readonly start: number
  readonly end: number
  readonly uncompressedBytes: number
  readonly statistics: ChunkStatistics | null
  /** Where the chunk's page index lies; null where there is none. */
  readonly pageIndex: { readonly start: number; readonly end: number } | null
}

export type RowGroup = {
  readonly firstRow: number
  readonly rows: number
  /** One for each leaf, in their order. */
  readonly chunks: readonly ColumnChunk[]
}

export type ShardFooter = {
  readonly version: number
  readonly createdBy: string | null
  readonly rows: number
  readonly leaves: readonly Leaf[]
  readonly rowGroups: readonly RowGroup[]
  readonly keyValues: readonly { readonly key: string; readonly value: Uint8Array | null }[]
  /** Length of the thrift structure. */
  readonly footerBytes: number
}

const TAIL_READ = 16 * 1024

/**
 * Reads and proves the footer.
 * @throws ShardFault `not_parquet`, `cut_off`, `bad_footer`, `unsupported_encoding`, `over_limit`
 */
export function readFooter(file: ShardFile, limits: Limits): ShardFooter {
  if (file.bytes === 0)
    throw new ShardFault('cut_off', 'the file is empty: its writer never got to the first byte', { details: { bytes: 0 } })
  const tailLength = Math.min(file.bytes, TAIL_READ)
  const tail = file.read(file.bytes - tailLength, tailLength)
  const head = file.bytes > TAIL_READ ? file.read(0, 4) : tail.subarray(0, 4)
  checkMagic(file, head, tail)
  const length = uint32(tail, tail.length - 8)
  if (length > file.bytes - 12) {
    throw new ShardFault('bad_footer', `the footer claims ${length} bytes, more than the file of ${file.bytes} bytes can hold`, {
      details: { footer_bytes: length, bytes: file.bytes }
    })
  }
  if (length > limits.footerBytes) {
    throw overLimit('footerBytes', `the footer takes ${length} bytes`, limits, { details: { footer_bytes: length } })
  }
  const start = file.bytes - 8 - length
  const bytes = length + 8 <= tail.length ? tail.subarray(tail.length - 8 - length, tail.length - 8) : file.read(start, length)
  try {
    const { struct, length: used } = readThriftStruct(bytes, limits)
    if (used !== length) throw new ThriftError(`the structure ends after ${used} of ${length} bytes`)
    const footer = parseFooter(struct, start, length, limits)
    checkGap(file, footer, start)
    return footer
  } catch (error) {
    if (error instanceof ThriftError) throw new ShardFault('bad_footer', `the footer cannot be parsed: ${error.message}`)
    throw error
  }
}

function uint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true)
}

function isMagic(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset] === 0x50 && bytes[offset + 1] === 0x41 && bytes[offset + 2] === 0x52 && bytes[offset + 3] === 0x31
}

function checkMagic(file: ShardFile, head: Uint8Array, tail: Uint8Array): void {
  const atHead = isMagic(head, 0)
  const atTail = isMagic(tail, tail.length - 4)
  if (atHead && atTail && file.bytes >= 12) return
  if (String.fromCharCode(...tail.subarray(-4)) === 'PARE') {
    throw new ShardFault('unsupported_encoding', 'the footer is encrypted')
  }
  if (!atHead) {
    const zero = head.every(byte => byte === 0) && tail.every(byte => byte === 0)
    const what = zero
      ? 'the file holds zero bytes where Parquet begins and ends: the disk lost what was written, and nothing is left of its rows'
      : 'the file is not Parquet at all: something else was saved under the name of a shard'
    throw new ShardFault('not_parquet', what, { details: { bytes: file.bytes, first_bytes: Buffer.from(head).toString('hex') } })
  }
  const trailing = trailingBytes(tail)
  if (trailing !== null) {
    throw new ShardFault('bad_footer', `${trailing} bytes follow the end of the Parquet file, so that no reader finds its footer`, {
      details: { trailing_bytes: trailing }
    })
  }
  throw new ShardFault('cut_off', 'the file begins as Parquet and has no end: it was cut off, and its footer is gone', {
    details: { bytes: file.bytes }
  })
}

/** How many bytes follow a complete footer that ends inside `tail`, or null. */
function trailingBytes(tail: Uint8Array): number | null {
  for (let end = tail.length - 1; end >= 8; end--) {
    if (!isMagic(tail, end - 4)) continue
    const length = uint32(tail, end - 8)
    if (length > 0 && length <= end - 8) return tail.length - end
  }
  return null
}

/** Two shards in one file: the last footer is whole, but its offsets count from the start of the second. */
function checkGap(file: ShardFile, footer: ShardFooter, footerStart: number): void {
  const end = footer.rowGroups.reduce(
    (last, group) => group.chunks.reduce((l, chunk) => Math.max(l, chunk.end, chunk.pageIndex?.end ?? 0), last),
    4
  )
  const gap = footerStart - end
  if (gap < 12) return
  const boundary = file.read(gap - 4, 8)
  if (isMagic(boundary, 0) && isMagic(boundary, 4)) {
    throw new ShardFault(
      'bad_footer',
      `another Parquet file of ${gap} bytes stands before this one in the same file, so that every offset of the footer points into it`,
      { details: { preceding_bytes: gap } }
    )
  }
}

function parseFooter(struct: ThriftStruct, footerStart: number, footerBytes: number, limits: Limits): ShardFooter {
  const rows = required(intField(struct, 3), 'num_rows')
  if (rows < 0) throw new ThriftError(`num_rows is ${rows}`)
  if (rows > limits.rows) throw overLimit('rows', `the shard says it has ${rows} rows`, limits)
  const leaves = readSchema(required(structsField(struct, 2), 'schema'), limits)
  const groups = required(structsField(struct, 4), 'row_groups')
  if (groups.length > limits.rowGroups) throw overLimit('rowGroups', `it has ${groups.length} row groups`, limits)
  let firstRow = 0
  const rowGroups = groups.map(group => {
    const parsed = parseRowGroup(group, leaves, firstRow, footerStart)
    if (parsed.rows > limits.rowGroupRows) throw overLimit('rowGroupRows', `a row group has ${parsed.rows} rows`, limits)
    firstRow += parsed.rows
    return parsed
  })
  if (firstRow !== rows) throw new ThriftError(`the row groups hold ${firstRow} rows, the footer says ${rows}`)
  checkDisjoint(rowGroups)
  return {
    version: required(intField(struct, 1), 'version'),
    createdBy: textField(struct, 6) ?? null,
    rows,
    leaves,
    rowGroups,
    keyValues: (structsField(struct, 5) ?? []).map(pair => ({
      key: required(textField(pair, 1), 'key'),
      value: bytesField(pair, 2) ?? null
    })),
    footerBytes
  }
}

function parseRowGroup(group: ThriftStruct, leaves: readonly Leaf[], firstRow: number, footerStart: number): RowGroup {
  const rows = required(intField(group, 3), 'row group num_rows')
  if (rows < 0) throw new ThriftError(`a row group has ${rows} rows`)
  const columns = required(structsField(group, 1), 'columns')
  if (columns.length !== leaves.length) throw new ThriftError(`a row group has ${columns.length} columns, the schema ${leaves.length}`)
  const chunks = columns.map((column, i) => {
    const leaf = leaves[i]
    if (leaf === undefined) throw new ThriftError('a column without a schema')
    return parseChunk(column, leaf, rows, footerStart)
  })
  return { firstRow, rows, chunks }
}

function parseChunk(column: ThriftStruct, leaf: Leaf, rows: number, footerStart: number): ColumnChunk {
  if (column.fields.has(1)) throw new ShardFault('unsupported_encoding', 'the column lies in another file', { column: leaf.name })
  if (column.fields.has(8)) throw new ShardFault('unsupported_encoding', 'the column is encrypted', { column: leaf.name })
  const meta = required(structField(column, 3), 'column metadata')
  if (intField(meta, 1) !== leaf.physicalTypeCode) throw new ThriftError(`column ${leaf.name} has another type than the schema says`)
  const path = (listField(meta, 3) ?? []).map(part => (part instanceof Uint8Array ? Buffer.from(part).toString('utf8') : '')).join('.')
  if (path !== leaf.path.join('.'))
    throw new ThriftError(`column ${leaf.name} stands where the footer says ${JSON.stringify(path.slice(0, 80))}`)
  const codec = CODECS[required(intField(meta, 4), 'codec')]
  if (codec === undefined) throw new ThriftError(`column ${leaf.name} has an unknown codec`)
  const values = required(intField(meta, 5), 'num_values')
  if (values < rows || (leaf.maxRepetition === 0 && values !== rows)) {
    throw new ThriftError(`column ${leaf.name} has ${values} values for ${rows} rows`)
  }
  const data = required(intField(meta, 9), 'data_page_offset')
  const dictionary = intField(meta, 11) ?? 0
  // pyarrow gives a column without values a dictionary and a data page at offset 0 that is not there.
  const start = dictionary > 0 ? (values === 0 ? dictionary : Math.min(data, dictionary)) : values === 0 ? Math.max(data, 4) : data
  const length = required(intField(meta, 7), 'total_compressed_size')
  if (start < 4 || length < 0 || start + length > footerStart) {
    throw new ThriftError(`column ${leaf.name} lies at bytes ${start} to ${start + length}, outside the data (4 to ${footerStart})`)
  }
  return {
    leaf,
    codec,
    encodings: (listField(meta, 2) ?? []).flatMap(code => (typeof code === 'number' ? (ENCODINGS[code] ?? []) : [])),
    values,
    start,
    end: start + length,
    uncompressedBytes: required(intField(meta, 6), 'total_uncompressed_size'),
    statistics: parseStatistics(structField(meta, 12)),
    pageIndex: parsePageIndex(column, leaf, footerStart)
  }
}

function parsePageIndex(column: ThriftStruct, leaf: Leaf, footerStart: number): ColumnChunk['pageIndex'] {
  const start = intField(column, 4)
  if (start === undefined) return null
  const end = start + required(intField(column, 5), 'offset_index_length')
  if (start < 4 || end <= start || end > footerStart) {
    throw new ThriftError(`the page index of ${leaf.name} lies at bytes ${start} to ${end}, outside the data (4 to ${footerStart})`)
  }
  return { start, end }
}

function parseStatistics(struct: ThriftStruct | undefined): ChunkStatistics | null {
  if (struct === undefined) return null
  return { min: bytesField(struct, 6) ?? null, max: bytesField(struct, 5) ?? null, nulls: intField(struct, 3) ?? null }
}

function checkDisjoint(rowGroups: readonly RowGroup[]): void {
  const chunks = rowGroups.flatMap(group => group.chunks.filter(chunk => chunk.end > chunk.start)).sort((a, b) => a.start - b.start)
  let end = 0
  for (const chunk of chunks) {
    if (chunk.start < end) throw new ThriftError(`column ${chunk.leaf.name} overlaps another one at byte ${chunk.start}`)
    end = Math.max(end, chunk.end)
  }
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new ThriftError(`${name} is missing`)
  return value
}
