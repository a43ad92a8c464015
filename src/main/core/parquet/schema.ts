/** The Parquet schema as its leaves, each with the levels that tell values, nulls and list borders apart. */
import { type Limits, overLimit } from './limits.ts'
import { boolField, intField, structField, ThriftError, type ThriftStruct, textField } from './thriftReader.ts'

export const PHYSICAL_TYPES = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED_LEN_BYTE_ARRAY'] as const
export type PhysicalType = (typeof PHYSICAL_TYPES)[number]

/** One column of values. */
export type Leaf = {
  readonly path: readonly string[]
  /** The top-level name. */
  readonly name: string
  readonly physicalType: PhysicalType
  readonly physicalTypeCode: number
  /** Bytes a value of FIXED_LEN_BYTE_ARRAY, else 0. */
  readonly width: number
  /** Logical type (or its older "converted" form) as in the Parquet specification, null when there is none. */
  readonly logicalType: string | null
  readonly maxDefinition: number
  readonly maxRepetition: number
  /** Definition level from which a list has an element (null or not); 0 for a column that is no list. */
  readonly elementDefinition: number
}

const LOGICAL = new Map<number, string>([
  [1, 'STRING'],
  [2, 'MAP'],
  [3, 'LIST'],
  [4, 'ENUM'],
  [5, 'DECIMAL'],
  [6, 'DATE'],
  [7, 'TIME'],
  [8, 'TIMESTAMP'],
  [10, 'INTEGER'],
  [11, 'UNKNOWN'],
  [12, 'JSON'],
  [13, 'BSON'],
  [14, 'UUID'],
  [15, 'FLOAT16']
])

const CONVERTED = [
  'STRING', 'MAP', 'MAP_KEY_VALUE', 'LIST', 'ENUM', 'DECIMAL', 'DATE', 'TIME', 'TIME', 'TIMESTAMP', 'TIMESTAMP',
  'UNSIGNED', 'UNSIGNED', 'UNSIGNED', 'UNSIGNED', 'INTEGER', 'INTEGER', 'INTEGER', 'INTEGER', 'JSON', 'BSON', 'INTERVAL'
] // biome-ignore format: a table

const OPTIONAL = 1
const REPEATED = 2

type Levels = { readonly path: readonly string[]; readonly definition: number; readonly repetition: number; readonly element: number }

/**
 * Flattens the footer's schema list.
 * @throws ThriftError when the tree does not add up, ShardFault `over_limit`
 */
export function readSchema(elements: readonly ThriftStruct[], limits: Limits): Leaf[] {
  if (elements.length > limits.columns * 4) throw overLimit('columns', `its schema has ${elements.length} elements`, limits)
  const leaves: Leaf[] = []
  let next = 0
  const visit = (levels: Levels, depth: number): void => {
    const element = elements[next++]
    if (element === undefined) throw new ThriftError('the schema ends early')
    if (depth > limits.thriftDepth) throw overLimit('thriftDepth', `its schema nests ${depth} deep`, limits)
    const here = depth === 0 ? levels : enter(element, levels, limits)
    const children = intField(element, 5) ?? 0
    const type = intField(element, 1)
    if (type === undefined || depth === 0) {
      if (children < (depth === 0 ? 0 : 1) || children > elements.length) throw new ThriftError(`a group has ${children} children`)
      for (let i = 0; i < children; i++) visit(here, depth + 1)
      return
    }
    if (children > 0) throw new ThriftError('a column with a type has children')
    leaves.push(leafOf(element, type, here))
  }
  visit({ path: [], definition: 0, repetition: 0, element: 0 }, 0)
  if (next !== elements.length) throw new ThriftError(`the schema uses ${next} of ${elements.length} elements`)
  if (leaves.length > limits.columns) throw overLimit('columns', `it has ${leaves.length} columns`, limits)
  return leaves
}

function enter(element: ThriftStruct, levels: Levels, limits: Limits): Levels {
  const name = textField(element, 4)
  if (name === undefined) throw new ThriftError('a schema element has no name')
  if (name.length > limits.nameBytes) throw overLimit('nameBytes', `the name of a column has ${name.length} letters`, limits)
  const repetition = intField(element, 3) ?? 0
  if (repetition < 0 || repetition > REPEATED) throw new ThriftError(`repetition ${repetition} does not exist`)
  const repeated = repetition === REPEATED
  const definition = levels.definition + (repeated || repetition === OPTIONAL ? 1 : 0)
  return {
    path: [...levels.path, name],
    definition,
    repetition: levels.repetition + (repeated ? 1 : 0),
    element: repeated ? definition : levels.element
  }
}

function leafOf(element: ThriftStruct, type: number, levels: Levels): Leaf {
  const physicalType = PHYSICAL_TYPES[type]
  const name = levels.path[0]
  if (physicalType === undefined || name === undefined) throw new ThriftError(`physical type ${type} does not exist`)
  const width = physicalType === 'FIXED_LEN_BYTE_ARRAY' ? (intField(element, 2) ?? 0) : 0
  if (physicalType === 'FIXED_LEN_BYTE_ARRAY' && (width < 1 || width > 65_536))
    throw new ThriftError(`column ${name} is ${width} bytes wide`)
  return {
    path: levels.path,
    name,
    physicalType,
    physicalTypeCode: type,
    width,
    logicalType: logicalTypeOf(element),
    maxDefinition: levels.definition,
    maxRepetition: levels.repetition,
    elementDefinition: levels.element
  }
}

function logicalTypeOf(element: ThriftStruct): string | null {
  const logical = structField(element, 10)
  if (logical !== undefined) {
    for (const id of logical.fields.keys()) {
      const name = LOGICAL.get(id) ?? 'OTHER'
      if (name !== 'INTEGER') return name
      const integer = structField(logical, id)
      return integer !== undefined && boolField(integer, 2) === false ? 'UNSIGNED' : 'INTEGER'
    }
  }
  const converted = intField(element, 6)
  return converted === undefined ? null : (CONVERTED[converted] ?? 'OTHER')
}
