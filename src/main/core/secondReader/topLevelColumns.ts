/** A footer reduced to one column and the row groups of a range, so that a file with many columns takes proportional time. */
import { type FileMetaData, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet'
import type { ShardFooter } from '../parquet/footer/footer.ts'

/** Half-open, rows of the file. */
export type RawRange = { readonly rowStart: number; readonly rowEnd: number }

export type TopLevelColumn = {
  readonly node: SchemaTree
  /** Its part of the schema, and its leaves among those of the file. */
  readonly elements: readonly SchemaElement[]
  readonly firstLeaf: number
  readonly leaves: readonly SchemaElement[]
}

export function topLevelColumns(metadata: FileMetaData): TopLevelColumn[] {
  let firstElement = 1
  let firstLeaf = 0
  return parquetSchema(metadata).children.map(node => {
    const elements = metadata.schema.slice(firstElement, firstElement + node.count)
    const column = { node, elements, firstLeaf, leaves: leavesOf(node) }
    firstElement += node.count
    firstLeaf += column.leaves.length
    return column
  })
}

/** A group without fields has no leaf. */
function leavesOf({ element, children }: SchemaTree): SchemaElement[] {
  return element.type === undefined ? children.flatMap(leavesOf) : [element]
}

/**
 * @param footer of the same file. Its row groups give their numbers of rows
 * @returns the footer of one column, and the range in the remaining rows
 */
export function cutTo(
  { elements, firstLeaf, leaves }: TopLevelColumn,
  metadata: FileMetaData,
  { rowGroups }: ShardFooter,
  { rowStart, rowEnd }: RawRange
): { readonly metadata: FileMetaData; readonly range: RawRange } {
  const root: SchemaElement = { name: metadata.schema[0]?.name ?? '', num_children: 1 }
  let left = 0
  const row_groups = metadata.row_groups.flatMap((group, at) => {
    const { firstRow = 0, rows = 0 } = rowGroups[at] ?? {}
    if (firstRow + rows <= rowStart) left = firstRow + rows
    if (firstRow >= rowEnd || firstRow + rows <= rowStart) return []
    return [{ ...group, num_rows: BigInt(rows), columns: group.columns.slice(firstLeaf, firstLeaf + leaves.length) }]
  })
  return { metadata: { ...metadata, schema: [root, ...elements], row_groups }, range: { rowStart: rowStart - left, rowEnd: rowEnd - left } }
}
