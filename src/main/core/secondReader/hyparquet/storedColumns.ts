/**
 * Columns of one row group as hyparquet decodes them, before any conversion. After conversion to a JavaScript number, the bits of the file
 * would be lost.
 */
import { type FileMetaData, type ParquetParsers, parquetRead, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet'
import type { HyparquetFile } from './hyparquetFile.ts'

/** A top-level column. */
export type StoredColumn = {
  /** The leaf as declared in the file. */
  readonly declared: SchemaElement
  /** One entry per row. A list is an array. Floats are integers with the same bits. */
  readonly values: readonly unknown[]
}

/** Why a column cannot be compared. This is not a sign of damage. */
export class Incomparable extends Error {}

/**
 * Reads columns of a row group.
 * @param rows first row of the group, and the row after the last
 * @throws Incomparable, and all errors of hyparquet
 */
export async function readStored(
  { file, metadata, compressors }: HyparquetFile,
  names: readonly string[],
  rows: { readonly start: number; readonly end: number }
): Promise<ReadonlyMap<string, StoredColumn>> {
  const { children } = parquetSchema(metadata)
  const columns = new Map<string, StoredColumn & { readonly values: unknown[] }>()
  for (const name of names) columns.set(name, { declared: onlyLeaf(children.filter(child => child.element.name === name)), values: [] })
  await parquetRead({
    file,
    metadata: asStored(metadata),
    compressors,
    parsers: BITS,
    utf8: false,
    columns: [...names],
    rowStart: rows.start,
    rowEnd: rows.end,
    onChunk: ({ columnName, columnData }) => {
      const column = columns.get(columnName)
      for (const value of columnData) column?.values.push(value)
    }
  })
  return columns
}

function onlyLeaf(nodes: readonly SchemaTree[]): SchemaElement {
  const [node] = nodes
  if (node === undefined || nodes.length !== 1) throw new Incomparable(`it finds ${nodes.length} columns with the same name`)
  return node.children.length === 0 ? node.element : onlyLeaf(node.children)
}

/**
 * The only converter of fixed-length bytes that a caller of hyparquet can replace. It keeps the payload of a NaN, and makes no object per
 * value.
 */
const BITS: Partial<ParquetParsers> = { uuidFromBytes: bytes => (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8) }

/** The same footer with leaves that have no meaning beyond their bytes. */
function asStored(metadata: FileMetaData): FileMetaData {
  return {
    ...metadata,
    schema: metadata.schema.map(element => (element.type === undefined ? element : leafAsStored(element))),
    row_groups: metadata.row_groups.map(group => ({
      ...group,
      columns: group.columns.map(column => {
        const { meta_data: meta } = column
        return meta === undefined ? column : { ...column, meta_data: { ...meta, type: AS_INTEGER[meta.type] ?? meta.type } }
      })
    }))
  }
}

const AS_INTEGER: Partial<Record<string, 'INT32' | 'INT64'>> = { FLOAT: 'INT32', DOUBLE: 'INT64' }

function leafAsStored(element: SchemaElement): SchemaElement {
  const { type = 'BYTE_ARRAY', type_length, repetition_type, name } = element
  const isFloat16 = element.logical_type?.type === 'FLOAT16' && type_length === 2
  return {
    name,
    type: AS_INTEGER[type] ?? type,
    ...(type_length !== undefined && { type_length }),
    ...(repetition_type !== undefined && { repetition_type }),
    ...(isFloat16 && { logical_type: { type: 'UUID' } as const })
  }
}
