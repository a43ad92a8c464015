/**
 * Statistics of a chunk as far as Arrow cannot do without: of columns of numbers it decodes them, and refuses the file where it cannot.
 * Source: Arrow C++, parquet/metadata.cc, MakeColumnStats, and parquet/arrow/reader_internal.cc, AttachStatistics
 */
import { type Leaf, widthOf } from '../schema/schemaTree.ts'
import { ThriftError } from '../thrift/compactReader.ts'
import type { ColumnChunkMetaData } from '../thrift/parquetStructs.ts'

type MetaData = NonNullable<ColumnChunkMetaData['metaData']>

/** How the footer says that a column is ordered: not at all, as its type says, or in a way that is not known. */
export type ColumnOrder = 'none' | 'type' | 'unknown'

const NUMBERS: ReadonlySet<string> = new Set(['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE'])

/**
 * @param isOld the writer is one whose statistics Arrow does not trust
 * @throws ThriftError for what Arrow refuses
 */
export function checkStatistics({ statistics, type }: MetaData, leaf: Leaf, order: ColumnOrder, isOld: boolean): void {
  const { logical, physicalType, name } = leaf
  if (statistics === undefined || !NUMBERS.has(physicalType) || logical.kind === 'decimal' || logical.kind === 'null') return
  const isSigned = logical.kind !== 'int' || logical.isSigned
  const [min, max] = limitsOf(statistics, isSigned, order)
  if (isOld && !isSigned && (min === undefined || max === undefined || Buffer.compare(min, max) !== 0)) return
  if (type !== leaf.physicalTypeCode) throw new ThriftError(`column ${name} has statistics of another type than its own`)
  if (min === undefined || max === undefined) return
  for (const value of [min, max]) {
    if (value.length < widthOf(leaf))
      throw new ThriftError(`column ${name} has statistics of ${value.length} bytes, ${physicalType} has ${widthOf(leaf)}`)
  }
}

type Limits = readonly [min: Uint8Array | undefined, max: Uint8Array | undefined]

function limitsOf(statistics: NonNullable<MetaData['statistics']>, isSigned: boolean, order: ColumnOrder): Limits {
  if (order === 'type') return [statistics.minValue, statistics.maxValue]
  return order === 'none' && isSigned ? [statistics.min, statistics.max] : [undefined, undefined]
}
