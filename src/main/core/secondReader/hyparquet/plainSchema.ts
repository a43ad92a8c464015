/**
 * The schema of a file in the one form of lists that hyparquet assembles correctly. Older writers omit groups, and then hyparquet loses the
 * boundaries between rows. Levels, pages and the order of leaves stay the same.
 */
import { type FileMetaData, parquetSchema, type RowGroup, type SchemaElement, type SchemaTree } from 'hyparquet'

/** A leaf of the schema: its element, and the path of names to it. */
type PlainLeaf = { readonly element: SchemaElement; readonly path: readonly string[] }

/**
 * The same footer, with a separate group for every repeated value, and with all lists and dates annotated. hyparquet finds the chunk of a
 * leaf by name and decodes it by its own type. The format defines both by position, so they are set from the position.
 */
export function withPlainSchema(metadata: FileMetaData): FileMetaData {
  const leaves: PlainLeaf[] = []
  const { children } = parquetSchema(metadata)
  const root: SchemaElement = { name: metadata.schema[0]?.name ?? '', num_children: children.length }
  const schema = [root, ...children.flatMap(child => elementsOf(child, leaves))]
  return { ...metadata, schema, row_groups: metadata.row_groups.map(group => withLeaves(group, leaves)) }
}

/** A group may have more columns than the schema has leaves. Their meaning is undefined. */
function withLeaves(group: RowGroup, leaves: readonly PlainLeaf[]): RowGroup {
  const columns = group.columns.slice(0, leaves.length).map((column, at) => {
    const { meta_data: meta } = column
    const leaf = leaves[at]
    if (meta === undefined || leaf === undefined) return column
    return { ...column, meta_data: { ...meta, path_in_schema: [...leaf.path], type: leaf.element.type ?? meta.type } }
  })
  return { ...group, columns }
}

/** @param leaves receives the leaves, in order */
function elementsOf({ element, children, path }: SchemaTree, leaves: PlainLeaf[]): SchemaElement[] {
  if (children.length === 0) {
    if (element.repetition_type === 'REPEATED') return listOf(element, path, leaves)
    if (element.type !== undefined) leaves.push({ element, path })
    return [marked(element)]
  }
  const group = marked(element)
  const [only] = children
  if (group.converted_type === 'LIST' && children.length === 1 && only?.children.length === 0 && isRepeated(only)) {
    leaves.push({ element: only.element, path: [...only.path, 'element'] })
    return [group, repeatedGroup(only.element.name), requiredElement(only.element)]
  }
  return [group, ...children.flatMap(child => elementsOf(child, leaves))]
}

function listOf(leaf: SchemaElement, path: readonly string[], leaves: PlainLeaf[]): SchemaElement[] {
  leaves.push({ element: leaf, path: [...path, 'list', 'element'] })
  const list: SchemaElement = { name: leaf.name, repetition_type: 'REQUIRED', converted_type: 'LIST', num_children: 1 }
  return [list, repeatedGroup('list'), requiredElement(leaf)]
}

function repeatedGroup(name: string): SchemaElement {
  return { name, repetition_type: 'REPEATED', num_children: 1 }
}

function requiredElement(leaf: SchemaElement): SchemaElement {
  return { ...marked(leaf), name: 'element', repetition_type: 'REQUIRED' }
}

/** hyparquet knows some types only by their old annotation. */
function marked(element: SchemaElement): SchemaElement {
  const { converted_type: converted, logical_type: logical, ...bare } = element
  const isLeaf = element.type !== undefined
  if (isLeaf && converted === 'LIST') return { ...bare, ...(logical !== undefined && { logical_type: logical }) }
  if (converted === undefined && !isLeaf && logical?.type === 'LIST') return { ...element, converted_type: 'LIST' }
  if (converted === undefined && element.type === 'INT32' && logical?.type === 'DATE') return { ...element, converted_type: 'DATE' }
  return element
}

function isRepeated({ element }: SchemaTree): boolean {
  return element.repetition_type === 'REPEATED'
}
