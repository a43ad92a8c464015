/**
 * The cache's SQLite index, which is not trusted: no code in its schema runs, and callers check every path from it. Only this folder has
 * SQL on index.sqlite.
 */
import { lstatSync } from 'node:fs'
import { basename } from 'node:path'
import Database from 'better-sqlite3'
import { CacheError } from '../../../shared/model/errors.ts'
import type { RowPlace } from '../../../shared/model/record.ts'
import { asSystemError } from '../fs/systemError.ts'
import { type EntryKey, valuesOfKey } from '../keys/entryKey.ts'
import type { IndexEntry, IndexRow } from '../keys/indexRow.ts'
import type { KeyConfiguration } from '../keys/keyConfiguration.ts'
import type { ShardKeys } from '../keys/shardKeys.ts'
import type { Layout } from '../layouts/layout.ts'
import { generationText } from '../layouts/layoutOf.ts'
import { checkReadable } from '../sqlite/checkReadable.ts'
import { strangeJournal } from '../sqlite/database.ts'
import { otherGenerationOfDamaged } from './generation.ts'
import { rowOf, rowStatements, type Sql, sqlOf } from './indexSql.ts'
import { indexFile, replaceLinkedIndex } from './linkedIndex.ts'
import { type OpenMode, openFile } from './openFile.ts'
import { prepareInsert } from './packedRows.ts'
import { proveLookUps, sumOfKeyTree } from './proveLookUps.ts'
import { RowSum, seedOf, wordsOf } from './rowSum.ts'
import { checkSchema, guarded, harden, IndexUnusable, type SchemaObject, unusableOf } from './untrusted.ts'

/**
 * Opens the index of a cache.
 * @param root absolute
 * @param mode 'read' never writes a byte
 * @returns null if it does not exist, or is still empty
 * @throws IndexUnusable (also when writing an index of a layout that is only read), CacheBusyError, SystemError
 */
export function openIndex(root: string, mode: 'read' | 'write'): WindowIndex | null {
  if (mode === 'write') replaceLinkedIndex(root)
  const path = indexFile(root)
  if (!hasIndex(path)) return null
  try {
    return twiceIfSpoiled(() => patiently(() => openChecked(path, mode)))
  } catch (error) {
    if (mode === 'read' && isInterrupted(error)) return openChecked(path, 'copy')
    if (!(error instanceof IndexUnusable) || error.kind !== 'index_unreadable') throw error
    if (mode === 'write') checkReadable(path)
    const other = otherGenerationOfDamaged(path)
    throw other === null ? error : new IndexUnusable('index_unsupported', `${other}, damaged`, { cause: error })
  }
}

/** Why the index of a cache belongs to another GenoLeWM. Null if it does not, or if this is unknown. */
export function unsupportedIndex(root: string): IndexUnusable | null {
  try {
    const index = openIndex(root, 'read')
    index?.close()
    return index === null || index.isWritten ? null : onlyRead(index.layout)
  } catch (error) {
    return error instanceof IndexUnusable && error.kind === 'index_unsupported' ? error : null
  }
}

/** Why the index of a layout that is only read is not changed. */
function onlyRead(layout: Layout): IndexUnusable {
  return new IndexUnusable('index_unsupported', generationText(layout.userVersion), undefined, layout)
}

/**
 * Whether the index exists. SQLite would follow a link in place of it or its journals, and block on a pipe.
 * @throws IndexUnusable, SystemError
 */
function hasIndex(path: string): boolean {
  try {
    const index = lstatSync(path, { throwIfNoEntry: false })?.isFile()
    if (index === false) throw new IndexUnusable('index_unreadable', 'it is not a plain file')
    const strange = strangeJournal(path, lstatSync)
    if (strange !== undefined) throw new IndexUnusable('index_unreadable', `${basename(path)}${strange} beside it is not a plain file`)
    return index !== undefined
  } catch (error) {
    throw error instanceof IndexUnusable ? error : asSystemError(error, 'open', path)
  }
}

/** SQLite reports an index as damaged even if its device failed only once, so such an index is checked again. */
function twiceIfSpoiled<T>(open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof IndexUnusable) || error.kind !== 'index_unreadable') throw error
    return open()
  }
}

/** Temporary errors that a reader may get while Python deletes and recreates the index. */
const PASSING = new Set(['SQLITE_READONLY_ROLLBACK', 'SQLITE_READONLY_RECOVERY', 'SQLITE_READONLY_DBMOVED', 'SQLITE_CANTOPEN'])
const TRIES = 10
const PAUSE_MS = 50

/** Retries for half a second if the error may be temporary. */
export function patiently<T>(open: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return open()
    } catch (error) {
      const { cause } = error instanceof CacheError ? error : { cause: null }
      if (attempt === TRIES || !(cause instanceof Database.SqliteError) || !PASSING.has(cause.code)) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
}

/** Whether a writer died during a transaction. The next writer rolls it back, and a reader does so in a copy. */
function isInterrupted(error: unknown): boolean {
  const { cause } = error instanceof IndexUnusable ? error : { cause: null }
  return cause instanceof Database.SqliteError && (cause.code === 'SQLITE_READONLY_ROLLBACK' || cause.code === 'SQLITE_READONLY_RECOVERY')
}

function openChecked(path: string, mode: OpenMode): WindowIndex | null {
  return guarded(() => {
    const opened = openFile(path, mode)
    if (opened === null) return null
    const { db, close } = opened
    try {
      harden(db)
      const objects = db.prepare<[], SchemaObject>('SELECT type, name FROM sqlite_master').all()
      const layout = checkSchema(db, objects)
      if (mode === 'write' && layout.indexStatements === null) throw onlyRead(layout)
      if (objects.length === 0) {
        close()
        return null
      }
      return new WindowIndex(db, close, layout)
    } catch (error) {
      close()
      throw error
    }
  })
}

/**
 * All entries of one shard in a few values, the last one first, so that SQLite searches for each as in a search by key. Entries that Python
 * could not have written do not fit.
 */
type Summary = {
  readonly entries: number
  readonly fitting: number
  readonly hashes: string | null
  readonly rowOffsets: string | null
  readonly firstPlace: number
  readonly lastPlace: number
}

/** Number of rows whose texts are compared at a time: 64 characters each. */
const ROWS_AT_ONCE = 262_144

const counted = new Map<number, string>()

/** The offsets down to 0, joined like SQLite does. Kept, because most shards have as many rows as the previous one. */
function countedDown(rows: number): string {
  let text = counted.get(rows)
  if (text === undefined) {
    text = Array.from({ length: rows }, (_, row) => rows - 1 - row).join(',')
    counted.clear()
    counted.set(rows, text)
  }
  return text
}

function brokenText(failing: number): string {
  const disagree = 'the search tree of its primary key does not agree with its rows'
  return failing === 0 ? disagree : `${disagree}, so that ${failing === 1 ? 'one key is' : `${failing} keys are`} not found`
}

/** An open index. */
export class WindowIndex {
  /** Closes the database. */
  readonly close: () => void
  readonly layout: Layout
  private readonly db: Database.Database
  private readonly sql: Sql
  /** Prepared on first use, because a search needs only one of them. */
  private readonly prepared = new Map<string, Database.Statement>()
  private readonly schema: readonly string[]
  /** Entries that were found to be exactly the rows of their shards. */
  private readonly seen = new RowSum()
  private keyTree: RowSum | null = null
  private insertShard: ReturnType<typeof prepareInsert> | undefined

  /** @param schema statements for the start of the first transaction, if the index does not exist yet */
  constructor(db: Database.Database, close: () => void, layout: Layout, schema: readonly string[] = []) {
    this.db = db
    this.close = close
    this.layout = layout
    this.sql = sqlOf(layout)
    this.schema = schema
  }

  /** Whether it has the layout that this program writes. */
  get isWritten(): boolean {
    return this.layout.indexStatements !== null
  }

  private guarded<T>(work: () => T): T {
    try {
      return guarded(work)
    } catch (error) {
      throw error instanceof IndexUnusable ? unusableOf(this.layout, error) : error
    }
  }

  private prepare<Params extends unknown[], Row>(sql: string): Database.Statement<Params, Row> {
    let statement = this.prepared.get(sql)
    if (statement === undefined) {
      statement = this.db.prepare(sql)
      this.prepared.set(sql, statement)
    }
    return statement as Database.Statement<Params, Row>
  }

  /** The location of a key. Null for a key that the index does not hold, or cannot hold. */
  locate(key: EntryKey): RowPlace | null {
    return this.guarded(() => this.atKey(key))
  }

  private atKey(key: EntryKey): RowPlace | null {
    const values = valuesOfKey(this.layout.key, key)
    return values === null ? null : (this.prepare<unknown[], RowPlace>(this.sql.byKey).get(...values) ?? null)
  }

  /** The entries that point to a shard, in any order. */
  entriesOf(shardPath: string): IndexEntry[] {
    return this.guarded(() => this.prepare<[string], IndexEntry>(this.sql.byShard).all(shardPath))
  }

  /** The entries among them that point beyond the last row of a shard with this many rows. */
  entriesBeyond(shardPath: string, rows: number): IndexEntry[] {
    return this.guarded(() => this.prepare<[string, number], IndexEntry>(this.sql.beyond).all(shardPath, rows))
  }

  /**
   * Whether a shard's entries are exactly its rows, in order and all of one configuration. This is the usual case, and SQLite checks it
   * with one statement. If false, the entries must be compared one by one.
   * @param windowHashes of all rows in hex, from the last row to the first
   */
  holdsExactly(shardPath: string, rows: number, windowHashes: string, configuration: KeyConfiguration): boolean {
    if (rows === 0 || rows > ROWS_AT_ONCE) return false
    const values = valuesOfKey(this.layout.key, { ...configuration, windowHash: '' })?.slice(1)
    if (values === undefined) return false
    const found = this.guarded(() => this.prepare<unknown[], Summary>(this.sql.summary).get(...values, shardPath))
    if (found?.fitting !== rows || found.entries !== rows || found.hashes !== windowHashes || found.rowOffsets !== countedDown(rows))
      return false
    const { firstPlace, lastPlace } = found
    if (lastPlace - firstPlace === rows - 1) {
      const words = wordsOf(Buffer.from(windowHashes, 'latin1'))
      const seed = seedOf(values)
      for (let row = 0; row < rows; row++) this.seen.add(lastPlace - row, seed, words, row * 16, row * 16 + 16)
    }
    return true
  }

  /** The entries that point to a shard, in the form for insertion. */
  rowsOf(shardPath: string): Generator<IndexRow> {
    return this.rows('WHERE shard_path = ?', shardPath)
  }

  /** All entries by a table scan in either direction, which also works if the trees of its indexes are damaged. */
  allRows(from: 'first' | 'last'): Generator<IndexRow> {
    return this.rows(`NOT INDEXED ORDER BY rowid ${from === 'first' ? 'ASC' : 'DESC'}`)
  }

  private *rows(which: string, ...params: string[]): Generator<IndexRow> {
    const sql = `SELECT ${this.sql.entryColumns}, created_at AS createdAt FROM window_index ${which}`
    const rows = this.guarded(() =>
      this.db
        .prepare<string[], Record<string, unknown>>(sql)
        .safeIntegers()
        .iterate(...params)
    )
    try {
      for (const found of this.guardedSteps(rows)) {
        const row = rowOf(this.layout.key, found)
        if (row !== null) yield row
      }
    } finally {
      rows.return?.()
    }
  }

  /**
   * Performs the part of `prove` that needs no shards, while they are read. Yields regularly.
   * @throws IndexUnusable
   */
  *prepareProof(): Generator<undefined, void> {
    this.keyTree = yield* this.guardedSteps(sumOfKeyTree(this.db, this.sql.key))
  }

  /**
   * Proves that a search for every entry's key finds that entry. Yields regularly.
   * @throws IndexUnusable if not
   */
  *prove(): Generator<undefined, void> {
    const failing = yield* this.guardedSteps(proveLookUps(this.db, this.sql.key, this.seen, this.keyTree))
    if (failing !== null) throw unusableOf(this.layout, new IndexUnusable('index_unreadable', brokenText(failing)))
  }

  /** The same steps, with the errors of each as errors of the index. */
  private *guardedSteps<Step, Result>(steps: Iterator<Step, Result>): Generator<Step, Result> {
    for (;;) {
      const next = this.guarded(() => steps.next())
      if (next.done === true) return next.value
      yield next.value
    }
  }

  /** All shard paths, with one search each. The entries of a shard are skipped. */
  *distinctShardPaths(): Generator<string> {
    const first = this.db.prepare<[], { path: string | null }>('SELECT min(shard_path) AS path FROM window_index')
    const after = this.db.prepare<[string], { path: string | null }>(
      'SELECT min(shard_path) AS path FROM window_index WHERE shard_path > ?'
    )
    let path = this.guarded(() => first.get())?.path ?? null
    while (typeof path === 'string') {
      yield path
      const last = path
      path = this.guarded(() => after.get(last))?.path ?? null
    }
  }

  /** All shard paths, with their number of entries. */
  shardPaths(): Map<string, number> {
    const sql = 'SELECT CAST(shard_path AS TEXT) AS shardPath, count(*) AS entries FROM window_index GROUP BY shard_path'
    const rows = this.guarded(() => this.db.prepare<[], { shardPath: string; entries: number }>(sql).all())
    return new Map(rows.map(({ shardPath, entries }) => [shardPath, entries]))
  }

  /** Entries whose window hash begins with a hex prefix, in order of the hash. */
  withPrefix(prefix: string, limit: number): IndexEntry[] {
    // 'g' follows 'f': the range covers exactly the hex strings that begin with the prefix.
    const sql = `SELECT ${this.sql.entryColumns} FROM window_index WHERE window_hash >= ? AND window_hash < ? ORDER BY window_hash, shard_path, row_offset LIMIT ?`
    return this.guarded(() => this.prepare<[string, string, number], IndexEntry>(sql).all(prefix, `${prefix}g`, limit))
  }

  /** Removes the entries that point to a shard. */
  forget(shardPath: string): void {
    this.guarded(() => this.prepare<[string], never>('DELETE FROM window_index WHERE shard_path = ?').run(shardPath))
  }

  /** Removes an entry, if it still points to the same row. */
  forgetEntry(entry: IndexEntry): void {
    const values = valuesOfKey(this.layout.key, entry)
    if (values === null) return
    this.guarded(() => this.prepare<unknown[], never>(this.sql.forgetEntry).run(...values, entry.shardPath, entry.rowOffset))
  }

  /** Runs `work` in one transaction, after waiting for the lock. */
  transaction(work: () => void): void {
    const all = (): void => {
      // Another process may have been faster, so each statement creates only what does not exist.
      for (const statement of this.schema) this.db.exec(statement)
      work()
    }
    this.guarded(() => this.db.transaction(all).immediate())
  }

  /** Inserts the rows of a shard whose keys are free. @returns the number of inserted rows */
  enterShard(shardPath: string, keys: ShardKeys): number {
    this.insertShard ??= prepareInsert(this.db)
    return this.insertShard(shardPath, keys)
  }

  /** Inserts a row. If its key is taken, nothing changes and the existing location is returned. */
  enterUnlessTaken(row: IndexRow): RowPlace | null {
    const { insert, ofRow } = rowStatements(this.layout)
    const { changes } = this.prepare<unknown[], never>(insert).run(...ofRow(row))
    return changes === 1 ? null : this.atKey(row)
  }
}
