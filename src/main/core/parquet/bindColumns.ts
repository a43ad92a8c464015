/** Maps the columns of a file to those of the layout, with their Arrow types, and says whether the fast reader can read them. */
import type { ColumnSpec, Layout } from '../layouts/layout.ts'
import { ShardFault } from '../limits/shardFault.ts'
import type { ArrowType } from './arrow/arrowType.ts'
import { inferFields, type SchemaField } from './arrow/inferFields.ts'
import { ARROW_SCHEMA_KEY, decodeOriginSchema } from './arrow/originSchema.ts'
import { restore } from './arrow/restoreTypes.ts'
import type { ShardFooter } from './footer/footer.ts'
import type { Leaf } from './schema/schemaTree.ts'
import { ThriftError } from './thrift/compactReader.ts'

export type BoundColumn = {
  readonly field: SchemaField
  /** Its column of values if the fast reader can read it. Null if only the general reader can. */
  readonly fastLeaf: number | null
}

export type BoundColumns = {
  /** The layout's columns, by name. */
  readonly layout: ReadonlyMap<string, BoundColumn>
  /** All other columns. GenoLeWM reads them too. */
  readonly others: readonly BoundColumn[]
}

/**
 * Finds the layout's columns, in any order and among other columns.
 * @throws ShardFault for a schema that GenoLeWM refuses
 */
export function bindColumns(footer: ShardFooter, layout: Layout): BoundColumns {
  checkNames(footer, layout)
  const fields = fieldsOf(footer)
  const specs = new Map(layout.columns.map(spec => [spec.name, spec]))
  const bound = new Map<string, BoundColumn>()
  const others: BoundColumn[] = []
  for (const field of fields) {
    const spec = specs.get(field.field.name)
    if (spec === undefined) others.push({ field, fastLeaf: null })
    else bound.set(spec.name, { field, fastLeaf: fastLeafOf(spec, field, footer.leaves) })
  }
  return { layout: bound, others }
}

function checkNames({ schema }: ShardFooter, layout: Layout): void {
  const names = new Set<string>()
  for (const { name: column, nameIsText } of schema.columns) {
    if (!nameIsText) throw new ShardFault('bad_footer', 'the name of a column is not UTF-8. GenoLeWM refuses the whole shard', { column })
    if (names.has(column)) {
      throw new ShardFault('wrong_type', `the shard has two columns named ${column}. GenoLeWM refuses the whole shard`, { column })
    }
    names.add(column)
  }
  const missing = layout.columns.filter(spec => !names.has(spec.name)).map(spec => spec.name)
  const [first] = missing
  if (first === undefined) return
  throw new ShardFault('missing_column', `the shard has no column ${missing.join(', ')}, so its rows cannot be identified or read`, {
    column: first,
    details: { missing }
  })
}

/** The columns with their Arrow types. */
function fieldsOf({ schema, keyValues }: ShardFooter): SchemaField[] {
  const entry = keyValues.find(({ key }) => key === ARROW_SCHEMA_KEY)
  const origin = entry === undefined ? null : decodeOriginSchema(entry.value ?? new Uint8Array(0))
  try {
    const fields = inferFields(schema)
    // A schema with a different number of columns belongs to another file.
    if (origin === null || origin.length !== fields.length) return fields
    return fields.map((field, i) => {
      const other = origin[i]
      return other === undefined ? field : restore(other, field)
    })
  } catch (error) {
    if (!(error instanceof ThriftError)) throw error
    throw new ShardFault('wrong_type', `${error.message}. GenoLeWM refuses the whole shard`, { column: error.column })
  }
}

function fastLeafOf(spec: ColumnSpec, field: SchemaField, leaves: readonly Leaf[]): number | null {
  const column = spec.kind === 'embedding' ? itemOf(field) : field
  const leaf = column?.leaf ?? null
  const descriptor = leaf === null ? undefined : leaves[leaf]
  if (column === null || descriptor === undefined || descriptor.maxRepetition !== (spec.kind === 'embedding' ? 1 : 0)) return null
  return isFast(spec, column.field.type, descriptor) ? leaf : null
}

function itemOf({ field, children }: SchemaField): SchemaField | null {
  return field.type.id === 'list' ? (children[0] ?? null) : null
}

function isFast(spec: ColumnSpec, type: ArrowType, leaf: Leaf): boolean {
  const value = type.id === 'dictionary' ? type.value : type
  switch (spec.kind) {
    case 'texts':
      return value.id === 'string'
    case 'integers':
      return type.id === 'int' && type.isSigned
    case 'digests':
      return value.id === 'binary' || (type.id === 'fixedBinary' && leaf.width === spec.width)
    case 'booleans':
      return type.id === 'bool'
    case 'embedding':
      return type.id === 'float'
  }
}
