/** Opens the file of an index so that looking at it leaves nothing behind and takes no lock from anybody. */
import { copyFileSync, lstatSync, rmSync, statfsSync } from 'node:fs'
import { basename, join } from 'node:path'
import Database from 'better-sqlite3'
import { isThere, removeQuietly } from '../durableFile.ts'
import { failedWith } from '../systemError.ts'
import { makeTemporaryFolder, temporaryPlace } from '../temporaryFolder.ts'
import { openDatabase } from './database.ts'
import { IndexUnusable } from './untrusted.ts'

/** How long to wait for another process to let go of the index. */
export const BUSY_MS = 10_000

/** 'copy' reads what a crash left in the middle of a transaction. */
export type OpenMode = 'read' | 'write' | 'copy'

/** An open database, and how to let go of it. */
type Opened = { readonly db: Database.Database; readonly close: () => void }

/** Null when the file went away since it was seen: Python's reindex deletes the old index before it makes the new one. */
export function openFile(path: string, mode: OpenMode): Opened | null {
  try {
    if (mode === 'copy') return openCopy(path)
    if (mode === 'read') return openReadOnly(path)
    return openedInPlace(openDatabase(path, { fileMustExist: true, timeout: BUSY_MS }))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return null
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

const COPIED = ['-wal', '-journal'] as const
const BIG_BYTES = 2 ** 30

/**
 * A copy must not fill the disk. What SQLite left in the middle of a transaction is about as big as what it changed.
 * @throws IndexUnusable
 */
function checkSizes(path: string): void {
  const [index = 0, ...journals] = ['', ...COPIED].map(suffix => lstatSync(`${path}${suffix}`, { throwIfNoEntry: false })?.size ?? 0)
  const huge = COPIED[journals.findIndex(bytes => bytes > BIG_BYTES && bytes > 2 * index)]
  if (huge !== undefined) throw new IndexUnusable('index_unreadable', `${basename(path)}${huge} beside it is far bigger than itself`)
  const { bavail, bsize } = statfsSync(temporaryPlace())
  if (journals.reduce((sum, bytes) => sum + bytes, index) <= (bavail * bsize) / 2) return
  throw new IndexUnusable(
    'index_unreadable',
    `what a crash left of it can only be read in a copy, for which ${temporaryPlace()} has too little space`
  )
}

/** A copy, on which SQLite finishes or undoes what a crash left in the middle; it goes when it is closed. */
function openCopy(path: string): Opened {
  checkSizes(path)
  const folder = makeTemporaryFolder('lewm-index-')
  const discard = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const copy = join(folder, 'index.sqlite')
    copyFileSync(path, copy)
    for (const suffix of COPIED) if (isThere(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, `${copy}${suffix}`)
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
