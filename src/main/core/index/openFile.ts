/**
 * Opens the file of an index. Reading does not create, remove or change any file beside it, and does not affect the locks of other
 * processes.
 */
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { isThisProcess, readLockOwner } from '../cache/cacheLock.ts'
import { isThere } from '../fs/durableFile.ts'
import { expectedError } from '../fs/systemError.ts'
import { makeTemporaryFolder } from '../fs/temporaryFolder.ts'
import { openDatabase } from '../sqlite/database.ts'
import { copyDatabase } from './copyDatabase.ts'

/** How long to wait for another process to release the index. */
export const BUSY_MS = 10_000

/** 'copy' reads an index with a transaction that a crash interrupted. */
export type OpenMode = 'read' | 'write' | 'copy'

/** An open database, and a function that closes it. */
type Opened = { readonly db: Database.Database; readonly close: () => void }

/** Null if the file has disappeared. Python's reindex deletes the old index before it creates the new one. */
export function openFile(path: string, mode: OpenMode): Opened | null {
  try {
    if (mode === 'copy') return openCopy(path)
    if (mode === 'read') return openReadOnly(path)
    return openForWriting(path)
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_CANTOPEN' && !isThere(path)) return null
    // The caller handles errors of SQLite. Other failed calls do not concern the index either.
    throw error instanceof Database.SqliteError ? error : (expectedError(error) ?? error)
  }
}

function openForWriting(path: string): Opened {
  const db = openDatabase(path, { fileMustExist: true, timeout: BUSY_MS })
  try {
    // better-sqlite3 syncs no commit in WAL mode, but entries must leave the index before their shard moves.
    db.pragma('synchronous = FULL')
    return openedInPlace(db)
  } catch (error) {
    db.close()
    throw error
  }
}

function openedInPlace(db: Database.Database): Opened {
  return { db, close: () => db.close() }
}

/**
 * An index in WAL mode (which neither this program nor Python creates) is read from a copy. In place, SQLite would create its `-wal` and
 * `-shm`, and another process might use them when they are removed.
 */
function openReadOnly(path: string): Opened | null {
  const hasLog = isThere(`${path}-wal`)
  if (hasLog && !isChangedHere(path)) return openCopy(path)
  const db = openDatabase(path, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
  try {
    if (!hasLog && isInWalMode(db)) {
      db.close()
      return openCopy(path)
    }
    return openedInPlace(db)
  } catch (error) {
    db.close()
    throw error
  }
}

/** Whether another thread of this process may have the index open. Copying a file would release the locks of the whole process (POSIX). */
function isChangedHere(path: string): boolean {
  const owner = readLockOwner(dirname(dirname(path)))
  return owner !== null && isThisProcess(owner)
}

/**
 * In exclusive locking mode, SQLite locks a database in WAL mode before it creates a file beside it, and a read-only connection cannot get
 * that lock. A database with a rollback journal is read as usual.
 */
function isInWalMode(db: Database.Database): boolean {
  db.pragma('locking_mode = EXCLUSIVE')
  try {
    db.pragma('schema_version')
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_IOERR_LOCK') return true
    throw error
  }
  db.pragma('locking_mode = NORMAL')
  // The lock is released at the end of the next read.
  db.pragma('schema_version')
  return false
}

/**
 * A copy, in which SQLite completes or rolls back an interrupted transaction. It is deleted when it is closed. Null if the file does not
 * exist.
 */
function openCopy(path: string): Opened | null {
  const folder = makeTemporaryFolder('lewm-index-')
  const discard = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'index.sqlite')
    if (!copyDatabase(path, copy)) {
      discard()
      return null
    }
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
