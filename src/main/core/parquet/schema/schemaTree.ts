/** The Parquet schema as a tree, and its leaves with the levels that distinguish values, nulls and list boundaries. */
import { counted } from '../../../../shared/text/numbers.ts'
import { type Limits, overLimit } from '../../limits/limits.ts'
import { ThriftError } from '../thrift/compactReader.ts'
import type { SchemaElement } from '../thrift/parquetStructs.ts'
import { columnType, groupType, type LogicalType, logicalName, NO_LOGICAL_TYPE, PHYSICAL_TYPES, type PhysicalType } from './logicalType.ts'

/** One column of values. */
export type Leaf = {
  readonly path: readonly string[]
  /** The top-level name. */
  readonly name: string
  readonly physicalType: PhysicalType
  readonly physicalTypeCode: number
  /** Bytes per value of FIXED_LEN_BYTE_ARRAY, else 0. */
  readonly width: number
  readonly logical: LogicalType
  /** The logical type's name in the Parquet specification, null if there is none. */
  readonly logicalType: string | null
  readonly maxDefinition: number
  readonly maxRepetition: number
  /** Definition level from which a list has an element (null or not). 0 for a column that is not a list. */
  readonly elementDefinition: number
}

export type Repetition = 'required' | 'optional' | 'repeated' | 'undefined'

/** A column or a group of columns. */
export type SchemaNode = {
  /** As text if it is UTF-8, else one character per byte. */
  readonly name: string
  /** GenoLeWM fails on a name that is not text. */
  readonly nameIsText: boolean
  readonly repetition: Repetition
  readonly logical: LogicalType
} & ({ readonly kind: 'column'; readonly leaf: number } | { readonly kind: 'group'; readonly children: readonly SchemaNode[] })

export type SchemaTree = {
  readonly columns: readonly SchemaNode[]
  readonly leaves: readonly Leaf[]
  /** Problems that do not prevent Arrow from reading the file. */
  readonly oddities: readonly string[]
}

type Levels = { readonly path: readonly string[]; readonly definition: number; readonly repetition: number; readonly element: number }

const ROOT: Levels = { path: [], definition: 0, repetition: 0, element: 0 }
const REPETITIONS: readonly Repetition[] = ['required', 'optional', 'repeated']

/**
 * Builds the tree from the footer's list of elements.
 * @param ignoresMisfits ignore a type that does not fit its column, where Arrow refuses the file
 * @throws ThriftError if Arrow refuses it, ShardFault `over_limit`
 */
export function readSchemaTree(elements: readonly SchemaElement[], limits: Limits, ignoresMisfits = false): SchemaTree {
  const typed = (read: () => LogicalType): LogicalType => {
    try {
      return read()
    } catch (error) {
      if (ignoresMisfits && error instanceof ThriftError) return NO_LOGICAL_TYPE
      throw error
    }
  }
  if (elements.length > limits.columns * 4) throw overLimit('columns', counted`its schema has ${elements.length} elements`, limits)
  const [root] = elements
  if (root === undefined) throw new ThriftError('the schema has no root')
  const leaves: Leaf[] = []
  const oddities: string[] = []
  let next = 1
  const childrenOf = (parent: SchemaElement, levels: Levels, depth: number): SchemaNode[] => {
    const count = parent.numChildren ?? 0
    if (count < 0) throw new ThriftError(`a group has ${count} children`)
    if (depth > limits.thriftDepth) throw overLimit('thriftDepth', counted`its schema is nested ${depth} levels deep`, limits)
    const nodes: SchemaNode[] = []
    for (let i = 0; i < count; i++) nodes.push(node(levels, depth))
    return nodes
  }
  const node = (parent: Levels, depth: number): SchemaNode => {
    const element = elements[next++]
    if (element === undefined) throw new ThriftError('the schema is incomplete')
    const { name, isText } = nameOf(element, limits)
    const repetition = REPETITIONS[element.repetition ?? 0] ?? 'undefined'
    if (element.repetition === undefined) oddities.push(`column ${name} has no repetition type`)
    const levels = enter(parent, name, repetition)
    const base = { name, nameIsText: isText, repetition }
    if (element.type === undefined || (element.numChildren ?? 0) !== 0) {
      const logical = typed(() => groupType(element))
      return { ...base, kind: 'group', logical, children: childrenOf(element, levels, depth + 1) }
    }
    const leaf = leafOf(element, element.type, levels, typed)
    leaves.push(leaf)
    return { ...base, kind: 'column', logical: leaf.logical, leaf: leaves.length - 1 }
  }
  typed(() => groupType(root))
  if ((root.numChildren ?? 0) === 0 && elements.length > 1) throw new ThriftError('the schema has columns but its root has none')
  const columns = childrenOf(root, ROOT, 1)
  if (next !== elements.length) oddities.push(`the schema uses ${next} of its ${elements.length} elements`)
  if (leaves.length > limits.columns) throw overLimit('columns', counted`it has ${leaves.length} columns`, limits)
  return { columns, leaves, oddities }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function nameOf({ name }: SchemaElement, limits: Limits): { readonly name: string; readonly isText: boolean } {
  if (name.length > limits.nameBytes) throw overLimit('nameBytes', counted`the name of a column has ${name.length} bytes`, limits)
  try {
    return { name: utf8.decode(name), isText: true }
  } catch {
    return { name: Buffer.from(name).toString('latin1'), isText: false }
  }
}

function enter(parent: Levels, name: string, repetition: Repetition): Levels {
  const isRepeated = repetition === 'repeated'
  const definition = parent.definition + (isRepeated || repetition === 'optional' ? 1 : 0)
  return {
    path: [...parent.path, name],
    definition,
    repetition: parent.repetition + (isRepeated ? 1 : 0),
    element: isRepeated ? definition : parent.element
  }
}

function leafOf(element: SchemaElement, type: number, levels: Levels, typed: (read: () => LogicalType) => LogicalType): Leaf {
  const physicalType = PHYSICAL_TYPES[type]
  const name = levels.path[0] ?? ''
  if (physicalType === undefined) throw new ThriftError(`physical type ${type} does not exist`)
  const width = physicalType === 'FIXED_LEN_BYTE_ARRAY' ? (element.typeLength ?? 0) : 0
  if (physicalType === 'FIXED_LEN_BYTE_ARRAY' && width < 1) throw new ThriftError(`column ${name} is ${width} bytes wide`)
  const logical = typed(() => columnType(element, physicalType, width))
  return {
    path: levels.path,
    name,
    physicalType,
    physicalTypeCode: type,
    width,
    logical,
    logicalType: logicalName(logical),
    maxDefinition: levels.definition,
    maxRepetition: levels.repetition,
    elementDefinition: levels.element
  }
}

/** Bytes per value in memory, 0 for variable-length values. BOOLEAN takes one. */
export function widthOf(leaf: Leaf): number {
  switch (leaf.physicalType) {
    case 'BOOLEAN':
      return 1
    case 'INT32':
    case 'FLOAT':
      return 4
    case 'INT64':
    case 'DOUBLE':
      return 8
    case 'INT96':
      return 12
    case 'FIXED_LEN_BYTE_ARRAY':
      return leaf.width
    case 'BYTE_ARRAY':
      return 0
  }
}
