/** Which leaf of a shard holds which column of the layout, and whether its type can hold it. */
import type { ColumnSpec, Layout } from '../layout.ts'
import type { ShardFooter } from './footer.ts'
import type { Leaf } from './schema.ts'
import { ShardFault } from './shardFault.ts'

/** Index into the footer's leaves by column name. */
export type BoundColumns = ReadonlyMap<string, number>

/**
 * Finds the layout's columns, in whatever order and among whatever others.
 * @throws ShardFault `missing_column`, `wrong_type`, `unsupported_encoding`
 */
export function bindColumns(footer: ShardFooter, layout: Layout): BoundColumns {
  const missing = layout.columns.filter(spec => !footer.leaves.some(leaf => leaf.name === spec.name)).map(spec => spec.name)
  const [first] = missing
  if (first !== undefined) {
    const names = missing.join(', ')
    throw new ShardFault('missing_column', `the shard has no column ${names}, so that its rows cannot be told apart or read`, {
      column: first,
      details: { missing }
    })
  }
  return new Map(layout.columns.map(spec => [spec.name, bind(footer, spec)]))
}

function bind(footer: ShardFooter, spec: ColumnSpec): number {
  const index = footer.leaves.findIndex(leaf => leaf.name === spec.name)
  const leaf = footer.leaves[index]
  if (leaf === undefined) throw new TypeError(`no column ${spec.name}`)
  if (footer.leaves.some((other, i) => i !== index && other.name === spec.name)) {
    throw wrong(spec, 'more than one column of values')
  }
  const fault = spec.kind === 'embedding' ? embeddingFault(leaf) : flatFault(leaf, spec)
  if (fault !== null) throw wrong(spec, fault)
  if (spec.kind === 'embedding' && !isStored(leaf)) {
    throw new ShardFault('unsupported_encoding', `embedding holds ${describe(leaf)} values, which we do not read`, { column: spec.name })
  }
  return index
}

function wrong(spec: ColumnSpec, found: string): ShardFault {
  return new ShardFault('wrong_type', `${spec.name} should hold ${WANTED[spec.kind](spec)} and holds ${found}`, {
    column: spec.name,
    details: { found }
  })
}

const WANTED = {
  texts: () => 'texts',
  integers: () => 'whole numbers',
  digests: (spec: ColumnSpec) => `${spec.width}-byte digests`,
  booleans: () => 'booleans',
  embedding: () => 'lists of floats'
}

function flatFault(leaf: Leaf, spec: ColumnSpec): string | null {
  if (leaf.path.length !== 1 || leaf.maxRepetition !== 0) return 'lists or groups'
  const { physicalType, logicalType } = leaf
  switch (spec.kind) {
    case 'texts':
      return physicalType === 'BYTE_ARRAY' && logicalType === 'STRING' ? null : describe(leaf)
    case 'integers': {
      const whole = logicalType === null || logicalType === 'INTEGER' || logicalType === 'UNSIGNED'
      return (physicalType === 'INT32' || physicalType === 'INT64') && whole ? null : describe(leaf)
    }
    case 'digests':
      if (logicalType !== null) return describe(leaf)
      if (physicalType === 'FIXED_LEN_BYTE_ARRAY') return leaf.width === spec.width ? null : `${leaf.width} bytes a row`
      return physicalType === 'BYTE_ARRAY' ? null : describe(leaf)
    default:
      return physicalType === 'BOOLEAN' ? null : describe(leaf)
  }
}

function embeddingFault(leaf: Leaf): string | null {
  if (leaf.maxRepetition === 0) return describe(leaf)
  if (leaf.maxRepetition > 1) return 'lists of lists'
  const number = isStored(leaf) || ((leaf.physicalType === 'INT32' || leaf.physicalType === 'INT64') && leaf.logicalType !== 'TIMESTAMP')
  return number ? null : `lists of ${describe(leaf)} values`
}

function isStored(leaf: Leaf): boolean {
  return (
    leaf.physicalType === 'FLOAT' ||
    leaf.physicalType === 'DOUBLE' ||
    (leaf.physicalType === 'FIXED_LEN_BYTE_ARRAY' && leaf.width === 2 && leaf.logicalType === 'FLOAT16')
  )
}

function describe(leaf: Leaf): string {
  const logical = leaf.logicalType === null ? '' : ` (${leaf.logicalType})`
  return `${leaf.physicalType}${leaf.width > 0 ? `(${leaf.width})` : ''}${logical}`
}
