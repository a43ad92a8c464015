/** Opens SQLite files. Failed system calls on the way become errors of SQLite. */
import { type lstatSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { SystemError } from '../../../shared/model/errors.ts'

/**
 * @param file in an existing folder
 * @throws SqliteError, SystemError
 */
export function openDatabase(file: string, options: Database.Options = {}): Database.Database {
  try {
    return new Database(file, options)
  } catch (error) {
    // The library checks the folder itself, and reports every failure as its absence.
    if (error instanceof TypeError)
      throw new SystemError(`cannot open ${file}: ${error.message}`, { call: 'open', path: file }, { cause: error })
    throw error
  }
}

/** Files that SQLite writes beside a database, and looks for before it reads it. */
export const JOURNALS = ['-journal', '-wal', '-shm'] as const

/**
 * The first of these that exists and is not a file, because SQLite would wait for a pipe forever. @param look follows links, or does not
 */
export function strangeJournal(file: string, look: typeof lstatSync = statSync): string | undefined {
  return JOURNALS.find(suffix => look(`${file}${suffix}`, { throwIfNoEntry: false })?.isFile() === false)
}

/** The longest path that SQLite opens, minus the suffix of a journal. */
const PATH_BYTES = 504

/** @throws SystemError for a path that SQLite would not open */
export function checkPathLength(file: string): void {
  const bytes = Buffer.byteLength(file)
  if (bytes <= PATH_BYTES) return
  throw new SystemError(`cannot open ${file}: its path has ${bytes} bytes, and SQLite opens none of more than ${PATH_BYTES}`, {
    call: 'open',
    path: file
  })
}
