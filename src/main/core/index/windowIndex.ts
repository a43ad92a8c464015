/**
 * The cache's SQLite index, opened without trust: no code in its schema runs, every path that comes out of it is checked by who
 * uses it. The only room that knows SQL on index.sqlite.
 */
import { copyFileSync, lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { CacheBusyError, CacheCorruptError, CacheError, SystemError } from '../../../shared/model/errors.ts'
import type { RowPlace, WindowKey } from '../../../shared/model/record.ts'
import { isThere, makeFolder, removeQuietly } from '../durableFile.ts'
import { LAYOUT_1 } from '../layout.ts'
import { INDEX_PATH } from '../paths.ts'
import { asSystemError, failedWith } from '../systemError.ts'
import { openDatabase } from './database.ts'

const BUSY_MS = 10_000

/** One entry as the index spells it: hashes in hex. */
export type IndexEntry = RowPlace & {
  readonly windowHash: string
  readonly encoderHash: string
  readonly stateLayer: number
  readonly poolType: string
  readonly poolRadius: number
  readonly dtype: string
}

/** A row to be entered. */
export type IndexRow = IndexEntry & { readonly createdAt: bigint }

/** Why an index cannot be used: `index_unreadable` or `index_schema`. */
export class IndexUnusable extends CacheCorruptError {
  readonly kind: 'index_unreadable' | 'index_schema'

  constructor(kind: 'index_unreadable' | 'index_schema', why: string, options?: ErrorOptions) {
    super(`the index ${INDEX_PATH} cannot be used: ${why}; a reindex makes a new one`, { index_path: INDEX_PATH, reason: why }, options)
    this.kind = kind
  }
}

const KEY_MATCH = LAYOUT_1.indexKey.map(column => `${column} = ?`).join(' AND ')

/**
 * Opens the index of a cache.
 * @param root absolute
 * @param mode 'read' never writes a byte
 * @returns null when there is none, or one that its maker has put nothing into yet
 * @throws IndexUnusable, CacheBusyError, SystemError
 */
export function openIndex(root: string, mode: 'read' | 'write'): WindowIndex | null {
  const path = join(root, INDEX_PATH)
  try {
    if (!lstatSync(path).isFile()) throw new IndexUnusable('index_unreadable', 'it is not a plain file')
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return null
    throw error instanceof IndexUnusable ? error : asSystemError(error, 'open', path)
  }
  try {
    return patiently(() => openChecked(path, mode))
  } catch (error) {
    if (mode === 'read' && isInterrupted(error)) return openChecked(path, 'copy')
    throw error
  }
}

/** What a reader may meet for a moment while Python deletes the index and makes it anew. */
const PASSING = new Set(['SQLITE_READONLY_ROLLBACK', 'SQLITE_READONLY_RECOVERY', 'SQLITE_READONLY_DBMOVED', 'SQLITE_CANTOPEN'])
const TRIES = 10
const PAUSE_MS = 50

/** Tries again for half a second before a fault of the index that may pass counts as one. */
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

/** Whether a writer died in the middle of a transaction: the next one that may write undoes it, and a reader in a copy. */
function isInterrupted(error: unknown): boolean {
  const { cause } = error instanceof IndexUnusable ? error : { cause: null }
  return cause instanceof Database.SqliteError && (cause.code === 'SQLITE_READONLY_ROLLBACK' || cause.code === 'SQLITE_READONLY_RECOVERY')
}

type OpenMode = 'read' | 'write' | 'copy'

function openChecked(path: string, mode: OpenMode): WindowIndex | null {
  return guarded(() => {
    const opened = openFile(path, mode)
    if (opened === null) return null
    const { db, close } = opened
    try {
      harden(db)
      const objects = db.prepare<[], SchemaObject>('SELECT type, name FROM sqlite_master').all()
      if (objects.length === 0) {
        close()
        return null
      }
      checkSchema(db, objects)
      return new WindowIndex(db, close)
    } catch (error) {
      close()
      throw error
    }
  })
}

type Opened = { readonly db: Database.Database; readonly close: () => void }

/** Null when the file went away since it was seen: Python's reindex deletes the old index before it makes the new one. */
function openFile(path: string, mode: OpenMode): Opened | null {
  try {
    if (mode === 'copy') return openCopy(path)
    if (mode === 'read') return openReadOnly(path)
    return openedInPlace(openDatabase(path, { fileMustExist: true, timeout: BUSY_MS }))
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_CANTOPEN' && !isThere(path)) return null
    throw error
  }
}

function openedInPlace(db: Database.Database): Opened {
  return { db, close: () => db.close() }
}

/** What SQLite lays beside a database in WAL mode as soon as it looks into it. */
const WAL_FILES = ['-wal', '-shm']

/**
 * An index in WAL mode (neither we nor Python make one) is read in a copy, and what SQLite laid beside it is taken away. It is left to
 * SQLite to tell the mode: had we opened the file ourselves, closing it would take the locks away from every connection of this
 * process (POSIX), and another process would undo the transaction of one of our threads.
 */
function openReadOnly(path: string): Opened {
  const absent = WAL_FILES.map(suffix => `${path}${suffix}`).filter(file => !isThere(file))
  const db = openDatabase(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
  let mode: unknown
  try {
    mode = db.pragma('journal_mode', { simple: true })
  } catch (error) {
    db.close()
    throw error
  }
  if (mode !== 'wal') return openedInPlace(db)
  db.close()
  for (const file of absent) removeQuietly(file)
  return openCopy(path)
}

/** A copy, on which SQLite finishes or undoes what a crash left in the middle; it goes when it is closed. */
function openCopy(path: string): Opened {
  const folder = mkdtempSync(join(tmpdir(), 'lewm-index-'))
  const discard = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'index.sqlite')
    copyFileSync(path, copy)
    for (const suffix of ['-wal', '-journal']) if (isThere(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`)
    const db = openDatabase(copy)
    const close = (): void => {
      db.close()
      discard()
    }
    try {
      db.pragma('journal_mode = DELETE')
      db.pragma('query_only = ON')
    } catch (error) {
      db.close()
      throw error
    }
    return { db, close }
  } catch (error) {
    discard()
    throw error
  }
}

type SchemaObject = { readonly type: string; readonly name: string }

/**
 * Enters rows in one transaction, making the index when there is none.
 * @throws CacheCorruptError when a key stands at another place, IndexUnusable, CacheBusyError, SystemError
 */
export function enterRows(root: string, rows: readonly IndexRow[]): void {
  withIndex(root, index => {
    for (const row of rows) {
      const taken = index.enterUnlessTaken(row)
      if (taken === null || (taken.shardPath === row.shardPath && taken.rowOffset === row.rowOffset)) continue
      throw new CacheCorruptError('cache index already contains this key', {
        window_hash: row.windowHash,
        existing_shard_path: taken.shardPath,
        new_shard_path: row.shardPath
      })
    }
  })
}

/**
 * Removes all entries of some shards, before the shards go: an index must not point at what is not there.
 * Without an index, or with one that cannot be used, there is nothing to remove.
 * @throws CacheBusyError, SystemError
 */
export function forgetShards(root: string, shardPaths: readonly string[]): void {
  let index: WindowIndex | null
  try {
    index = openIndex(root, 'write')
  } catch (error) {
    if (error instanceof IndexUnusable) return
    throw error
  }
  if (index === null) return
  const open = index
  try {
    open.transaction(() => {
      for (const shardPath of shardPaths) open.forget(shardPath)
    })
  } catch (error) {
    if (!(error instanceof IndexUnusable)) throw error
  } finally {
    open.close()
  }
}

/** Changes the index in one transaction, making it when there is none; what `work` throws undoes it. */
export function withIndex(root: string, work: (index: WindowIndex) => void): void {
  const existing = openIndex(root, 'write')
  if (existing === null) createIndex(root)
  const index = existing ?? openIndex(root, 'write')
  if (index === null) throw new CacheBusyError('another process took the index away while it was to be written')
  try {
    index.transaction(() => work(index))
  } finally {
    index.close()
  }
}

function createIndex(root: string): void {
  const path = join(root, INDEX_PATH)
  makeFolder(dirname(path))
  guarded(() => {
    const db = openDatabase(path, { timeout: BUSY_MS })
    try {
      db.transaction(() => {
        for (const statement of LAYOUT_1.indexSchema) db.exec(statement)
      }).immediate()
    } finally {
      db.close()
    }
  })
}

/** Turns off whatever a schema could smuggle in, and turns on what finds damage early. */
export function harden(db: Database.Database): void {
  db.pragma('trusted_schema = OFF')
  db.pragma('cell_size_check = ON')
}

/** Runs SQL and turns SQLite's refusals into ours. */
export function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    if (error.code.startsWith('SQLITE_BUSY')) throw new CacheBusyError('another process holds the index locked', { error: error.code })
    if (isRefusal(error))
      throw new SystemError(`the index ${INDEX_PATH} could not be used: ${error.message}`, { error: error.code }, { cause: error })
    throw new IndexUnusable('index_unreadable', error.message, { cause: error })
  }
}

/** What the system said no to tells nothing of the index; a transaction that a crash left in it does. */
function isRefusal({ code }: { readonly code: string }): boolean {
  if (code === 'SQLITE_IOERR_SHORT_READ' || code === 'SQLITE_READONLY_ROLLBACK' || code === 'SQLITE_READONLY_RECOVERY') return false
  return code === 'SQLITE_FULL' || code === 'SQLITE_NOMEM' || code === 'SQLITE_CANTOPEN' || /^SQLITE_(IOERR|READONLY)/.test(code)
}

function checkSchema(db: Database.Database, objects: readonly SchemaObject[]): void {
  const foreign = objects.find(({ type }) => type === 'trigger' || type === 'view')
  if (foreign !== undefined)
    throw new IndexUnusable('index_schema', `it holds a ${foreign.type} called ${JSON.stringify(foreign.name.slice(0, 80))}`)
  if (!objects.some(({ type, name }) => type === 'table' && name === 'window_index')) {
    throw new IndexUnusable('index_schema', 'it has no table window_index')
  }
  const columns = db.prepare<[], { name: string; type: string; pk: number }>('PRAGMA table_info(window_index)').all()
  const wanted = expectedColumns()
  const found = columns.map(({ name, type, pk }) => `${name} ${type}${pk > 0 ? ` key ${pk}` : ''}`).join(', ')
  if (found !== wanted) throw new IndexUnusable('index_schema', `its table has the columns ${found}`)
}

let expected: string | undefined

/** The columns that the layout's own statements give, asked of SQLite itself. */
function expectedColumns(): string {
  if (expected === undefined) {
    const db = new Database(':memory:')
    for (const statement of LAYOUT_1.indexSchema) db.exec(statement)
    const columns = db.prepare<[], { name: string; type: string; pk: number }>('PRAGMA table_info(window_index)').all()
    db.close()
    expected = columns.map(({ name, type, pk }) => `${name} ${type}${pk > 0 ? ` key ${pk}` : ''}`).join(', ')
  }
  return expected
}

type KeyParams = [windowHash: string, encoderHash: string, stateLayer: number, poolType: string, poolRadius: number, dtype: string]

/** A key as the index spells it. */
export function keyParams(key: WindowKey): KeyParams {
  return [hex(key.windowHash), hex(key.encoderHash), key.stateLayer, key.poolType, key.poolRadius, key.dtype]
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

const ENTRY_COLUMNS =
  'window_hash AS windowHash, encoder_hash AS encoderHash, state_layer AS stateLayer, pool_type AS poolType, pool_radius AS poolRadius, dtype, CAST(shard_path AS TEXT) AS shardPath, row_offset AS rowOffset'

/** An open index. */
export class WindowIndex {
  readonly close: () => void
  private readonly db: Database.Database
  private readonly byKey: Database.Statement<KeyParams, RowPlace>
  private readonly byShard: Database.Statement<[string], IndexEntry>
  private readonly insert: Database.Statement<unknown[]>

  /** @param close lets go of the database */
  constructor(db: Database.Database, close: () => void) {
    this.db = db
    this.close = close
    this.byKey = db.prepare(`SELECT CAST(shard_path AS TEXT) AS shardPath, row_offset AS rowOffset FROM window_index WHERE ${KEY_MATCH}`)
    this.byShard = db.prepare(`SELECT ${ENTRY_COLUMNS} FROM window_index WHERE shard_path = ?`)
    this.insert = db.prepare(
      `INSERT INTO window_index (${[...LAYOUT_1.indexKey, 'shard_path', 'row_offset', 'created_at'].join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
    )
  }

  /** Where the index says a key lies; null when it does not know it. */
  locate(params: KeyParams): RowPlace | null {
    return guarded(() => this.byKey.get(...params) ?? null)
  }

  /** The entries that point into a shard, in no order. */
  entriesOf(shardPath: string): IndexEntry[] {
    return guarded(() => this.byShard.all(shardPath))
  }

  /** The entries that point into a shard, as they would be entered again. */
  rowsOf(shardPath: string): IndexRow[] {
    const sql = `SELECT ${ENTRY_COLUMNS}, created_at AS createdAt FROM window_index WHERE shard_path = ?`
    const select = this.db.prepare<[string], Record<keyof IndexRow, bigint> & IndexRow>(sql).safeIntegers()
    return guarded(() =>
      select.all(shardPath).map(row => ({
        ...row,
        stateLayer: Number(row.stateLayer),
        poolRadius: Number(row.poolRadius),
        rowOffset: Number(row.rowOffset)
      }))
    )
  }

  /** Every shard path that occurs, with its number of entries. */
  shardPaths(): Map<string, number> {
    const sql = 'SELECT CAST(shard_path AS TEXT) AS shardPath, count(*) AS entries FROM window_index GROUP BY shard_path'
    const rows = guarded(() => this.db.prepare<[], { shardPath: string; entries: number }>(sql).all())
    return new Map(rows.map(({ shardPath, entries }) => [shardPath, entries]))
  }

  /** Entries whose window hash begins with a hex prefix, in order of the hash. */
  withPrefix(prefix: string, limit: number): IndexEntry[] {
    // 'g' follows 'f': the range covers exactly the hex strings that begin with the prefix.
    const sql = `SELECT ${ENTRY_COLUMNS} FROM window_index WHERE window_hash >= ? AND window_hash < ? ORDER BY window_hash, shard_path, row_offset LIMIT ?`
    return guarded(() => this.db.prepare<[string, string, number], IndexEntry>(sql).all(prefix, `${prefix}g`, limit))
  }

  /** Removes the entries that point into a shard. */
  forget(shardPath: string): void {
    guarded(() => this.db.prepare('DELETE FROM window_index WHERE shard_path = ?').run(shardPath))
  }

  /** Runs `work` in one transaction that waits for its turn. */
  transaction(work: () => void): void {
    guarded(() => this.db.transaction(work).immediate())
  }

  /** Enters a row; when its key is taken, nothing changes and the place that holds it is returned. */
  enterUnlessTaken(row: IndexRow): RowPlace | null {
    const params: KeyParams = [row.windowHash, row.encoderHash, row.stateLayer, row.poolType, row.poolRadius, row.dtype]
    const taken = this.byKey.get(...params)
    if (taken !== undefined) return taken
    this.insert.run(...params, row.shardPath, row.rowOffset, row.createdAt)
    return null
  }
}
