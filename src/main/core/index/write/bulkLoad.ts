/**
 * Inserts many rows into an empty index. Rows are appended to a table without a primary key. Then the keys are sorted and the B-tree is
 * written sequentially. Inserted one by one, keys would be written to random positions of a tree that soon exceeds the memory. The final
 * schema is exactly that of the layout.
 */
import Database from 'better-sqlite3'
import { WRITTEN_LAYOUT } from '../../layouts/registry.ts'

/** A row whose key an earlier row has. It is not in the index. */
export type RepeatedRow = { readonly shardPath: string; readonly row: number; readonly place: string }

const TABLE = 'window_index'
/** SQLite's name for the index of a table's primary key. */
const KEY_INDEX = `sqlite_autoindex_${TABLE}_1`
const KEY_COLUMNS = WRITTEN_LAYOUT.key.map(({ column }) => column)
const KEY = KEY_COLUMNS.join(', ')

/** SQLite's form of the layout's statements: the stored text of the table, and its columns. */
function finalSchema(): { readonly table: string; readonly columns: string[]; readonly indexes: readonly string[] } {
  const db = new Database(':memory:')
  try {
    const [table = '', ...indexes] = WRITTEN_LAYOUT.indexStatements
    db.exec(table)
    const text = db.prepare<[string], string>('SELECT sql FROM sqlite_master WHERE name = ?').pluck().get(TABLE)
    const columns = db.prepare<[], { name: string; type: string }>(`PRAGMA table_info(${TABLE})`).all()
    if (text === undefined) throw new TypeError('the layout creates no table')
    return { table: text, columns: columns.map(({ name, type }) => `${name} ${type} NOT NULL`), indexes }
  } finally {
    db.close()
  }
}

/** Creates the table without its key. */
export function createBareTable(db: Database.Database): void {
  db.exec(`CREATE TABLE ${TABLE} (${finalSchema().columns.join(', ')})`)
}

/**
 * Adds the key and the other indexes to the table.
 * @param misplaced shards whose rows are kept only if no other shard has the same key
 * @returns rows that repeated the key of an earlier row and were removed
 */
export function makeIndexes(db: Database.Database, misplaced: Iterable<string>): RepeatedRow[] {
  const { table, indexes } = finalSchema()
  const repeated = makeKeyIndex(db, misplaced)
  for (const statement of indexes) db.exec(statement)
  // The index of a primary key has the form of any unique index. Only the schema must declare it.
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  db.prepare("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?").run(table, TABLE)
  db.prepare('UPDATE sqlite_master SET sql = NULL, name = ? WHERE name = ?').run(KEY_INDEX, 'key')
  db.pragma('writable_schema = OFF')
  db.unsafeMode(false)
  return repeated
}

function makeKeyIndex(db: Database.Database, misplaced: Iterable<string>): RepeatedRow[] {
  const unique = `CREATE UNIQUE INDEX key ON ${TABLE} (${KEY})`
  try {
    db.exec(unique)
    return []
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error
  }
  db.exec(`CREATE INDEX key ON ${TABLE} (${KEY})`)
  db.exec('CREATE TEMP TABLE misplaced (path TEXT PRIMARY KEY)')
  const insert = db.prepare('INSERT OR IGNORE INTO temp.misplaced VALUES (?)')
  for (const path of misplaced) insert.run(path)
  const repeated = takeOutRepeated(db)
  db.exec('DROP TABLE temp.misplaced')
  db.exec('DROP INDEX key')
  db.exec(unique)
  return repeated
}

/** Added to the rowid of rows in misplaced shards. No table has that many rows. */
const LAST = 2 ** 40

/** Rows are in path order, so the first row with a key has the lowest rowid. Rows of misplaced shards come after all others. */
function takeOutRepeated(db: Database.Database): RepeatedRow[] {
  const same = KEY_COLUMNS.map(column => `again.${column} = keys.${column}`).join(' AND ')
  const rows = db
    .prepare<[], RepeatedRow & { id: number }>(
      `SELECT again.rowid AS id, again.shard_path AS shardPath, again.row_offset AS row, kept.shard_path AS place
       FROM (SELECT ${KEY}, min(iif(shard_path IN temp.misplaced, rowid + ${LAST}, rowid)) % ${LAST} AS kept FROM ${TABLE} GROUP BY ${KEY} HAVING count(*) > 1) AS keys
       JOIN ${TABLE} AS again ON ${same} AND again.rowid <> keys.kept JOIN ${TABLE} AS kept ON kept.rowid = keys.kept
       ORDER BY again.rowid`
    )
    .all()
  const remove = db.prepare(`DELETE FROM ${TABLE} WHERE rowid = ?`)
  return rows.map(({ id, shardPath, row, place }) => {
    remove.run(id)
    return { shardPath, row, place }
  })
}
