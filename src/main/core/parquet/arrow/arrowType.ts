/** Arrow types that a Parquet file can have: from its own schema, or from the one that a writer stored in `ARROW:schema`. */
import type { TimeUnit } from '../schema/logicalType.ts'

export type ByteLayout = 'plain' | 'large' | 'view'
export type ListLayout = ByteLayout | 'largeView'

export type ArrowType =
  | { readonly id: 'null' | 'bool' }
  | { readonly id: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly isSigned: boolean }
  | { readonly id: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly id: 'decimal'; readonly bits: 32 | 64 | 128 | 256; readonly precision: number; readonly scale: number }
  | { readonly id: 'binary' | 'string'; readonly layout: ByteLayout }
  | { readonly id: 'fixedBinary'; readonly width: number }
  | { readonly id: 'date'; readonly bits: 32 | 64 }
  | { readonly id: 'time' | 'duration'; readonly unit: TimeUnit }
  | { readonly id: 'timestamp'; readonly unit: TimeUnit; readonly zone: string }
  | { readonly id: 'list'; readonly layout: ListLayout; readonly item: ArrowField }
  | { readonly id: 'fixedList'; readonly size: number; readonly item: ArrowField }
  | { readonly id: 'struct'; readonly fields: readonly ArrowField[] }
  | { readonly id: 'map'; readonly entries: ArrowField }
  | { readonly id: 'dictionary'; readonly index: ArrowType; readonly value: ArrowType }
  | { readonly id: 'extension'; readonly name: string; readonly storage: ArrowType }
  /** A type that no column of a Parquet file is read as. */
  | { readonly id: 'other'; readonly name: string; readonly children: number }

export type ArrowField = { readonly name: string; readonly isNullable: boolean; readonly type: ArrowType }

/** Children of a type, in Arrow's order. */
export function childrenOf(type: ArrowType): readonly ArrowField[] {
  switch (type.id) {
    case 'list':
    case 'fixedList':
      return [type.item]
    case 'struct':
      return type.fields
    case 'map':
      return [type.entries]
    case 'extension':
      return childrenOf(type.storage)
    default:
      return []
  }
}

/** Whether two types are equal, including field names of structs. */
export function sameType(a: ArrowType, b: ArrowType): boolean {
  if (a.id !== b.id) return false
  const left = childrenOf(a)
  const right = childrenOf(b)
  if (left.length !== right.length) return false
  const isStruct = a.id === 'struct'
  const sameChildren = left.every((field, i) => {
    const other = right[i]
    return (
      other !== undefined &&
      (!isStruct || field.name === other.name) &&
      field.isNullable === other.isNullable &&
      sameType(field.type, other.type)
    )
  })
  return sameChildren && sameParameters(a, b)
}

function sameParameters(a: ArrowType, b: ArrowType): boolean {
  const text = (type: ArrowType): string =>
    JSON.stringify(type, (key, value) => (['item', 'fields', 'entries', 'storage'].includes(key) ? undefined : value))
  return text(a) === text(b)
}
