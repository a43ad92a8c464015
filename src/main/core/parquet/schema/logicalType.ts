/**
 * The meaning of a column's values, from its logical type or the older converted type, with Arrow's rules: a logical type that does not fit
 * its column is ignored, and a converted type that does not fit makes Arrow refuse the file. Source:
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
import { ThriftError } from '../thrift/compactReader.ts'
import type { LogicalTypeUnion, SchemaElement } from '../thrift/parquetStructs.ts'

export const PHYSICAL_TYPES = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'] as const
export type PhysicalType = (typeof PHYSICAL_TYPES)[number]

export type TimeUnit = 's' | 'ms' | 'us' | 'ns'

export type LogicalType =
  | { readonly kind: 'none' | 'string' | 'map' | 'list' | 'enum' | 'date' | 'interval' | 'null' | 'json' | 'bson' | 'uuid' | 'float16' }
  | { readonly kind: 'geometry' | 'geography' | 'variant' | 'undefined' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'time' | 'timestamp'; readonly isUtc: boolean; readonly unit: TimeUnit }
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean }

export const NO_LOGICAL_TYPE: LogicalType = { kind: 'none' }

/** Whether the type is for groups. */
function isNested({ kind }: LogicalType): boolean {
  return kind === 'list' || kind === 'map' || kind === 'variant'
}

/**
 * The logical type of a column.
 * @throws ThriftError if Arrow refuses it
 */
export function columnType(element: SchemaElement, physical: PhysicalType, width: number): LogicalType {
  const { logicalType, convertedType } = element
  if (logicalType !== undefined) {
    const type = ofUnion(logicalType)
    return fits(type, physical, width) ? type : NO_LOGICAL_TYPE
  }
  if (convertedType === undefined) return NO_LOGICAL_TYPE
  const type = ofConverted(convertedType, element)
  if (!convertedFits(type, physical, width)) throw new ThriftError(`${describe(type)} cannot annotate ${physical}`)
  return type
}

/**
 * The logical type of a group.
 * @throws ThriftError if Arrow refuses it
 */
export function groupType({ logicalType, convertedType, precision, scale }: SchemaElement): LogicalType {
  if (logicalType === undefined && convertedType === undefined) return NO_LOGICAL_TYPE
  const type = logicalType !== undefined ? ofUnion(logicalType) : ofConverted(convertedType ?? 0, { precision, scale })
  if (!isNested(type)) throw new ThriftError(`${describe(type)} cannot annotate a group`)
  return type
}

/** The name in the Parquet specification. Null if there is none. */
export function logicalName(type: LogicalType): string | null {
  if (type.kind === 'none') return null
  if (type.kind === 'int') return type.isSigned ? 'INTEGER' : 'UNSIGNED'
  return type.kind === 'null' ? 'UNKNOWN' : type.kind === 'undefined' ? 'OTHER' : type.kind.toUpperCase()
}

function describe(type: LogicalType): string {
  return logicalName(type) ?? 'no logical type'
}

function ofUnion(union: LogicalTypeUnion): LogicalType {
  if (union.string !== undefined) return { kind: 'string' }
  if (union.map !== undefined) return { kind: 'map' }
  if (union.list !== undefined) return { kind: 'list' }
  if (union.enum !== undefined) return { kind: 'enum' }
  if (union.decimal !== undefined) return decimal(union.decimal.precision, union.decimal.scale)
  if (union.date !== undefined) return { kind: 'date' }
  if (union.time !== undefined) return { kind: 'time', isUtc: union.time.isAdjustedToUtc, unit: unitOf(union.time.unit) }
  if (union.timestamp !== undefined) {
    return { kind: 'timestamp', isUtc: union.timestamp.isAdjustedToUtc, unit: unitOf(union.timestamp.unit) }
  }
  if (union.integer !== undefined) return int(union.integer.bitWidth, union.integer.isSigned)
  if (union.unknown !== undefined) return { kind: 'null' }
  if (union.json !== undefined) return { kind: 'json' }
  if (union.bson !== undefined) return { kind: 'bson' }
  if (union.uuid !== undefined) return { kind: 'uuid' }
  if (union.float16 !== undefined) return { kind: 'float16' }
  if (union.geometry !== undefined) return { kind: 'geometry' }
  if (union.geography !== undefined) return { kind: 'geography' }
  return { kind: union.variant === undefined ? 'undefined' : 'variant' }
}

type UnitUnion = { readonly millis?: unknown; readonly micros?: unknown; readonly nanos?: unknown }

function unitOf({ millis, micros, nanos }: UnitUnion): TimeUnit {
  if (millis !== undefined) return 'ms'
  if (micros !== undefined) return 'us'
  if (nanos !== undefined) return 'ns'
  throw new ThriftError('a time without a unit')
}

function decimal(precision: number, scale: number): LogicalType {
  if (precision < 1 || scale < 0 || scale > precision) throw new ThriftError(`a decimal of precision ${precision} and scale ${scale}`)
  return { kind: 'decimal', precision, scale }
}

function int(bits: number, isSigned: boolean): LogicalType {
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) throw new ThriftError(`an integer of ${bits} bits`)
  return { kind: 'int', bits, isSigned }
}

const DECIMAL = 5
/** By converted type number. 24 was once a type for nulls. */
const CONVERTED = new Map<number, LogicalType>([
  [0, { kind: 'string' }],
  [1, { kind: 'map' }],
  [2, { kind: 'map' }],
  [3, { kind: 'list' }],
  [4, { kind: 'enum' }],
  [6, { kind: 'date' }],
  [7, { kind: 'time', isUtc: true, unit: 'ms' }],
  [8, { kind: 'time', isUtc: true, unit: 'us' }],
  [9, { kind: 'timestamp', isUtc: true, unit: 'ms' }],
  [10, { kind: 'timestamp', isUtc: true, unit: 'us' }],
  [11, { kind: 'int', bits: 8, isSigned: false }],
  [12, { kind: 'int', bits: 16, isSigned: false }],
  [13, { kind: 'int', bits: 32, isSigned: false }],
  [14, { kind: 'int', bits: 64, isSigned: false }],
  [15, { kind: 'int', bits: 8, isSigned: true }],
  [16, { kind: 'int', bits: 16, isSigned: true }],
  [17, { kind: 'int', bits: 32, isSigned: true }],
  [18, { kind: 'int', bits: 64, isSigned: true }],
  [19, { kind: 'json' }],
  [20, { kind: 'bson' }],
  [21, { kind: 'interval' }],
  [24, { kind: 'null' }]
])

function ofConverted(code: number, { precision, scale }: Pick<SchemaElement, 'precision' | 'scale'>): LogicalType {
  if (code === DECIMAL) return decimal(precision ?? 0, scale ?? 0)
  const type = CONVERTED.get(code)
  if (type === undefined) throw new ThriftError(`converted type ${code} does not exist`)
  return type
}

/** Whether a logical type can annotate such a column. */
function fits(type: LogicalType, physical: PhysicalType, width: number): boolean {
  switch (type.kind) {
    case 'none':
    case 'null':
      return true
    case 'string':
    case 'enum':
    case 'json':
    case 'bson':
    case 'geometry':
    case 'geography':
      return physical === 'BYTE_ARRAY'
    case 'date':
      return physical === 'INT32'
    case 'time':
      return type.unit === 'ms' ? physical === 'INT32' : physical === 'INT64'
    case 'timestamp':
      return physical === 'INT64' || (physical === 'FIXED_LEN_BYTE_ARRAY' && width === 12)
    case 'int':
      return type.bits === 64 ? physical === 'INT64' : physical === 'INT32'
    case 'uuid':
      return physical === 'FIXED_LEN_BYTE_ARRAY' && width === 16
    case 'float16':
      return physical === 'FIXED_LEN_BYTE_ARRAY' && width === 2
    case 'interval':
      return physical === 'FIXED_LEN_BYTE_ARRAY' && width === 12
    case 'decimal':
      return decimalFits(type.precision, physical, width)
    case 'list':
    case 'map':
    case 'variant':
    case 'undefined':
      return false
  }
}

function decimalFits(precision: number, physical: PhysicalType, width: number): boolean {
  switch (physical) {
    case 'INT32':
      return precision <= 9
    case 'INT64':
      return precision <= 18
    case 'BYTE_ARRAY':
      return true
    case 'FIXED_LEN_BYTE_ARRAY':
      return precision <= Math.floor(Math.log10(2) * (8 * width - 1))
    default:
      return false
  }
}

/** The same for a converted type, which is not checked against the number of digits. */
function convertedFits(type: LogicalType, physical: PhysicalType, width: number): boolean {
  if (type.kind === 'decimal') return ['INT32', 'INT64', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'].includes(physical)
  if (type.kind === 'timestamp') return physical === 'INT64'
  return fits(type, physical, width)
}
