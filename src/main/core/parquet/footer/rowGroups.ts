/** Row groups and column chunks: the location of each column's pages, checked against the file as Arrow checks it. */
import { counted } from '../../../../shared/text/numbers.ts'
import type { Limits } from '../../limits/limits.ts'
import { overLimit } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import type { Leaf } from '../schema/schemaTree.ts'
import { ThriftError } from '../thrift/compactReader.ts'
import type { ColumnChunkMetaData, RowGroupMetaData } from '../thrift/parquetStructs.ts'
import { type ColumnOrder, checkStatistics } from './checkStatistics.ts'

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
  /** Number of slots according to the footer, including nulls and empty lists. */
  readonly values: number
  readonly start: number
  readonly end: number
  readonly uncompressedBytes: number
  readonly statistics: ChunkStatistics | null
  /** Location of the chunk's page index. Null if there is none. */
  readonly pageIndex: { readonly start: number; readonly end: number } | null
  /** Whether pages of version 2 are compressed, regardless of their headers. */
  readonly isAlwaysCompressed: boolean
}

export type RowGroup = {
  readonly firstRow: number
  /** According to its columns, but not more than it declares. */
  readonly rows: number
  /** According to the footer. Arrow reads this number from each column that has it. */
  readonly declaredRows: number
  /** One for each leaf, in the same order. */
  readonly chunks: readonly ColumnChunk[]
}

export type ChunkContext = {
  readonly fileBytes: number
  readonly footerStart: number
  readonly padding: number
  readonly isAlwaysCompressed: boolean
  readonly hasOldStatistics: boolean
  /** One for each leaf. */
  readonly columnOrders: readonly ColumnOrder[]
  readonly limits: Limits
  /** Receives problems that do not prevent Arrow from reading the file. */
  note(oddity: string): void
}

/** @throws ThriftError if Arrow refuses it, ShardFault `unsupported_encoding`, `over_limit` */
export function parseRowGroup(group: RowGroupMetaData, leaves: readonly Leaf[], firstRow: number, context: ChunkContext): RowGroup {
  if (group.numRows < 0) throw new ThriftError(`a row group has ${group.numRows} rows`)
  if (group.columns.length > leaves.length) context.note('a row group has more columns than the schema')
  const chunks = leaves.map((leaf, i) => {
    const column = group.columns[i]
    if (column === undefined) throw new ThriftError(`a row group has ${group.columns.length} columns, but the schema has ${leaves.length}`)
    return parseChunk(column, leaf, context.columnOrders[i] ?? 'none', context)
  })
  const rows = rowsIn(group, chunks)
  // Arrow reserves memory for all declared rows, and may crash.
  if (group.numRows > context.limits.rowGroupRows) {
    throw overLimit('rowGroupRows', counted`a row group declares ${group.numRows} rows`, context.limits)
  }
  noteCounts(group, rows, chunks, context)
  return { firstRow, rows, declaredRows: group.numRows, chunks }
}

/**
 * The number of rows that Arrow reads: not more than the row group declares, and as many as its columns have. Most columns show this
 * number.
 */
function rowsIn({ numRows }: RowGroupMetaData, chunks: readonly ColumnChunk[]): number {
  const votes = new Map<number, number>()
  for (const { leaf, values } of chunks) {
    if (leaf.maxRepetition === 0) votes.set(Math.max(0, values), (votes.get(Math.max(0, values)) ?? 0) + 1)
  }
  let rows = numRows
  for (const [values, count] of votes) if (count > (votes.get(rows) ?? 0)) rows = values
  return Math.min(rows, numRows)
}

function noteCounts({ numRows }: RowGroupMetaData, rows: number, chunks: readonly ColumnChunk[], { note }: ChunkContext): void {
  if (numRows !== rows) note(`a row group declares ${numRows} rows, but its columns have ${rows}`)
  for (const { leaf, values } of chunks) {
    if (values < rows || (leaf.maxRepetition === 0 && values !== rows)) note(`column ${leaf.name} has ${values} values for ${rows} rows`)
  }
}

function parseChunk(column: ColumnChunkMetaData, leaf: Leaf, order: ColumnOrder, context: ChunkContext): ColumnChunk {
  if (column.cryptoMetaData !== undefined) {
    throw new ShardFault('unsupported_encoding', `the column ${leaf.name} is encrypted`, { column: leaf.name })
  }
  if (column.metaData === undefined) context.note(`column ${leaf.name} has no metadata`)
  const meta = column.metaData ?? NO_METADATA
  checkSizeStatistics(meta.sizeStatistics, leaf)
  if (meta.numValues > 0) checkStatistics(meta, leaf, order, context.hasOldStatistics)
  const codec = CODECS[meta.codec]
  if (codec === undefined) throw new ThriftError(`column ${leaf.name} has the codec ${meta.codec}, which does not exist`)
  const { start, end } = placeOf(meta, leaf, context)
  noteOddities(column, meta, leaf, context)
  return {
    leaf,
    codec,
    encodings: meta.encodings.flatMap(code => ENCODINGS[code] ?? []),
    values: meta.numValues,
    start,
    end,
    uncompressedBytes: meta.uncompressedSize,
    statistics: statisticsOf(meta),
    pageIndex: pageIndexOf(column, leaf, context),
    isAlwaysCompressed: context.isAlwaysCompressed
  }
}

type MetaData = NonNullable<ColumnChunkMetaData['metaData']>

/** The metadata that Arrow assumes for a column without any: a column without values. */
const NO_METADATA: MetaData = {
  type: 0,
  encodings: [],
  path: [],
  codec: 0,
  numValues: 0,
  uncompressedSize: 0,
  compressedSize: 0,
  keyValues: undefined,
  dataPageOffset: 0,
  indexPageOffset: undefined,
  dictionaryPageOffset: undefined,
  statistics: undefined,
  encodingStats: undefined,
  bloomFilterOffset: undefined,
  bloomFilterLength: undefined,
  sizeStatistics: undefined,
  geospatialStatistics: undefined
}

function placeOf(meta: MetaData, leaf: Leaf, { fileBytes, footerStart, padding, note }: ChunkContext): { start: number; end: number } {
  const dictionary = meta.dictionaryPageOffset ?? 0
  const start = dictionary > 0 && meta.dataPageOffset > dictionary ? dictionary : meta.dataPageOffset
  const end = start + meta.compressedSize
  if (start < 0 || meta.compressedSize < 0 || end > fileBytes) {
    throw new ThriftError(`column ${leaf.name} is at bytes ${start} to ${end}, outside the file of ${fileBytes} bytes`)
  }
  // For a column without values, writers record a meaningless location.
  if (meta.numValues !== 0 && (start < 4 || end > footerStart)) {
    note(`column ${leaf.name} is at bytes ${start} to ${end}, outside the data (4 to ${footerStart})`)
  }
  return { start, end: Math.min(end + padding, fileBytes) }
}

function noteOddities(column: ColumnChunkMetaData, meta: MetaData, leaf: Leaf, { note }: ChunkContext): void {
  const { name } = leaf
  if (column.filePath !== undefined) note(`column ${name} refers to another file`)
  if (meta.type !== leaf.physicalTypeCode) note(`column ${name} has a different type in a row group than in the schema`)
  const path = meta.path.map(part => Buffer.from(part).toString('utf8')).join('.')
  if (path !== leaf.path.join('.')) note(`a row group gives column ${name} the name ${JSON.stringify(path.slice(0, 80))}`)
}

/** Arrow compares the lengths of these histograms with the schema, and refuses the file if they differ. */
function checkSizeStatistics(sizes: MetaData['sizeStatistics'], leaf: Leaf): void {
  if (sizes === undefined) return
  const { name, physicalType, maxRepetition, maxDefinition } = leaf
  const misfit = (histogram: readonly number[] | undefined, highest: number): boolean =>
    histogram !== undefined && histogram.length > 0 && histogram.length !== highest + 1
  if (misfit(sizes.repetitionHistogram, maxRepetition) || misfit(sizes.definitionHistogram, maxDefinition)) {
    throw new ThriftError(`the size statistics of column ${name} do not match the number of its levels`)
  }
  if (sizes.byteArrayBytes !== undefined && physicalType !== 'BYTE_ARRAY') {
    throw new ThriftError(`the size statistics of column ${name} count bytes of texts, but its type is ${physicalType}`)
  }
}

function statisticsOf({ statistics }: MetaData): ChunkStatistics | null {
  if (statistics === undefined) return null
  return { min: statistics.minValue ?? null, max: statistics.maxValue ?? null, nulls: statistics.nullCount ?? null }
}

function pageIndexOf(column: ColumnChunkMetaData, leaf: Leaf, { footerStart, note }: ChunkContext): ColumnChunk['pageIndex'] {
  const { offsetIndexOffset: start, offsetIndexLength: length } = column
  if (start === undefined) return null
  const end = start + (length ?? 0)
  if (length === undefined || start < 4 || end <= start || end > footerStart) {
    note(`the page index of ${leaf.name} is at bytes ${start} to ${end}, outside the data (4 to ${footerStart})`)
    return null
  }
  return { start, end }
}

/** Notes chunks that share bytes. */
export function noteOverlaps(rowGroups: readonly RowGroup[], padding: number, note: (oddity: string) => void): void {
  const chunks = rowGroups
    .flatMap(group => group.chunks.filter(chunk => chunk.values > 0 && chunk.end > chunk.start))
    .sort((a, b) => a.start - b.start)
  let end = 0
  for (const chunk of chunks) {
    if (chunk.start < end - padding) note(`column ${chunk.leaf.name} overlaps another one at byte ${chunk.start}`)
    end = Math.max(end, chunk.end)
  }
}

/** The same footer with a corrected number of rows in a row group. */
export function withRows<F extends { readonly rows: number; readonly rowGroups: readonly RowGroup[] }>(
  footer: F,
  group: RowGroup,
  rows: number
): F {
  let firstRow = 0
  const rowGroups = footer.rowGroups.map(each => {
    const moved = { ...each, firstRow, rows: each === group ? rows : each.rows }
    firstRow += moved.rows
    return moved
  })
  return { ...footer, rows: firstRow, rowGroups }
}
