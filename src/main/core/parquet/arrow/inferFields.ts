/**
 * The Arrow fields of a Parquet schema: a type for each column, lists and maps in every shape that writers use, and the levels that define
 * their values. Source: Arrow C++, parquet/arrow/schema.cc
 */
import type { LogicalType } from '../schema/logicalType.ts'
import type { Leaf, SchemaNode, SchemaTree } from '../schema/schemaTree.ts'
import { ThriftError } from '../thrift/compactReader.ts'
import type { ArrowField, ArrowType } from './arrowType.ts'

/** Levels at which a field has a value, and its nesting depth in lists. */
export type LevelInfo = {
  readonly definition: number
  readonly repetition: number
  /** Definition level from which the innermost enclosing list has an element. */
  readonly ancestor: number
}

/** A field with the columns that it is read from. */
export type SchemaField = {
  readonly field: ArrowField
  readonly levels: LevelInfo
  /** Null for a field with children. */
  readonly leaf: number | null
  readonly children: readonly SchemaField[]
}

const TOP: LevelInfo = { definition: 0, repetition: 0, ancestor: 0 }

/**
 * The fields of a schema, one for each top-level column.
 * @throws ThriftError for a shape or a type that Arrow refuses
 */
export function inferFields(tree: SchemaTree): SchemaField[] {
  const infer = new Inference(tree.leaves)
  return tree.columns.map(node => {
    try {
      return infer.field(node, TOP, null)
    } catch (error) {
      throw error instanceof ThriftError ? new ThriftError(error.message, false, node.name) : error
    }
  })
}

class Inference {
  private readonly leaves: readonly Leaf[]

  constructor(leaves: readonly Leaf[]) {
    this.leaves = leaves
  }

  field(node: SchemaNode, levels: LevelInfo, parent: SchemaNode | null): SchemaField {
    if (node.kind === 'group') return this.group(node, levels, parent)
    const type = this.typeOf(node.leaf)
    if (node.repetition !== 'repeated') {
      const own = node.repetition === 'optional' ? optional(levels) : levels
      return { field: { name: node.name, isNullable: node.repetition === 'optional', type }, levels: own, leaf: node.leaf, children: [] }
    }
    const inside = repeated(levels)
    const item: SchemaField = { field: { name: node.name, isNullable: false, type }, levels: inside, leaf: node.leaf, children: [] }
    return listOf(node.name, false, item, inside, levels)
  }

  private typeOf(leaf: number): ArrowType {
    const descriptor = this.leaves[leaf]
    if (descriptor === undefined) throw new TypeError(`no column ${leaf}`)
    return arrowTypeOf(descriptor)
  }

  private group(node: Group, levels: LevelInfo, parent: SchemaNode | null): SchemaField {
    if (node.logical.kind === 'list') return this.list(node, levels, parent)
    if (node.logical.kind === 'map') return this.map(node, levels, parent)
    if (node.repetition !== 'repeated') return this.struct(node, node.repetition === 'optional' ? optional(levels) : levels)
    const inside = repeated(levels)
    return listOf(node.name, false, this.struct(node, inside), inside, levels)
  }

  /** @param levels of the struct itself, including its own repetition */
  private struct(node: Group, levels: LevelInfo): SchemaField {
    const children = node.children.map(child => this.field(child, levels, node))
    const type: ArrowType = { id: 'struct', fields: children.map(({ field }) => field) }
    return { field: { name: node.name, isNullable: node.repetition === 'optional', type }, levels, leaf: null, children }
  }

  private list(node: Group, outside: LevelInfo, parent: SchemaNode | null): SchemaField {
    const [child, more] = node.children
    if (child === undefined || more !== undefined) throw new ThriftError(`the list ${node.name} has ${node.children.length} children`)
    if (child.repetition !== 'repeated') throw new ThriftError(`the list ${node.name} has the element ${child.name}, which is not repeated`)
    const own = node.repetition === 'optional' ? optional(outside) : outside
    const inside = repeated(own)
    const item = this.listItem(node, child, inside, parent)
    return listOf(node.name, node.repetition === 'optional', item, inside, own)
  }

  private listItem(list: Group, child: SchemaNode, levels: LevelInfo, parent: SchemaNode | null): SchemaField {
    const twoLevels = (): void => {
      // As an element, such a list may only be nested in another list.
      if (list.repetition === 'repeated' && parent?.logical.kind !== 'list') throw new ThriftError(`the list ${list.name} is repeated`)
    }
    if (child.kind === 'column') {
      twoLevels()
      return {
        field: { name: child.name, isNullable: false, type: this.typeOf(child.leaf) },
        levels,
        leaf: child.leaf,
        children: []
      }
    }
    const [only, more] = child.children
    if (only === undefined) throw new ThriftError(`the list ${list.name} has no elements`)
    const isPlain = child.logical.kind === 'none'
    if (more !== undefined || (isPlain && (child.name === 'array' || child.name === `${list.name}_tuple`))) {
      twoLevels()
      return this.struct(child, levels)
    }
    if (!isPlain || only.repetition === 'repeated') {
      twoLevels()
      if (child.logical.kind === 'list') return this.list(child, levels, list)
      return child.logical.kind === 'map' ? this.map(child, levels, list) : this.struct(child, levels)
    }
    if (list.repetition === 'repeated') throw new ThriftError(`the list ${list.name} is repeated`)
    return this.field(only, levels, child)
  }

  private map(node: Group, outside: LevelInfo, parent: SchemaNode | null): SchemaField {
    const [entries, more] = node.children
    if (entries === undefined || more !== undefined) throw new ThriftError(`the map ${node.name} has ${node.children.length} children`)
    if (node.repetition === 'repeated' && parent?.logical.kind !== 'list') throw new ThriftError(`the map ${node.name} is repeated`)
    if (entries.repetition !== 'repeated' || entries.kind !== 'group') throw new ThriftError(`the map ${node.name} has no entries`)
    const [key, value, third] = entries.children
    if (key === undefined || third !== undefined) throw new ThriftError(`the entries of the map ${node.name} are not pairs`)
    if (key.repetition !== 'required') throw new ThriftError(`the keys of the map ${node.name} are nullable`)
    if (value === undefined) return this.list(node, outside, parent)
    const own = node.repetition === 'optional' ? optional(outside) : outside
    const inside = repeated(own)
    const children = [this.field(key, inside, entries), this.field(value, inside, entries)]
    const pairs: SchemaField = {
      field: { name: node.name, isNullable: false, type: { id: 'struct', fields: children.map(({ field }) => field) } },
      levels: inside,
      leaf: null,
      children
    }
    const type: ArrowType = { id: 'map', entries: pairs.field }
    return {
      field: { name: node.name, isNullable: node.repetition === 'optional', type },
      levels: { ...inside, ancestor: own.ancestor },
      leaf: null,
      children: [pairs]
    }
  }
}

type Group = SchemaNode & { readonly kind: 'group' }

function optional(levels: LevelInfo): LevelInfo {
  return { ...levels, definition: levels.definition + 1 }
}

function repeated({ definition, repetition }: LevelInfo): LevelInfo {
  return { definition: definition + 1, repetition: repetition + 1, ancestor: definition + 1 }
}

/** @param around levels of the container of the list */
function listOf(name: string, isNullable: boolean, item: SchemaField, inside: LevelInfo, around: LevelInfo): SchemaField {
  const type: ArrowType = { id: 'list', layout: 'plain', item: item.field }
  return { field: { name, isNullable, type }, levels: { ...inside, ancestor: around.ancestor }, leaf: null, children: [item] }
}

/**
 * The type that Arrow gives a column by its Parquet type alone.
 * @throws ThriftError for a decimal too large for any Arrow type
 */
function arrowTypeOf({ physicalType, logical, width }: Leaf): ArrowType {
  if (logical.kind === 'null') return { id: 'null' }
  switch (physicalType) {
    case 'BOOLEAN':
      return { id: 'bool' }
    case 'INT32':
    case 'INT64':
      return integerType(logical, physicalType === 'INT32' ? 32 : 64)
    case 'INT96':
      return { id: 'timestamp', unit: 'ns', zone: '' }
    case 'FLOAT':
      return { id: 'float', bits: 32 }
    case 'DOUBLE':
      return { id: 'float', bits: 64 }
    case 'BYTE_ARRAY':
      return bytesType(logical)
    case 'FIXED_LEN_BYTE_ARRAY':
      return fixedType(logical, width)
  }
}

function integerType(logical: LogicalType, bits: 32 | 64): ArrowType {
  switch (logical.kind) {
    case 'int':
      return { id: 'int', bits: logical.bits, isSigned: logical.isSigned }
    case 'date':
      return { id: 'date', bits: 32 }
    case 'time':
      return { id: 'time', unit: logical.unit }
    case 'timestamp':
      return { id: 'timestamp', unit: logical.unit, zone: logical.isUtc ? 'UTC' : '' }
    case 'decimal':
      return decimalType(logical.precision, logical.scale)
    default:
      return { id: 'int', bits, isSigned: true }
  }
}

function bytesType(logical: LogicalType): ArrowType {
  switch (logical.kind) {
    case 'string':
      return { id: 'string', layout: 'plain' }
    case 'json':
      return { id: 'extension', name: 'arrow.json', storage: { id: 'string', layout: 'plain' } }
    case 'decimal':
      return decimalType(logical.precision, logical.scale)
    default:
      return { id: 'binary', layout: 'plain' }
  }
}

function fixedType(logical: LogicalType, width: number): ArrowType {
  switch (logical.kind) {
    case 'decimal':
      return decimalType(logical.precision, logical.scale)
    case 'float16':
      return { id: 'float', bits: 16 }
    case 'uuid':
      return { id: 'extension', name: 'arrow.uuid', storage: { id: 'fixedBinary', width: 16 } }
    case 'timestamp':
      return { id: 'timestamp', unit: logical.unit, zone: logical.isUtc ? 'UTC' : '' }
    default:
      return { id: 'fixedBinary', width }
  }
}

/** The maximum number of digits of the widest decimal. */
const MOST_DIGITS = 76

function decimalType(precision: number, scale: number): ArrowType {
  if (precision > MOST_DIGITS) throw new ThriftError(`a decimal has ${precision} digits`)
  return { id: 'decimal', bits: precision <= 38 ? 128 : 256, precision, scale }
}
