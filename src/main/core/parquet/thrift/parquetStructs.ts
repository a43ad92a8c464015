/**
 * The structs of Parquet's footer, page headers and page indexes, as far as they describe rows or make Arrow refuse a file. Other fields
 * are skipped like unknown ones, except for structs that must be well formed. Source:
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { binary, bool, double, i8, i32, i64, list, optional, type Read, required, struct } from './structs.ts'

const empty = struct('empty', {})

const SizeStatistics = struct('SizeStatistics', {
  byteArrayBytes: optional(1, i64),
  repetitionHistogram: optional(2, list(i64)),
  definitionHistogram: optional(3, list(i64))
})

const BoundingBox = struct('BoundingBox', {
  xmin: required(1, double),
  xmax: required(2, double),
  ymin: required(3, double),
  ymax: required(4, double),
  zmin: optional(5, double),
  zmax: optional(6, double),
  mmin: optional(7, double),
  mmax: optional(8, double)
})

const GeospatialStatistics = struct('GeospatialStatistics', { bbox: optional(1, BoundingBox), types: optional(2, list(i32)) })

const Statistics = struct('Statistics', {
  max: optional(1, binary),
  min: optional(2, binary),
  nullCount: optional(3, i64),
  distinctCount: optional(4, i64),
  maxValue: optional(5, binary),
  minValue: optional(6, binary),
  isMaxExact: optional(7, bool),
  isMinExact: optional(8, bool),
  nanCount: optional(9, i64)
})

const DecimalType = struct('DecimalType', { scale: required(1, i32), precision: required(2, i32) })
const TimeUnit = struct('TimeUnit', { millis: optional(1, empty), micros: optional(2, empty), nanos: optional(3, empty) })
const TimeType = struct('TimeType', { isAdjustedToUtc: required(1, bool), unit: required(2, TimeUnit) })
const TimestampType = struct('TimestampType', { isAdjustedToUtc: required(1, bool), unit: required(2, TimeUnit) })
const IntType = struct('IntType', { bitWidth: required(1, i8), isSigned: required(2, bool) })

const LogicalType = struct('LogicalType', {
  string: optional(1, empty),
  map: optional(2, empty),
  list: optional(3, empty),
  enum: optional(4, empty),
  decimal: optional(5, DecimalType),
  date: optional(6, empty),
  time: optional(7, TimeType),
  timestamp: optional(8, TimestampType),
  integer: optional(10, IntType),
  unknown: optional(11, empty),
  json: optional(12, empty),
  bson: optional(13, empty),
  uuid: optional(14, empty),
  float16: optional(15, empty),
  variant: optional(16, struct('VariantType', { version: optional(1, i8) })),
  geometry: optional(17, struct('GeometryType', { crs: optional(1, binary) })),
  geography: optional(18, struct('GeographyType', { crs: optional(1, binary), algorithm: optional(2, i32) }))
})

const SchemaElement = struct('SchemaElement', {
  type: optional(1, i32),
  typeLength: optional(2, i32),
  repetition: optional(3, i32),
  name: required(4, binary),
  numChildren: optional(5, i32),
  convertedType: optional(6, i32),
  scale: optional(7, i32),
  precision: optional(8, i32),
  fieldId: optional(9, i32),
  logicalType: optional(10, LogicalType)
})

const KeyValue = struct('KeyValue', { key: required(1, binary), value: optional(2, binary) })
const PageEncodingStats = struct('PageEncodingStats', { pageType: required(1, i32), encoding: required(2, i32), count: required(3, i32) })

const ColumnMetaData = struct('ColumnMetaData', {
  type: required(1, i32),
  encodings: required(2, list(i32)),
  path: required(3, list(binary)),
  codec: required(4, i32),
  numValues: required(5, i64),
  uncompressedSize: required(6, i64),
  compressedSize: required(7, i64),
  keyValues: optional(8, list(KeyValue)),
  dataPageOffset: required(9, i64),
  indexPageOffset: optional(10, i64),
  dictionaryPageOffset: optional(11, i64),
  statistics: optional(12, Statistics),
  encodingStats: optional(13, list(PageEncodingStats)),
  bloomFilterOffset: optional(14, i64),
  bloomFilterLength: optional(15, i32),
  sizeStatistics: optional(16, SizeStatistics),
  geospatialStatistics: optional(17, GeospatialStatistics)
})

const EncryptionWithColumnKey = struct('EncryptionWithColumnKey', { path: required(1, list(binary)), keyMetadata: optional(2, binary) })
const ColumnCryptoMetaData = struct('ColumnCryptoMetaData', {
  footerKey: optional(1, empty),
  columnKey: optional(2, EncryptionWithColumnKey)
})

const ColumnChunk = struct('ColumnChunk', {
  filePath: optional(1, binary),
  fileOffset: required(2, i64),
  metaData: optional(3, ColumnMetaData),
  offsetIndexOffset: optional(4, i64),
  offsetIndexLength: optional(5, i32),
  columnIndexOffset: optional(6, i64),
  columnIndexLength: optional(7, i32),
  cryptoMetaData: optional(8, ColumnCryptoMetaData),
  encryptedMetaData: optional(9, binary)
})

const SortingColumn = struct('SortingColumn', { column: required(1, i32), isDescending: required(2, bool), nullsFirst: required(3, bool) })

const RowGroup = struct('RowGroup', {
  columns: required(1, list(ColumnChunk)),
  totalByteSize: required(2, i64),
  numRows: required(3, i64),
  sortingColumns: optional(4, list(SortingColumn)),
  fileOffset: optional(5, i64),
  compressedSize: optional(6, i64)
})

const ColumnOrder = struct('ColumnOrder', { typeOrder: optional(1, empty), totalOrder: optional(2, empty) })
const AesGcm = struct('AesGcmV1', {
  aadPrefix: optional(1, binary),
  aadFileUnique: optional(2, binary),
  supplyAadPrefix: optional(3, bool)
})
const EncryptionAlgorithm = struct('EncryptionAlgorithm', { aesGcm: optional(1, AesGcm), aesGcmCtr: optional(2, AesGcm) })

export const FileMetaData = struct('FileMetaData', {
  version: required(1, i32),
  schema: required(2, list(SchemaElement)),
  numRows: required(3, i64),
  rowGroups: required(4, list(RowGroup)),
  keyValues: optional(5, list(KeyValue)),
  createdBy: optional(6, binary),
  columnOrders: optional(7, list(ColumnOrder)),
  encryptionAlgorithm: optional(8, EncryptionAlgorithm),
  footerSigningKeyMetadata: optional(9, binary)
})

const DataPageHeader = struct('DataPageHeader', {
  numValues: required(1, i32),
  encoding: required(2, i32),
  definitionEncoding: required(3, i32),
  repetitionEncoding: required(4, i32),
  statistics: optional(5, Statistics)
})

const DataPageHeaderV2 = struct('DataPageHeaderV2', {
  numValues: required(1, i32),
  numNulls: required(2, i32),
  numRows: required(3, i32),
  encoding: required(4, i32),
  definitionBytes: required(5, i32),
  repetitionBytes: required(6, i32),
  isCompressed: optional(7, bool),
  statistics: optional(8, Statistics)
})

const DictionaryPageHeader = struct('DictionaryPageHeader', {
  numValues: required(1, i32),
  encoding: required(2, i32),
  isSorted: optional(3, bool)
})

export const PageHeader = struct('PageHeader', {
  type: required(1, i32),
  uncompressedSize: required(2, i32),
  compressedSize: required(3, i32),
  crc: optional(4, i32),
  dataPage: optional(5, DataPageHeader),
  indexPage: optional(6, empty),
  dictionaryPage: optional(7, DictionaryPageHeader),
  dataPageV2: optional(8, DataPageHeaderV2)
})

const PageLocation = struct('PageLocation', { offset: required(1, i64), compressedSize: required(2, i32), firstRow: required(3, i64) })
export const OffsetIndex = struct('OffsetIndex', { pages: required(1, list(PageLocation)), byteArrayBytes: optional(2, list(i64)) })

export type FileMetaData = Read<typeof FileMetaData>
export type SchemaElement = Read<typeof SchemaElement>
export type LogicalTypeUnion = Read<typeof LogicalType>
export type RowGroupMetaData = Read<typeof RowGroup>
export type ColumnChunkMetaData = Read<typeof ColumnChunk>
export type PageHeader = Read<typeof PageHeader>
export type OffsetIndex = Read<typeof OffsetIndex>
