/** SQL for the index of a layout, generated from the parts of its key. */
import type { KeySpec } from '../../../shared/model/keySpec.ts'
import { type EntryKey, valuesOfKey } from '../keys/entryKey.ts'
import type { IndexRow } from '../keys/indexRow.ts'
import type { Layout } from '../layouts/layout.ts'

/** The statements for the index of a layout. */
export type Sql = {
  readonly key: readonly string[]
  readonly entryColumns: string
  readonly byKey: string
  readonly holds: string
  readonly byShard: string
  readonly beyond: string
  readonly insert: string
  readonly forgetEntry: string
  readonly summary: string
}

/** SQLite would take the path from the index by shard. A search by key takes it from the table. */
const OF_SHARD = `FROM (SELECT rowid AS place, shard_path AS path FROM window_index WHERE shard_path = ? ORDER BY rowid DESC)
  CROSS JOIN window_index NOT INDEXED ON window_index.rowid = place AND window_index.shard_path = path`

function makeSql(spec: KeySpec): Sql {
  const key = spec.map(({ column }) => column)
  const match = key.map(column => `${column} = ?`).join(' AND ')
  const keyColumns = spec.map(({ column, field }) => (column === field ? column : `${column} AS ${field}`)).join(', ')
  const entryColumns = `${keyColumns}, CAST(shard_path AS TEXT) AS shardPath, row_offset AS rowOffset`
  const byShard = `SELECT ${entryColumns} ${OF_SHARD}`
  const [hash, ...configuration] = key
  return {
    key,
    entryColumns,
    byKey: `SELECT CAST(shard_path AS TEXT) AS shardPath, row_offset AS rowOffset FROM window_index WHERE ${match}`,
    holds: `SELECT 1 FROM window_index WHERE ${match}`,
    byShard,
    beyond: `${byShard} WHERE typeof(row_offset) <> 'integer' OR row_offset < 0 OR row_offset >= ?`,
    insert: `INSERT INTO window_index (${[...key, 'shard_path', 'row_offset', 'created_at'].join(', ')})
  VALUES (${[...key, 1, 2, 3].map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`,
    forgetEntry: `DELETE FROM window_index WHERE ${match} AND shard_path = ? AND row_offset = ?`,
    summary: `SELECT count(*) AS entries,
  sum(${configuration.map(column => `${column} = ?`).join(' AND ')}
    AND typeof(${hash}) = 'text' AND length(${hash}) = 64 AND typeof(row_offset) = 'integer') AS fitting,
  group_concat(${hash}, '') AS hashes, group_concat(row_offset) AS rowOffsets, min(place) AS firstPlace, max(place) AS lastPlace
  ${OF_SHARD}`
  }
}

const made = new Map<KeySpec, Sql>()

export function sqlOf({ key }: Layout): Sql {
  let sql = made.get(key)
  if (sql === undefined) {
    sql = makeSql(key)
    made.set(key, sql)
  }
  return sql
}

/** A statement that inserts a row unless its key exists, and one that checks for a key, with their parameters. */
export function rowStatements(layout: Layout) {
  const { insert, holds } = sqlOf(layout)
  const ofKey = (key: EntryKey): unknown[] => valuesOfKey(layout.key, key) ?? []
  return { insert, holds, ofRow: (row: IndexRow) => [...ofKey(row), row.shardPath, row.rowOffset, row.createdAt], ofKey }
}

/** A row in the form for insertion. Null if damage has changed its types. */
export function rowOf(spec: KeySpec, found: Readonly<Record<string, unknown>>): IndexRow | null {
  const { shardPath, rowOffset, createdAt } = found
  if (typeof shardPath !== 'string' || typeof rowOffset !== 'bigint' || typeof createdAt !== 'bigint') return null
  const row: Record<string, unknown> = { shardPath, rowOffset: Number(rowOffset), createdAt }
  for (const { field, kind } of spec) {
    const value = found[field]
    if (typeof value !== (kind === 'integers' ? 'bigint' : 'string')) return null
    row[field] = typeof value === 'bigint' ? Number(value) : value
  }
  return row as IndexRow
}
