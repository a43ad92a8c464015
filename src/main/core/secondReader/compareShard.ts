/** Compares all values of a shard's columns from both readers, bit by bit. */
import type { Limits } from '../limits/limits.ts'
import { KEPT_BYTES, ownMemory } from '../parquet/file/pageMemory.ts'
import { openShardFile, readWhole } from '../parquet/file/shardFile.ts'
import type { RowGroup } from '../parquet/footer/footer.ts'
import type { FlatColumn } from '../parquet/pages/rowColumns.ts'
import { openShard, type ShardReader } from '../parquet/shardReader.ts'
import { compareEmbeddings } from './compareEmbeddings.ts'
import { ownValue, secondValue, type Value } from './hyparquet/columnValues.ts'
import { type HyparquetFile, hyparquetFile } from './hyparquet/hyparquetFile.ts'
import { Incomparable, readStored, type StoredColumn } from './hyparquet/storedColumns.ts'
import { proveChunk } from './proveChunk.ts'

/** A column in which the readers differ: the first such row, the value of each reader, and the number of rows affected. */
export type Difference = {
  readonly column: string
  /** In the shard. Null if the number of rows differs. */
  readonly row: number | null
  readonly own: string
  readonly second: string
  readonly rows: number
}

/**
 * Compares a shard whose columns the first reader can read.
 * @param path absolute
 * @returns one difference per column, none if both readers agree
 * @throws ShardFault, SystemError, Incomparable, and all errors of hyparquet
 */
export async function compareShard(path: string, limits: Limits): Promise<Difference[]> {
  const shard = openShard(path, limits, file => (file.bytes <= KEPT_BYTES ? readWhole(file, ownMemory) : file))
  try {
    // The caller keeps the time and ends this thread.
    shard.allow(Number.POSITIVE_INFINITY)
    for (const [name, { field }] of shard.bind().layout) {
      if (field.field.type.id === 'extension') throw new Incomparable(`values of ${name}, an extension type of Arrow, are not compared`)
    }
    const [oddity] = shard.footer.oddities
    if (oddity !== undefined) throw new Incomparable(`the footer contradicts itself: ${oddity}`)
    const { rows: declared } = shard.footer
    shard.settleRows()
    if (shard.footer.rows !== declared) throw new Incomparable('its columns have another number of rows than the footer says')
    const second = hyparquetFile(shard.file, shard.footer.footerBytes, limits)
    const found = new Differences()
    const rows = second.metadata.num_rows
    if (rows !== BigInt(shard.footer.rows)) found.add('', null, `${shard.footer.rows} rows`, `${rows} rows`)
    for (const group of shard.footer.rowGroups) if (group.rows > 0) await compareGroup(shard, group, second, found)
    if (found.list.length > 0 && hasChanged(path, shard)) throw new Incomparable('the file changed while it was being read')
    return found.list
  } finally {
    shard.close()
  }
}

async function compareGroup(shard: ShardReader, group: RowGroup, second: HyparquetFile, found: Differences): Promise<void> {
  const names = shard.layout.columns.map(({ name }) => name)
  for (const name of names) {
    const chunk = shard.chunk(group, name)
    if (chunk === null) throw new Incomparable(`${name} consists of several columns`)
    proveChunk(shard.file, chunk, shard.limits)
  }
  const stored = await readStored(second, names, { start: group.firstRow, end: group.firstRow + group.rows })
  for (const { name, kind } of shard.layout.columns) {
    const column = stored.get(name)
    if (column === undefined) throw new TypeError(`column ${name} was not read`)
    const differ = (row: number, own: string, other: string): void => found.add(name, group.firstRow + row, own, other)
    if (column.values.length !== group.rows) found.add(name, null, `${group.rows} rows`, `${column.values.length} rows`)
    else if (kind === 'embedding') compareEmbeddings(shard, group, column, differ)
    else compareFlat(flatColumn(shard, group, name, kind), kind, column, differ)
  }
}

function flatColumn(shard: ShardReader, group: RowGroup, name: string, kind: FlatColumn['kind']): FlatColumn {
  switch (kind) {
    case 'texts':
      return shard.texts(group, name)
    case 'integers':
      return shard.integers(group, name)
    case 'digests':
      return shard.digests(group, name)
    case 'booleans':
      return shard.booleans(group, name)
  }
}

function compareFlat(
  own: FlatColumn,
  kind: FlatColumn['kind'],
  { declared, values }: StoredColumn,
  differ: (row: number, own: string, second: string) => void
): void {
  for (let row = 0; row < values.length; row++) {
    const [mine, other] = [ownValue(own, row), secondValue(kind, declared, values[row])]
    if (mine !== other) differ(row, textOf(mine), textOf(other))
  }
}

function textOf(value: Value): string {
  if (typeof value !== 'string') return String(value)
  return value.length > 80 ? `${JSON.stringify(value.slice(0, 80))}…` : JSON.stringify(value)
}

class Differences {
  readonly list: (Difference & { rows: number })[] = []

  add(column: string, row: number | null, own: string, second: string): void {
    const known = this.list.find(each => each.column === column)
    if (known === undefined) this.list.push({ column, row, own, second, rows: 1 })
    else known.rows += 1
  }
}

function hasChanged(path: string, { file }: ShardReader): boolean {
  const now = openShardFile(path)
  try {
    return now.bytes !== file.bytes || now.mtimeNs !== file.mtimeNs
  } finally {
    now.close()
  }
}
