/**
 * Proves that every search by key succeeds. The tree of the primary key is in order from end to end, as binary search requires, and holds
 * exactly the rows of the table, each of which is found by rowid. Individual searches would take several times as long.
 */
import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { RowSum, type Seed, seedOf, wordsOf } from './rowSum.ts'

const KEY_TREE = 'window_index INDEXED BY sqlite_autoindex_window_index_1'
const HASH_BYTES = 64
const HASH_WORDS = HASH_BYTES / 4

/** Rows per statement. Another process can write between two statements. */
const ROWS_AT_ONCE = 16_384
const TRIES = 3

/** SQLite advances to the next rowid without a search, but needs a search for the previous one. */
const PLACES = 'SELECT rowid AS place FROM window_index NOT INDEXED WHERE rowid < ? ORDER BY rowid DESC LIMIT ?'

type Value = string | number | Buffer | null
type Row = readonly [rowid: number, windowHash: Value, ...configuration: Value[]]
/** Rows in four values. Rows that are `fitting` have one configuration, and a window hash of the usual length. */
type Packed = { readonly rows: number; readonly fitting: number; readonly hashes: Buffer; readonly rowids: Buffer }

/** A traversal of all rows, in strict order. */
type Side = {
  readonly single: Database.Statement<unknown[], Row>
  readonly packed: Database.Statement<unknown[], Packed>
  /** The parameters of both, without the number of rows, for the rows after a given one. Null for the first rows. */
  readonly after: (row: Row | null) => readonly unknown[]
  /** Compares the sort keys of two rows. Above 0 if the first comes later. */
  readonly compare: (row: Row, before: Row) => number
  readonly comparePacked: (hashes: Buffer, rowids: Float64Array, at: number) => number
}

/**
 * Yields after every few thousand rows, so that a caller can cancel.
 * @param key the columns of the primary key, the window hash first
 * @param seen rows that were already found by searching the table. If these are all rows, the table is not read again
 * @param ahead earlier result of `sumOfKeyTree`. Null if there is none, or if the tree was out of order
 * @returns null if every search succeeds, else the number that fail. 0 if only keys without a row are wrong
 * @throws SqliteError
 */
export function* proveLookUps(
  db: Database.Database,
  key: readonly string[],
  seen: RowSum,
  ahead: RowSum | null
): Generator<undefined, number | null> {
  const [tree, table] = [treeSide(db, key), tableSide(db, key)]
  const isWhole = seen.rows > 0 && db.prepare('SELECT count(*) FROM window_index NOT INDEXED').pluck().get() === seen.rows
  if (isWhole && (ahead ?? (yield* sumOf(tree)))?.equals(seen) === true) return null
  for (let attempt = 1; ; attempt++) {
    // The last attempt blocks writers, so that both sides have the state of one moment.
    if (attempt === TRIES) db.exec('BEGIN')
    try {
      const version = versionOf(db)
      const ofTree = yield* sumOf(tree)
      const ofTable = ofTree === null ? null : yield* sumOf(table)
      if (ofTree !== null && ofTable?.equals(ofTree) === true) return null
      if (versionOf(db) === version) return countFailing(db, key)
    } finally {
      if (db.inTransaction) db.exec('COMMIT')
    }
  }
}

/**
 * Reads the tree of the primary key from end to end. Yields after every few thousand rows.
 * @returns null if it is out of order
 * @throws SqliteError
 */
export function sumOfKeyTree(db: Database.Database, key: readonly string[]): Generator<undefined, RowSum | null> {
  return sumOf(treeSide(db, key))
}

/** Changes whenever another process has written. */
function versionOf(db: Database.Database): unknown {
  return db.pragma('data_version', { simple: true })
}

function countFailing(db: Database.Database, key: readonly string[]): number {
  const same = [...key, 'rowid'].map(column => `found.${column} = row.${column}`).join(' AND ')
  const found = `SELECT 1 FROM ${KEY_TREE.replace(' ', ' AS found ')} WHERE ${same}`
  const sql = `SELECT count(*) FROM window_index AS row NOT INDEXED WHERE NOT EXISTS (${found})`
  return db.prepare<[], number>(sql).pluck().get() ?? 0
}

function treeSide(db: Database.Database, key: readonly string[]): Side {
  const columns = key.join(', ')
  const rows = `SELECT rowid AS place, ${columns} FROM ${KEY_TREE}
    WHERE (${columns}) > (${key.map(() => '?').join(', ')}) ORDER BY ${columns} LIMIT ?`
  return {
    ...statements(db, key, rows),
    after: row => (row === null ? key.map(() => '') : row.slice(1)),
    compare: ([, ...values], [, ...before]) => compareKeys(values, before),
    comparePacked: (hashes, _, at) => {
      // The first bytes usually differ, and comparing them is faster than Buffer.compare.
      for (let i = at * HASH_BYTES; i < (at + 1) * HASH_BYTES; i++) {
        const difference = (hashes[i] ?? 0) - (hashes[i - HASH_BYTES] ?? 0)
        if (difference !== 0) return difference
      }
      return 0
    }
  }
}

function tableSide(db: Database.Database, key: readonly string[]): Side {
  const rows = `SELECT place, ${key.join(', ')} FROM (${PLACES}) CROSS JOIN window_index NOT INDEXED ON window_index.rowid = place`
  return {
    ...statements(db, key, rows),
    after: row => [row === null ? 2 ** 63 : row[0]],
    compare: ([rowid], [before]) => before - rowid,
    comparePacked: (_, rowids, at) => (rowids[at - 1] ?? 0) - (rowids[at] ?? 0)
  }
}

function statements(db: Database.Database, key: readonly string[], rows: string): Pick<Side, 'single' | 'packed'> {
  const [hash, ...configuration] = key
  const fits = [...configuration.map(column => `${column} = ?`), `typeof(${hash}) = 'text'`, `octet_length(${hash}) = ${HASH_BYTES}`]
  const packed = `SELECT count(*) AS rows, total(${fits.join(' AND ')}) AS fitting, CAST(group_concat(${hash}, '') AS BLOB) AS hashes,
    CAST(group_concat(place) AS BLOB) AS rowids FROM (${rows})`
  return { single: db.prepare<unknown[], Row>(rows).raw(), packed: db.prepare<unknown[], Packed>(packed) }
}

/** In SQLite's order of texts and numbers. Any other value in a key is damage, and is out of order. */
function compareKeys(key: readonly Value[], before: readonly Value[]): number {
  const at = key.findIndex((value, i) => value !== before[i])
  const [value, other] = [key[at], before[at]]
  if (typeof value === 'string' && typeof other === 'string') return Buffer.compare(Buffer.from(value), Buffer.from(other))
  return typeof value === 'number' && typeof other === 'number' ? value - other : -1
}

/** The sum of a side's rows. Null if they are out of order. */
function* sumOf(side: Side): Generator<undefined, RowSum | null> {
  const sum = new RowSum()
  let last: Row | null = null
  for (;;) {
    const packed: Row | null = last === null ? null : addPacked(side, sum, last)
    const next: Row | null | undefined = packed ?? addSingly(side, sum, last)
    if (next === undefined) return null
    if (next === last) return sum
    last = next
    yield
  }
}

/**
 * Adds the next rows if they are in order and all have the configuration of the preceding row.
 * @returns the last of them. Null if nothing was added
 */
function addPacked(side: Side, sum: RowSum, before: Row): Row | null {
  const [, , ...configuration] = before
  const found = side.packed.get(...configuration, ...side.after(before), ROWS_AT_ONCE)
  if (found === undefined || found.rows === 0 || found.fitting !== found.rows) return null
  const { rows, hashes } = found
  const rowids = numbersOf(found.rowids, rows)
  const rowAt = (at: number): Row => [rowids[at] ?? 0, hashes.toString('utf8', at * HASH_BYTES, (at + 1) * HASH_BYTES), ...configuration]
  if (side.compare(rowAt(0), before) <= 0) return null
  for (let at = 1; at < rows; at++) if (side.comparePacked(hashes, rowids, at) <= 0) return null
  const words = wordsOf(hashes)
  const seed = seedOf(configuration)
  for (let at = 0; at < rows; at++) sum.add(rowids[at] ?? 0, seed, words, at * HASH_WORDS, (at + 1) * HASH_WORDS)
  return rowAt(rows - 1)
}

/** @returns the last row, `before` if none follows, undefined if they are out of order */
function addSingly(side: Side, sum: RowSum, before: Row | null): Row | null | undefined {
  let last = before
  const seeds = new Map<string, Seed>()
  // After the first row, the following ones can be packed.
  for (const row of side.single.iterate(...side.after(before), before === null ? 1 : ROWS_AT_ONCE)) {
    if (last !== null && side.compare(row, last) <= 0) return undefined
    const [rowid, windowHash, ...configuration] = row
    const text = configuration.map(value => `${typeof value} ${String(value)}`).join('\n')
    let seed = seeds.get(text)
    if (seed === undefined) {
      seed = seedOf(configuration)
      seeds.set(text, seed)
    }
    sum.add(rowid, seed, hashWords(windowHash), 0, HASH_WORDS)
    last = row
  }
  return last
}

const [COMMA, ZERO, MINUS] = [0x2c, 0x30, 0x2d]

/** Decimal numbers, separated by commas. */
function numbersOf(text: Buffer, count: number): Float64Array {
  const numbers = new Float64Array(count)
  let [at, value, sign] = [0, 0, 1]
  for (const byte of text) {
    if (byte === COMMA) {
      numbers[at] = sign * value
      at += 1
      value = 0
      sign = 1
    } else if (byte === MINUS) sign = -1
    else value = value * 10 + byte - ZERO
  }
  numbers[at] = sign * value
  return numbers
}

/** For a text of another length, those of its digest. */
function hashWords(windowHash: Value): Int32Array {
  const bytes = Buffer.from(typeof windowHash === 'string' ? windowHash : `${typeof windowHash} ${String(windowHash)}`)
  return wordsOf(bytes.length === HASH_BYTES ? bytes : createHash('sha512').update(bytes).digest())
}
