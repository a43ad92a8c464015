/** Rows of any Parquet file from hyparquet, column by column, so that an unreadable column does not hide the others. */
import { parquetRead, type SchemaTree } from 'hyparquet'
import { FINDING_KINDS } from '../../../shared/model/finding.ts'
import type { RawRows, RawValue, UnreadColumn } from '../../../shared/model/raw.ts'
import type { Limits } from '../limits/limits.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { KEPT_BYTES, ownMemory } from '../parquet/file/pageMemory.ts'
import { openShardFile, readWhole, type ShardFile } from '../parquet/file/shardFile.ts'
import { readFooter, type ShardFooter } from '../parquet/footer/footer.ts'
import { failureText } from './failureText.ts'
import { type HyparquetFile, hyparquetFile } from './hyparquet/hyparquetFile.ts'
import { EXACT, logicalText, plainValue, weightOf, withoutLossyTypes } from './hyparquet/rawValue.ts'
import { Incomparable } from './hyparquet/storedColumns.ts'
import { proveChunk } from './proveChunk.ts'
import { cutTo, type RawRange, type TopLevelColumn, topLevelColumns } from './topLevelColumns.ts'

/** Rows, and the logical types of the leaves in order, as hyparquet interprets them. */
export type RawReading = RawRows & { readonly logicalTypes: readonly (string | null)[] }

/**
 * Reads some rows of a file whose footer the first reader can parse.
 * @param path absolute
 * @throws ShardFault, SystemError, and all errors of hyparquet for the footer
 */
export async function readRawRows(path: string, range: RawRange, limits: Limits): Promise<RawReading> {
  const opened = openShardFile(path)
  try {
    const file = opened.bytes <= KEPT_BYTES ? readWhole(opened, ownMemory) : opened
    const footer = readFooter(file, limits, true)
    const second = hyparquetFile(file, footer.footerBytes, limits)
    const all = topLevelColumns(second.metadata)
    const columns = new Map<string, RawValue[]>()
    const unread: UnreadColumn[] = []
    const names = new Set<string>()
    let left = MOST_WEIGHT
    for (const column of all) {
      const read = await readColumn({ file, footer, second, limits }, column, range, names, left)
      if ('reason' in read) unread.push(read)
      else {
        columns.set(column.node.element.name, read.values)
        left -= read.weight
      }
    }
    const rows = Math.max(0, Math.min(range.rowEnd, footer.rows) - range.rowStart)
    const values = [...columns.values()]
    const cells = Array.from({ length: rows }, (_, row) => values.map(column => column[row] ?? null))
    return { columns: [...columns.keys()], cells, unread, logicalTypes: all.flatMap(({ leaves }) => leaves.map(logicalText)) }
  } finally {
    opened.close()
  }
}

/**
 * hyparquet makes a JavaScript object of each group, and finds fields by their joined names. @returns what it would lose. Null for nothing
 */
function hiddenField(node: SchemaTree, names = new Set<string>()): string | null {
  for (const child of node.children) {
    const { name } = child.element
    if (name === '__proto__') return 'a field is named __proto__, which hyparquet does not keep'
    const path = child.path.join('.')
    if (names.has(path)) return `two fields are named ${path}, and hyparquet keeps only one`
    names.add(path)
    const hidden = hiddenField(child, names)
    if (hidden !== null) return hidden
  }
  return null
}

/** For all values of one answer, as counted by `weightOf`. */
const MOST_WEIGHT = 64 * 1024 * 1024

type Weighed = { readonly values: RawValue[]; readonly weight: number }
type Source = { readonly file: ShardFile; readonly footer: ShardFooter; readonly second: HyparquetFile; readonly limits: Limits }

/** @param names of the preceding columns */
async function readColumn(
  source: Source,
  column: TopLevelColumn,
  range: RawRange,
  names: Set<string>,
  mostWeight: number
): Promise<UnreadColumn | Weighed> {
  const { name } = column.node.element
  const hidden = names.has(name) ? 'another column has the same name. Only the first one is shown' : hiddenField(column.node)
  names.add(name)
  if (hidden !== null) return { column: name, severity: 'unsupported', reason: hidden }
  try {
    proveRange(source, column, range)
    return await readValues(source, column, { ...range, rowEnd: Math.min(range.rowEnd, source.footer.rows) }, mostWeight)
  } catch (error) {
    const isDamage = error instanceof ShardFault && FINDING_KINDS[error.kind].severity === 'corrupt'
    return { column: name, severity: isDamage ? 'corrupt' : 'unsupported', reason: failureText(error) }
  }
}

/** @throws ShardFault, except for an encoding that hyparquet may support */
function proveRange({ file, footer, limits }: Source, { firstLeaf, leaves }: TopLevelColumn, { rowStart, rowEnd }: RawRange): void {
  for (const group of footer.rowGroups) {
    if (group.firstRow >= rowEnd || group.firstRow + group.rows <= rowStart) continue
    for (const chunk of group.chunks.slice(firstLeaf, firstLeaf + leaves.length)) {
      try {
        proveChunk(file, chunk, limits)
      } catch (error) {
        if (!(error instanceof ShardFault && error.kind === 'unsupported_encoding')) throw error
      }
    }
  }
}

async function readValues({ second, footer }: Source, column: TopLevelColumn, wanted: RawRange, mostWeight: number): Promise<Weighed> {
  let weight = 0
  const values: (RawValue | undefined)[] = []
  const chunks: { readonly start: number; readonly data: ArrayLike<unknown> }[] = []
  const { metadata, range } = cutTo({ ...column, elements: withoutLossyTypes(column.elements) }, second.metadata, footer, wanted)
  if (metadata.row_groups.length > 0) {
    await parquetRead({
      ...second,
      metadata,
      parsers: EXACT,
      utf8: false,
      ...range,
      onChunk: ({ columnData, rowStart }) => chunks.push({ start: rowStart, data: columnData })
    })
  }
  // Chunks consist of whole pages, which may begin before the first row and end after the last one.
  for (const { start, data } of chunks) {
    const last = Math.min(range.rowEnd - start, data.length)
    for (let at = Math.max(0, range.rowStart - start); at < last; at++) {
      const value = plainValue(data[at], column.node)
      weight += weightOf(value)
      if (weight > mostWeight) throw new Incomparable('its values exceed the memory for one answer. Request fewer rows')
      values[start + at - range.rowStart] = value
    }
  }
  if (values.length < range.rowEnd - range.rowStart || values.includes(undefined)) {
    throw new Incomparable('hyparquet finds fewer rows than the footer says')
  }
  return { values: values.filter(value => value !== undefined), weight }
}
