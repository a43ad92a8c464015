/** `show --raw`: any Parquet file as stored, from any writer. */
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RawColumn, RawFile, RawRowGroup } from '../../../shared/model/raw.ts'
import { rawText } from '../../../shared/text/rawText.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { asSystemError, readRawFile, readRawShard } from '../../core/index.ts'
import { cacheRootOf } from '../process/cacheFolder.ts'
import type { Context } from '../process/context.ts'
import { EXIT, type ExitCode } from '../process/exitCodes.ts'
import { bytesText, countOf, countText } from '../text/numbers.ts'
import { type Column, tableText } from '../text/table.ts'

const DEFAULT_ROWS = 20

/** @param argument a path on disk, or of a shard in the cache */
export async function showRaw(context: Context, argument: string, limit = DEFAULT_ROWS): Promise<ExitCode> {
  const { json, output } = context
  const file = await read(context, argument, { rowStart: 0, rowEnd: limit })
  if (json) await output.document(documentOf(file))
  else await output.text(textOf(argument, file))
  for (const { column, reason } of file.unread) {
    await output.note(`lewm-cache: ${column === null ? 'rows' : `values of ${column}`} cannot be shown: ${reason}`)
  }
  if (file.unread.some(({ severity }) => severity === 'corrupt')) return EXIT.corrupt
  return file.unread.length > 0 ? EXIT.suspect : EXIT.ok
}

type Range = { readonly rowStart: number; readonly rowEnd: number }

async function read(context: Context, argument: string, range: Range): Promise<RawFile> {
  const path = resolve(argument)
  if (argument.startsWith('embeddings/') && !existsSync(path)) {
    return readRawShard(await cacheRootOf(context), argument, range, context.signal)
  }
  // The user named the file, so every link to it is followed.
  return readRawFile(realPath(path), range, context.signal)
}

function realPath(path: string): string {
  try {
    return existsSync(path) ? realpathSync(path) : path
  } catch (error) {
    throw asSystemError(error, 'open', path)
  }
}

function documentOf({ columns, cells, unread, leaves, keyValues, rowGroups }: RawFile) {
  return {
    columns: leaves.map(({ topLevel, ...leaf }) => ({ ...leaf, unread: reasonFor(topLevel, unread) })),
    keyValues,
    rowGroups,
    rows: cells.map(row => new Map(columns.map((name, at) => [name, row[at] ?? null])))
  }
}

function reasonFor(topLevel: string, unread: RawFile['unread']): string | null {
  return unread.find(({ column }) => column === null || column === topLevel)?.reason ?? null
}

const COLUMN_TABLE: readonly Column<RawColumn>[] = [
  { head: 'column', cell: ({ column }) => column },
  { head: 'type', cell: ({ physicalType, logicalType }) => (logicalType ? `${physicalType} ${logicalType}` : physicalType) },
  { head: '', cell: ({ maxDefinition, maxRepetition }) => (maxRepetition > 0 ? 'list' : maxDefinition > 0 ? 'nullable' : 'required') },
  { head: 'codec', cell: ({ codec }) => codec },
  { head: 'encodings', cell: ({ encodings }) => encodings.join(' ') },
  { head: 'values', cell: ({ values }) => countText(values), right: true },
  { head: 'nulls', cell: ({ nulls }) => countText(nulls), right: true },
  { head: 'stored', cell: ({ compressedBytes }) => bytesText(compressedBytes), right: true },
  { head: 'unpacked', cell: ({ uncompressedBytes }) => bytesText(uncompressedBytes), right: true }
]

const GROUP_TABLE: readonly Column<RawRowGroup>[] = [
  { head: 'row group from row', cell: ({ firstRow }) => countText(firstRow), right: true },
  { head: 'rows', cell: ({ rows }) => countText(rows), right: true },
  { head: 'stored', cell: ({ compressedBytes }) => bytesText(compressedBytes), right: true },
  { head: 'unpacked', cell: ({ uncompressedBytes }) => bytesText(uncompressedBytes), right: true }
]

/** Number of row groups, key-values, leaf columns, and characters of a key-value that are shown; `--json` has all of them. */
const GROUPS_SHOWN = 20
const PAIRS_SHOWN = 100
const LEAVES_SHOWN = 500
const VALUE_SHOWN = 100
const CELL_SHOWN = 24

function textOf(name: string, { columns, cells, leaves, keyValues, rowGroups, rowCount, bytes, createdBy }: RawFile): string {
  const facts: [string, string][] = [
    ['size', `${bytesText(bytes)} (${countText(bytes)} bytes)`],
    ['rows', `${countText(rowCount)} in ${countOf(rowGroups.length, 'row group')}`],
    ['written by', createdBy ?? 'unknown'],
    ...keyValues
      .slice(0, PAIRS_SHOWN)
      .map(({ key, value, bytes: length }): [string, string] => [
        key.slice(0, VALUE_SHOWN),
        value === null ? 'no value' : `${value.length > VALUE_SHOWN ? `${value.slice(0, VALUE_SHOWN)}…` : value} (${bytesText(length)})`
      ])
  ]
  const width = Math.max(...facts.map(([fact]) => fact.length))
  const rowTable: Column<readonly [number, RawFile['cells'][number]]>[] = [
    { head: 'row', cell: ([row]) => countText(row), right: true },
    ...columns.map((head, at) => ({
      head: terminalSafe(head),
      cell: ([, row]: readonly [number, RawFile['cells'][number]]) => rawText(row[at] ?? null, CELL_SHOWN),
      right: cells.every(row => typeof row[at] === 'number')
    }))
  ]
  return [
    `${terminalSafe(name)}\n`,
    ...facts.map(([fact, text]) => `  ${terminalSafe(fact).padEnd(width)}  ${terminalSafe(text)}\n`),
    moreText(keyValues.length - PAIRS_SHOWN, 'key-value'),
    tablePart(COLUMN_TABLE, leaves, LEAVES_SHOWN, 'column'),
    tablePart(GROUP_TABLE, rowGroups, GROUPS_SHOWN, 'row group'),
    columns.length > 0 && cells.length > 0 ? `\n${tableText(rowTable, [...cells.entries()], 2)}` : ''
  ].join('')
}

function tablePart<Row>(columns: readonly Column<Row>[], rows: readonly Row[], shown: number, noun: string): string {
  if (rows.length === 0) return ''
  return `\n${tableText(columns, rows.slice(0, shown), 2)}${moreText(rows.length - shown, noun)}`
}

/** @param left number that is not shown; 0 or less for none */
function moreText(left: number, noun: string): string {
  return left > 0 ? `  ... and ${countOf(left, `more ${noun}`)} (--json prints all)\n` : ''
}
