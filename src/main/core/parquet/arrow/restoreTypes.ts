/**
 * Restores types from the writer's own Arrow schema that a Parquet schema cannot express: time zones, durations, categories, offset widths,
 * fixed-size lists and extension types. Source: Arrow C++, parquet/arrow/schema.cc, ApplyOriginalMetadata
 */
import { type ArrowField, type ArrowType, childrenOf, sameType } from './arrowType.ts'
import type { SchemaField } from './inferFields.ts'

/** A field with the type of its writer. */
export function restore(origin: ArrowField, inferred: SchemaField): SchemaField {
  if (origin.type.id !== 'extension') return restoreStorage(origin.type, inferred)
  const { name, storage } = origin.type
  const stored = restoreStorage(storage, inferred)
  return canExtend(name, storage, stored.field.type) ? withType(stored, origin.type) : stored
}

function canExtend(name: string, storage: ArrowType, inferred: ArrowType): boolean {
  if (name === 'arrow.json') return inferred.id === 'extension' || inferred.id === 'string'
  if (name === 'arrow.uuid') return inferred.id === 'extension' || (inferred.id === 'fixedBinary' && inferred.width === 16)
  return sameType(storage, inferred)
}

function restoreStorage(origin: ArrowType, inferred: SchemaField): SchemaField {
  const field = restoreChildren(origin, inferred)
  const type = restoredType(origin, field.field.type)
  return type === null ? field : withType(field, type)
}

function withType(field: SchemaField, type: ArrowType): SchemaField {
  return { ...field, field: { ...field.field, type } }
}

/** Children that both types have. */
function restoreChildren(origin: ArrowType, inferred: SchemaField): SchemaField {
  const { type } = inferred.field
  const theirs = childrenOf(origin)
  if (theirs.length === 0 || theirs.length !== childrenOf(type).length || !isSameNesting(origin, type)) return inferred
  const children = inferred.children.map((child, i) => {
    const field = theirs[i]
    return field === undefined ? child : restore(field, child)
  })
  return { ...inferred, children, field: { ...inferred.field, type: nested(origin, type, children) } }
}

function isSameNesting(origin: ArrowType, inferred: ArrowType): boolean {
  if (inferred.id === 'list') return origin.id === 'list' || origin.id === 'fixedList'
  return (inferred.id === 'struct' || inferred.id === 'map') && origin.id === inferred.id
}

function nested(origin: ArrowType, inferred: ArrowType, children: readonly SchemaField[]): ArrowType {
  const fields = children.map(({ field }) => field)
  const [item] = fields
  if (inferred.id === 'struct') return { id: 'struct', fields }
  if (item === undefined) return inferred
  if (inferred.id === 'map') return { id: 'map', entries: item }
  if (origin.id === 'fixedList') return { id: 'fixedList', size: origin.size, item }
  return { id: 'list', layout: origin.id === 'list' ? origin.layout : 'plain', item }
}

/** The type that replaces the inferred one. Null if the writer's schema changes nothing. */
function restoredType(origin: ArrowType, inferred: ArrowType): ArrowType | null {
  if (origin.id === 'timestamp' && inferred.id === 'timestamp') {
    return inferred.zone === 'UTC' && origin.zone !== '' ? { ...inferred, zone: origin.zone } : null
  }
  if (origin.id === 'duration') return inferred.id === 'int' && inferred.bits === 64 && inferred.isSigned ? origin : null
  if (origin.id === 'dictionary') {
    const isBytes = (inferred.id === 'binary' || inferred.id === 'string') && inferred.layout === 'plain'
    return isBytes ? { id: 'dictionary', index: origin.index, value: inferred } : null
  }
  if ((origin.id === 'binary' || origin.id === 'string') && origin.id === inferred.id) return origin
  if (origin.id === 'decimal' && inferred.id === 'decimal') {
    const isSame = origin.precision === inferred.precision && origin.scale === inferred.scale
    return isSame && origin.bits !== inferred.bits ? origin : null
  }
  return null
}
