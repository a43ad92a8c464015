/** A Parquet schema as a tree, its Thrift elements, and rows shredded into levels and values (Dremel). */
import { type LeafValue, PHYSICAL, type Physical } from './encodings.ts'
import { binary, bool, i8, i32, struct, type TStruct, type TValue } from './thriftTree.ts'

export const REQUIRED = 0
export const OPTIONAL = 1
export const REPEATED = 2

export type SchemaNode = {
  name: string | Uint8Array
  repetition: number
  /** Null for a group. */
  type: Physical | null
  length?: number
  converted?: number
  scale?: number
  precision?: number
  fieldId?: number
  logical?: TStruct
  children: SchemaNode[]
}

/** A repeated node has a list as its value, a group the values of its children in order, and an optional node possibly null. */
export type NestedValue = null | LeafValue | readonly NestedValue[]

export const CONVERTED = {
  UTF8: 0, MAP: 1, MAP_KEY_VALUE: 2, LIST: 3, ENUM: 4, DECIMAL: 5, DATE: 6, TIME_MILLIS: 7, TIME_MICROS: 8, TIMESTAMP_MILLIS: 9,
  TIMESTAMP_MICROS: 10, UINT_8: 11, UINT_16: 12, UINT_32: 13, UINT_64: 14, INT_8: 15, INT_16: 16, INT_32: 17, INT_64: 18, JSON: 19,
  BSON: 20, INTERVAL: 21
} as const // biome-ignore format: a table

const logicalUnion = (id: number, ...fields: readonly (readonly [number, TValue])[]): TStruct => struct([id, struct(...fields)])
const unit = (id: 1 | 2 | 3): TStruct => struct([id, struct()])

export const LOGICAL = {
  string: logicalUnion(1),
  map: logicalUnion(2),
  list: logicalUnion(3),
  enum: logicalUnion(4),
  decimal: (scale: number, precision: number) => logicalUnion(5, [1, i32(scale)], [2, i32(precision)]),
  date: logicalUnion(6),
  time: (utc: boolean, id: 1 | 2 | 3) => logicalUnion(7, [1, bool(utc)], [2, unit(id)]),
  timestamp: (utc: boolean, id: 1 | 2 | 3) => logicalUnion(8, [1, bool(utc)], [2, unit(id)]),
  integer: (bits: number, signed: boolean) => logicalUnion(10, [1, i8(bits)], [2, bool(signed)]),
  unknown: logicalUnion(11),
  json: logicalUnion(12),
  bson: logicalUnion(13),
  uuid: logicalUnion(14),
  float16: logicalUnion(15),
  variant: logicalUnion(16),
  geometry: logicalUnion(17),
  geography: logicalUnion(18),
  none: struct()
}

export function leaf(name: string, type: Physical, more: Partial<SchemaNode> = {}): SchemaNode {
  return { name, repetition: OPTIONAL, type, children: [], ...more }
}

export function group(name: string, children: SchemaNode[], more: Partial<SchemaNode> = {}): SchemaNode {
  return { name, repetition: OPTIONAL, type: null, children, ...more }
}

/** A list in the form of the specification, with three levels. */
export function listOf(name: string, element: SchemaNode, more: Partial<SchemaNode> = {}): SchemaNode {
  const repeated = group('list', [element], { repetition: REPEATED })
  return group(name, [repeated], { converted: CONVERTED.LIST, logical: LOGICAL.list, ...more })
}

/** The value of a three-level list. */
export function listValue(values: readonly NestedValue[]): NestedValue {
  return [values.map(value => [value])]
}

/** The elements of a node and of all below it, in the order of the footer. */
export function schemaElements(node: SchemaNode): TStruct[] {
  const { name, repetition, type, length, converted, scale, precision, fieldId, logical, children } = node
  const own = struct(
    [1, type === null ? undefined : i32(PHYSICAL.indexOf(type))],
    [2, optional(length)],
    [3, i32(repetition)],
    [4, binary(name)],
    [5, type === null ? i32(children.length) : undefined],
    [6, optional(converted)],
    [7, optional(scale)],
    [8, optional(precision)],
    [9, optional(fieldId)],
    [10, logical === undefined ? undefined : structuredClone(logical)]
  )
  return [own, ...children.flatMap(schemaElements)]
}

function optional(value: number | undefined): TValue | undefined {
  return value === undefined ? undefined : i32(value)
}

/** One leaf of a column with the contents of its pages. */
export type LeafData = {
  readonly node: SchemaNode
  readonly path: readonly (string | Uint8Array)[]
  readonly maxDefinition: number
  readonly maxRepetition: number
  readonly repetition: number[]
  readonly definition: number[]
  /** One for each slot with the highest definition level. */
  readonly values: LeafValue[]
}

/** Shreds the rows of one top-level column. */
export function shred(root: SchemaNode, rows: readonly NestedValue[]): LeafData[] {
  const leaves = new Map<SchemaNode, LeafData>()
  collect(root, [], 0, 0, leaves)
  const below = (node: SchemaNode): SchemaNode[] => (node.type === null ? node.children.flatMap(below) : [node])
  const nothing = (node: SchemaNode, repetition: number, definition: number): void => {
    for (const each of below(node)) {
      leaves.get(each)?.repetition.push(repetition)
      leaves.get(each)?.definition.push(definition)
    }
  }
  const inside = (node: SchemaNode, value: NestedValue, r: number, d: number, depth: number): void => {
    if (node.type !== null) {
      const data = leaves.get(node)
      data?.repetition.push(r)
      data?.definition.push(d)
      data?.values.push(asLeafValue(value))
      return
    }
    const values = Array.isArray(value) ? value : []
    for (const [i, child] of node.children.entries()) visit(child, values[i] ?? null, r, d, depth)
  }
  const visit = (node: SchemaNode, value: NestedValue, r: number, d: number, depth: number): void => {
    if (node.repetition === OPTIONAL) {
      if (value === null) nothing(node, r, d)
      else inside(node, value, r, d + 1, depth)
    } else if (node.repetition === REPEATED) {
      const values = Array.isArray(value) ? value : []
      if (values.length === 0) nothing(node, r, d)
      for (const [i, each] of values.entries()) inside(node, each, i === 0 ? r : depth + 1, d + 1, depth + 1)
    } else inside(node, value, r, d, depth)
  }
  for (const row of rows) visit(root, row, 0, 0, 0)
  return [...leaves.values()]
}

function asLeafValue(value: NestedValue): LeafValue {
  if (value === null) return 0
  if (value instanceof Uint8Array || typeof value !== 'object') return value
  throw new TypeError('a list where one value should be')
}

function collect(
  node: SchemaNode,
  above: readonly (string | Uint8Array)[],
  definition: number,
  repetition: number,
  into: Map<SchemaNode, LeafData>
): void {
  const path = [...above, node.name]
  const maxDefinition = definition + (node.repetition === REQUIRED ? 0 : 1)
  const maxRepetition = repetition + (node.repetition === REPEATED ? 1 : 0)
  if (node.type !== null) into.set(node, { node, path, maxDefinition, maxRepetition, repetition: [], definition: [], values: [] })
  for (const child of node.children) collect(child, path, maxDefinition, maxRepetition, into)
}
