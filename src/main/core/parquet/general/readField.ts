/** A top-level column of a row group with all of its leaves, as Arrow reads it. */

import type { Limits } from '../../limits/limits.ts'
import { ShardFault } from '../../limits/shardFault.ts'
import type { SchemaField } from '../arrow/inferFields.ts'
import { DecodeError } from '../encodings/decodeError.ts'
import type { ShardFile } from '../file/shardFile.ts'
import type { RowGroup } from '../footer/rowGroups.ts'
import type { Note } from '../pages/pages.ts'
import { assemble, type ColumnArray } from './arrays.ts'
import { type LeafData, readLeaf } from './leafReader.ts'

/**
 * Reads a whole column.
 * @throws ShardFault `bad_page`, `page_checksum`, `unsupported_encoding`, `over_limit`
 */
export function readField(file: ShardFile, group: RowGroup, field: SchemaField, limits: Limits, note: Note): ColumnArray {
  const rows = group.declaredRows
  const leaves = new Map<number, LeafData>()
  try {
    readLeaves(field, (leaf, { levels }) => {
      const chunk = group.chunks[leaf]
      if (chunk === undefined) throw new TypeError(`no column ${leaf} in the row group`)
      leaves.set(leaf, readLeaf(file, chunk, levels, rows, limits, note))
    })
    return assemble(field, leaves, rows)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    const { name: column } = field.field
    throw new ShardFault('bad_page', `the column ${column} cannot be assembled: ${error.message}`, { column })
  }
}

function readLeaves(field: SchemaField, read: (leaf: number, field: SchemaField) => void): void {
  if (field.leaf !== null) read(field.leaf, field)
  for (const child of field.children) readLeaves(child, read)
}
