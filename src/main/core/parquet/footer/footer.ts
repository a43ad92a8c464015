/**
 * A shard's footer, as Arrow reads it. If Arrow refuses the file, this is a fault. If Arrow ignores a problem, it is recorded as a note,
 * and the fast reader is not used. All remaining offsets are inside the file, and all sizes are within the limits. Source:
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift and Arrow C++, parquet/metadata.cc
 */

import { counted } from '../../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import { Notes } from '../file/notes.ts'
import type { ShardFile } from '../file/shardFile.ts'
import { type Leaf, readSchemaTree, type SchemaTree } from '../schema/schemaTree.ts'
import { ThriftError } from '../thrift/compactReader.ts'
import { FileMetaData } from '../thrift/parquetStructs.ts'
import { readThrift } from '../thrift/structs.ts'
import type { ColumnOrder } from './checkStatistics.ts'
import { locateFooter, precedingFile } from './locate.ts'
import { noteOverlaps, parseRowGroup, type RowGroup } from './rowGroups.ts'
import { writerVersion } from './writerVersion.ts'

export {
  CODECS,
  type Codec,
  type ColumnChunk,
  ENCODINGS,
  type Encoding,
  type RowGroup
} from './rowGroups.ts'

export type ShardFooter = {
  readonly version: number
  readonly createdBy: string | null
  /** Of all row groups. */
  readonly rows: number
  readonly schema: SchemaTree
  readonly leaves: readonly Leaf[]
  readonly rowGroups: readonly RowGroup[]
  readonly keyValues: readonly { readonly key: string; readonly value: Uint8Array | null }[]
  /** Length of the Thrift structure. */
  readonly footerBytes: number
  /** Contradictions, and violations of the format, that do not prevent Arrow from reading the file. Usually empty. */
  readonly oddities: readonly string[]
  /** A better explanation of an unreadable file than the first error. */
  readonly explanation: ShardFault | null
}

/**
 * Reads and verifies the footer.
 * @param ignoresMisfits ignore a type that does not fit its column, where Arrow refuses the file
 * @throws ShardFault `not_parquet`, `cut_off`, `bad_footer`, `unsupported_encoding`, `over_limit`
 */
export function readFooter(file: ShardFile, limits: Limits, ignoresMisfits = false): ShardFooter {
  const place = locateFooter(file, limits)
  try {
    const { value, length, mistyped } = readThrift(FileMetaData, place.bytes, limits)
    const oddities = new Notes()
    if (length < place.bytes.length) oddities.add(`the footer ends after ${length} of its ${place.bytes.length} bytes`)
    for (const field of mistyped) oddities.add(`the footer's ${field} has the wrong type`)
    const footer = parseFooter(file, value, place.start, limits, oddities, ignoresMisfits)
    return { ...footer, footerBytes: place.bytes.length, oddities: oddities.list }
  } catch (error) {
    if (error instanceof ThriftError) throw new ShardFault('bad_footer', `the footer cannot be parsed: ${error.message}`)
    throw error
  }
}

function parseFooter(
  file: ShardFile,
  metadata: FileMetaData,
  footerStart: number,
  limits: Limits,
  oddities: Notes,
  ignoresMisfits: boolean
): Omit<ShardFooter, 'footerBytes' | 'oddities'> {
  const schema = readSchemaTree(metadata.schema, limits, ignoresMisfits)
  for (const oddity of schema.oddities) oddities.add(oddity)
  const { leaves } = schema
  if (metadata.columnOrders !== undefined && metadata.columnOrders.length !== leaves.length) {
    throw new ThriftError(`the footer has ${metadata.columnOrders.length} column orders for ${leaves.length} columns`)
  }
  if (metadata.rowGroups.length > limits.rowGroups) {
    throw overLimit('rowGroups', counted`it has ${metadata.rowGroups.length} row groups`, limits)
  }
  const createdBy = metadata.createdBy === undefined ? null : Buffer.from(metadata.createdBy)
  const writer = writerVersion(createdBy?.toString('latin1') ?? null)
  const columnOrders = leaves.map((_, i) => orderOf(metadata, i))
  const context = { fileBytes: file.bytes, footerStart, ...writer, columnOrders, limits, note: oddities.add }
  let rows = 0
  const rowGroups = metadata.rowGroups.map(group => {
    const parsed = parseRowGroup(group, leaves, rows, context)
    rows += parsed.rows
    return parsed
  })
  if (rows > limits.rows) throw overLimit('rows', counted`the shard says it has ${rows} rows`, limits)
  if (rows !== metadata.numRows) oddities.add(`the row groups have ${rows} rows, but the footer says ${metadata.numRows}`)
  noteOverlaps(rowGroups, writer.padding, oddities.add)
  const explanation = precedingFile(file, endOf(rowGroups), footerStart)
  if (explanation !== null) oddities.add('the file begins with another Parquet file')
  return {
    version: metadata.version,
    createdBy: createdBy?.toString('utf8') ?? null,
    rows,
    schema,
    leaves,
    rowGroups,
    keyValues: (metadata.keyValues ?? []).map(({ key, value }) => ({ key: Buffer.from(key).toString('utf8'), value: value ?? null })),
    explanation
  }
}

function orderOf({ columnOrders }: FileMetaData, leaf: number): ColumnOrder {
  if (columnOrders === undefined) return 'none'
  return columnOrders[leaf]?.typeOrder === undefined ? 'unknown' : 'type'
}

/** The end of the last range that the footer references. */
function endOf(rowGroups: readonly RowGroup[]): number {
  return rowGroups.reduce((last, group) => group.chunks.reduce((l, chunk) => Math.max(l, chunk.end, chunk.pageIndex?.end ?? 0), last), 4)
}
