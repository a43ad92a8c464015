/**
 * Chunk statistics, as far as Arrow requires them. Arrow decodes those of numeric columns, and refuses the file if it cannot. Source: Arrow
 * C++, parquet/metadata.cc, MakeColumnStats, and parquet/arrow/reader_internal.cc, AttachStatistics
 */
import { type Leaf, widthOf } from '../schema/schemaTree.ts'
import { ThriftError } from '../thrift/compactReader.ts'
import type { ColumnChunkMetaData } from '../thrift/parquetStructs.ts'

type MetaData = NonNullable<ColumnChunkMetaData['metaData']>

/** The order of a column's values according to the footer: undefined, that of the type, or unknown. */
export type ColumnOrder = 'none' | 'type' | 'unknown'

const NUMBERS: ReadonlySet<string> = new Set(['BOOLEAN', 'INT32', 'INT64', 'FLOAT', 'DOUBLE'])

/**
 * @param isOld Arrow does not trust the statistics of this writer
 * @throws ThriftError if Arrow refuses them
 */
export function checkStatistics({ statistics, type }: MetaData, leaf: Leaf, order: ColumnOrder, isOld: boolean): void {
  const { logical, physicalType, name } = leaf
  if (statistics === undefined || !NUMBERS.has(physicalType) || logical.kind === 'decimal' || logical.kind === 'null') return
  const isSigned = logical.kind !== 'int' || logical.isSigned
  const [min, max] = limitsOf(statistics, isSigned, order)
  if (isOld && !isSigned && (min === undefined || max === undefined || Buffer.compare(min, max) !== 0)) return
  if (type !== leaf.physicalTypeCode) throw new ThriftError(`column ${name} has statistics of another type`)
  if (min === undefined || max === undefined) return
  for (const value of [min, max]) {
    if (value.length < widthOf(leaf))
      throw new ThriftError(`column ${name} has statistics of ${value.length} bytes, but ${physicalType} has ${widthOf(leaf)}`)
  }
}

type Limits = readonly [min: Uint8Array | undefined, max: Uint8Array | undefined]

function limitsOf(statistics: NonNullable<MetaData['statistics']>, isSigned: boolean, order: ColumnOrder): Limits {
  if (order === 'type') return [statistics.minValue, statistics.maxValue]
  return order === 'none' && isSigned ? [statistics.min, statistics.max] : [undefined, undefined]
}
