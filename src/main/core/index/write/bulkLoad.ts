/**
 * Many rows into an empty index. Rows are appended to a table without its primary key; the keys are then sorted once and the key's B-tree written from end to end. Entered one by one, keys would go to
 * random places of a tree that soon is larger than memory. At the end the schema is the layout's own, to the letter.
 */
import Database from 'better-sqlite3'
import { WRITTEN_LAYOUT } from '../../layouts/registry.ts'

/** A row whose key an earlier row has: it is not in the index. */
export type RepeatedRow = { readonly shardPath: string; readonly row: number; readonly place: string }

const TABLE = 'window_index'
/** What SQLite calls the index of a table's primary key. */
const KEY_INDEX = `sqlite_autoindex_${TABLE}_1`
const KEY_COLUMNS = WRITTEN_LAYOUT.key.map(({ column }) => column)
const KEY = KEY_COLUMNS.join(', ')

/** What SQLite makes of the layout's statements: the table's text as it is kept, and its columns. */
function finalSchema(): { readonly table: string; readonly columns: string[]; readonly indexes: readonly string[] } {
  const db = new Database(':memory:')
  try {
    const [table = '', ...indexes] = WRITTEN_LAYOUT.indexStatements
    db.exec(table)
    const text = db.prepare<[string], string>('SELECT sql FROM sqlite_master WHERE name = ?').pluck().get(TABLE)
    const columns = db.prepare<[], { name: string; type: string }>(`PRAGMA table_info(${TABLE})`).all()
    if (text === undefined) throw new TypeError('the layout makes no table')
    return { table: text, columns: columns.map(({ name, type }) => `${name} ${type} NOT NULL`), indexes }
  } finally {
    db.close()
  }
}

/** Makes the table without its key. */
export function createBareTable(db: Database.Database): void {
  db.exec(`CREATE TABLE ${TABLE} (${finalSchema().columns.join(', ')})`)
}

/**
 * Gives the table its key and its other indexes.
 * @param misplaced shards whose rows stay only where no other shard has the same key
 * @returns rows that repeated the key of an earlier one, and are gone
 */
export function makeIndexes(db: Database.Database, misplaced: Iterable<string>): RepeatedRow[] {
  const { table, indexes } = finalSchema()
  const repeated = makeKeyIndex(db, misplaced)
  for (const statement of indexes) db.exec(statement)
  // The index of a primary key has the form of any unique one: only the schema has to say so.
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

/** Added to the rowid of a row in a misplaced shard: no table has so many rows. */
const LAST = 2 ** 40

/** Rows stand in path order: the first with a key has the lowest rowid. Those of misplaced shards come after all others. */
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
