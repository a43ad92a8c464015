/** Rows of any Parquet file by hyparquet, column by column: one that cannot be read hides no other. */
import { parquetRead, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet'
import { FINDING_KINDS } from '../../../shared/model/finding.ts'
import type { RawRows, RawValue, UnreadColumn } from '../../../shared/model/raw.ts'
import { readFooter, type ShardFooter } from '../parquet/footer.ts'
import type { Limits } from '../parquet/limits.ts'
import { KEPT_BYTES, ownMemory } from '../parquet/pageMemory.ts'
import { ShardFault } from '../parquet/shardFault.ts'
import { openShardFile, readWhole, type ShardFile } from '../parquet/shardFile.ts'
import { failureText } from './failureText.ts'
import { type HyparquetFile, hyparquetFile } from './hyparquetFile.ts'
import { proveChunk } from './proveChunk.ts'
import { EXACT, logicalText, plainValue, withoutLossyTypes } from './rawValue.ts'
import { Incomparable } from './storedColumns.ts'

export type RawRange = { readonly rowStart: number; readonly rowEnd: number }

/** Rows, and the logical types of the leaves, in their order, as hyparquet understands them. */
export type RawReading = RawRows & { readonly logicalTypes: readonly (string | null)[] }

/**
 * Reads some rows of a file whose footer our reader can parse.
 * @param path absolute
 * @throws ShardFault, SystemError, and whatever hyparquet throws for the footer
 */
export async function readRawRows(path: string, range: RawRange, limits: Limits): Promise<RawReading> {
  const opened = openShardFile(path)
  try {
    const file = opened.bytes <= KEPT_BYTES ? readWhole(opened, ownMemory) : opened
    const footer = readFooter(file, limits)
    const second = hyparquetFile(file, footer.footerBytes, limits)
    const { children } = parquetSchema(second.metadata)
    const columns: string[] = []
    const values: RawValue[][] = []
    const unread: UnreadColumn[] = []
    for (const [at, child] of children.entries()) {
      const { name } = child.element
      if (children.findIndex(other => other.element.name === name) !== at) {
        unread.push({ column: name, severity: 'unsupported', reason: 'another column has the same name; only the first one is shown' })
        continue
      }
      const hidden = hiddenField(child)
      if (hidden !== null) {
        unread.push({ column: name, severity: 'unsupported', reason: hidden })
        continue
      }
      const read = await readColumn({ file, footer, second, limits }, child, range)
      if ('reason' in read) unread.push(read)
      else {
        columns.push(name)
        values.push(read.values)
      }
    }
    const rows = Math.max(0, Math.min(range.rowEnd, footer.rows) - range.rowStart)
    const cells = Array.from({ length: rows }, (_, row) => values.map(column => column[row] ?? null))
    return { columns, cells, unread, logicalTypes: leavesOf(children).map(logicalText) }
  } finally {
    opened.close()
  }
}

/** hyparquet makes a JavaScript object of each group, and finds fields by their joined names. @returns what it would lose; null for nothing */
function hiddenField(node: SchemaTree, names = new Set<string>()): string | null {
  for (const child of node.children) {
    const { name } = child.element
    if (name === '__proto__') return 'a field is called __proto__, which hyparquet does not keep'
    const path = child.path.join('.')
    if (names.has(path)) return `two fields are called ${path}, of which hyparquet keeps one`
    names.add(path)
    const hidden = hiddenField(child, names)
    if (hidden !== null) return hidden
  }
  return null
}

type Source = { readonly file: ShardFile; readonly footer: ShardFooter; readonly second: HyparquetFile; readonly limits: Limits }

async function readColumn(source: Source, node: SchemaTree, range: RawRange): Promise<UnreadColumn | { values: RawValue[] }> {
  const { name: column } = node.element
  try {
    proveRange(source, column, range)
    return { values: await readValues(source.second, node, { ...range, rowEnd: Math.min(range.rowEnd, source.footer.rows) }) }
  } catch (error) {
    const isDamage = error instanceof ShardFault && FINDING_KINDS[error.kind] === 'corrupt'
    return { column, severity: isDamage ? 'corrupt' : 'unsupported', reason: failureText(error) }
  }
}

/** @throws ShardFault, but not for an encoding that hyparquet may know */
function proveRange({ file, footer, limits }: Source, column: string, { rowStart, rowEnd }: RawRange): void {
  for (const group of footer.rowGroups) {
    if (group.firstRow >= rowEnd || group.firstRow + group.rows <= rowStart) continue
    for (const chunk of group.chunks.filter(({ leaf }) => leaf.name === column)) {
      try {
        proveChunk(file, chunk, limits)
      } catch (error) {
        if (!(error instanceof ShardFault && error.kind === 'unsupported_encoding')) throw error
      }
    }
  }
}

async function readValues({ file, metadata, compressors }: HyparquetFile, node: SchemaTree, range: RawRange): Promise<RawValue[]> {
  const values: (RawValue | undefined)[] = []
  const chunks: { readonly start: number; readonly data: ArrayLike<unknown> }[] = []
  await parquetRead({
    file,
    metadata: { ...metadata, schema: withoutLossyTypes(metadata.schema) },
    compressors,
    parsers: EXACT,
    utf8: false,
    columns: [node.element.name],
    ...range,
    onChunk: ({ columnData, rowStart }) => chunks.push({ start: rowStart, data: columnData })
  })
  // Chunks are whole pages, which may begin before the first row and end behind the last one.
  for (const { start, data } of chunks) {
    const last = Math.min(range.rowEnd - start, data.length)
    for (let at = Math.max(0, range.rowStart - start); at < last; at++) values[start + at - range.rowStart] = plainValue(data[at], node)
  }
  if (values.length < range.rowEnd - range.rowStart || values.includes(undefined)) {
    throw new Incomparable('hyparquet finds fewer rows than the footer says')
  }
  return values.filter(value => value !== undefined)
}

function leavesOf(nodes: readonly SchemaTree[]): SchemaElement[] {
  return nodes.flatMap(node => (node.children.length === 0 ? [node.element] : leavesOf(node.children)))
}
