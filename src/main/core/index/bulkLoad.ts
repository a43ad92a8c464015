/**
 * Many rows into an empty index. Rows are appended to a table without its primary key, each shard by one statement that takes the rows
 * apart inside SQLite; the keys are then sorted once and the key's B-tree written from end to end. Entered one by one, keys would go to
 * random places of a tree that soon is larger than memory. At the end the schema is the layout's own, to the letter.
 */
import Database from 'better-sqlite3'
import { hex } from '../hex.ts'
import type { ShardKeys } from '../integrity/shardKeys.ts'
import { LAYOUT_1 } from '../layout.ts'

/** A row whose key an earlier row has: it is not in the index. */
export type RepeatedRow = { readonly shardPath: string; readonly row: number; readonly place: string }

const TABLE = 'window_index'
/** What SQLite calls the index of a table's primary key. */
const KEY_INDEX = `sqlite_autoindex_${TABLE}_1`
const KEY = LAYOUT_1.indexKey.join(', ')

/** What SQLite makes of the layout's statements: the table's text as it is kept, and its columns. */
function finalSchema(): { readonly table: string; readonly columns: string[]; readonly indexes: readonly string[] } {
  const db = new Database(':memory:')
  try {
    const [table = '', ...indexes] = LAYOUT_1.indexSchema
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

/** Characters of one window hash, and of one time of creation, in the packed lists. */
const HASH_WIDTH = 64
const TIME_WIDTH = 20

/** The numbers from 0 on, which take a packed list apart: a table is counted through faster than a recursion. */
const NUMBERS = 'temp.numbers'

/** Enters the rows of a shard: one statement for consecutive rows of the same configuration. */
export function prepareInsert(db: Database.Database): (shardPath: string, keys: ShardKeys) => void {
  db.pragma('temp_store = MEMORY')
  db.exec(`CREATE TABLE ${NUMBERS} (i INTEGER PRIMARY KEY)`)
  const count = db.prepare(
    `WITH RECURSIVE more(i) AS (SELECT @from UNION ALL SELECT i + 1 FROM more WHERE i + 1 < @to) INSERT INTO ${NUMBERS} SELECT i FROM more`
  )
  let counted = 0
  const countTo = (rows: number): void => {
    if (rows <= counted) return
    const to = Math.min(ROWS_A_STATEMENT, Math.max(rows, 2 * counted))
    count.run({ from: counted, to })
    counted = to
  }
  const insert = db.prepare(
    `INSERT INTO ${TABLE} (${KEY}, shard_path, row_offset, created_at)
     SELECT CAST(substr(@windowHashes, ${HASH_WIDTH} * i + 1, ${HASH_WIDTH}) AS TEXT),
       @encoderHash, @stateLayer, @poolType, @poolRadius, @dtype,
       @shardPath, @first + i, CAST(substr(@times, ${TIME_WIDTH} * i + 1, ${TIME_WIDTH}) AS INTEGER) FROM ${NUMBERS} WHERE i < @rows`
  )
  return (shardPath, keys) => {
    for (let first = 0; first < keys.rows; ) {
      const end = endOfRun(keys.codes, first, keys.rows)
      const configuration = keys.configurations[keys.codes[first] ?? 0]
      if (configuration === undefined) throw new TypeError('a row without its configuration')
      // As bytes: SQLite would count through a text from its beginning for each of its parts.
      const windowHashes = Buffer.from(hex(keys.windowHashes.subarray(first * 32, end * 32)), 'latin1')
      const times = packedTimes(keys.createdAt.subarray(first, end))
      countTo(end - first)
      insert.run({ ...configuration, shardPath, first, rows: end - first, windowHashes, times })
      first = end
    }
  }
}

/** So many rows at most go into one statement: their texts are held in memory. */
const ROWS_A_STATEMENT = 65_536

function endOfRun(codes: Uint32Array, first: number, rows: number): number {
  let end = first + 1
  const limit = Math.min(rows, first + ROWS_A_STATEMENT)
  while (end < limit && codes[end] === codes[first]) end++
  return end
}

/** Times in decimal, each as wide as the widest can be. */
function packedTimes(times: BigInt64Array): Buffer {
  let text = ''
  let last: bigint | undefined
  let padded = ''
  for (const time of times) {
    if (time !== last) padded = time.toString().padStart(TIME_WIDTH)
    last = time
    text += padded
  }
  return Buffer.from(text, 'latin1')
}

/**
 * Gives the table its key and its other indexes.
 * @returns rows that repeated the key of an earlier one, and are gone
 */
export function makeIndexes(db: Database.Database): RepeatedRow[] {
  const { table, indexes } = finalSchema()
  const repeated = makeKeyIndex(db)
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

function makeKeyIndex(db: Database.Database): RepeatedRow[] {
  const unique = `CREATE UNIQUE INDEX key ON ${TABLE} (${KEY})`
  try {
    db.exec(unique)
    return []
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error
  }
  db.exec(`CREATE INDEX key ON ${TABLE} (${KEY})`)
  const repeated = takeOutRepeated(db)
  db.exec('DROP INDEX key')
  db.exec(unique)
  return repeated
}

/** Rows stand in path order: the first with a key has the lowest rowid. */
function takeOutRepeated(db: Database.Database): RepeatedRow[] {
  const same = LAYOUT_1.indexKey.map(column => `again.${column} = keys.${column}`).join(' AND ')
  const rows = db
    .prepare<[], RepeatedRow & { id: number }>(
      `SELECT again.rowid AS id, again.shard_path AS shardPath, again.row_offset AS row, kept.shard_path AS place
       FROM (SELECT ${KEY}, min(rowid) AS kept FROM ${TABLE} GROUP BY ${KEY} HAVING count(*) > 1) AS keys
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
