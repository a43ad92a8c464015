/**
 * The schema of a file in the one spelling of lists that hyparquet assembles right. Older writers leave out groups, and hyparquet then
 * loses the borders between rows. Levels, pages and the order of leaves stay as they are.
 */
import { type FileMetaData, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet'

/** The same footer, in which every repeated value is in a group of its own, and everything that is a list or a date is marked as one. */
export function withPlainSchema(metadata: FileMetaData): FileMetaData {
  const moved = new Map<string, readonly string[]>()
  const { children } = parquetSchema(metadata)
  const root: SchemaElement = { name: metadata.schema[0]?.name ?? '', num_children: children.length }
  const schema = [root, ...children.flatMap(child => elementsOf(child, moved))]
  if (moved.size === 0) return { ...metadata, schema }
  const row_groups = metadata.row_groups.map(group => ({
    ...group,
    columns: group.columns.map(column => {
      const { meta_data: meta } = column
      const path = meta && moved.get(keyOf(meta.path_in_schema))
      return meta === undefined || path === undefined ? column : { ...column, meta_data: { ...meta, path_in_schema: [...path] } }
    })
  }))
  return { ...metadata, schema, row_groups }
}

/** @param moved gets the new path of each leaf that has another one now */
function elementsOf({ element, children, path }: SchemaTree, moved: Map<string, readonly string[]>): SchemaElement[] {
  if (children.length === 0) return element.repetition_type === 'REPEATED' ? listOf(element, path, moved) : [marked(element)]
  const group = marked(element)
  const [only] = children
  if (group.converted_type === 'LIST' && children.length === 1 && only?.children.length === 0 && isRepeated(only)) {
    moved.set(keyOf(only.path), [...only.path, 'element'])
    return [group, repeatedGroup(only.element.name), requiredElement(only.element)]
  }
  return [group, ...children.flatMap(child => elementsOf(child, moved))]
}

function listOf(leaf: SchemaElement, path: readonly string[], moved: Map<string, readonly string[]>): SchemaElement[] {
  moved.set(keyOf(path), [...path, 'list', 'element'])
  const list: SchemaElement = { name: leaf.name, repetition_type: 'REQUIRED', converted_type: 'LIST', num_children: 1 }
  return [list, repeatedGroup('list'), requiredElement(leaf)]
}

function repeatedGroup(name: string): SchemaElement {
  return { name, repetition_type: 'REPEATED', num_children: 1 }
}

function requiredElement(leaf: SchemaElement): SchemaElement {
  return { ...marked(leaf), name: 'element', repetition_type: 'REQUIRED' }
}

/** hyparquet knows some types by their old mark alone. */
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

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path)
}
