/** Opens SQLite files; what the system refuses on the way is told as SQLite itself would tell it. */
import { type lstatSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { SystemError } from '../../../shared/model/errors.ts'

/**
 * @param file its folder is there
 * @throws SqliteError, SystemError
 */
export function openDatabase(file: string, options: Database.Options = {}): Database.Database {
  try {
    return new Database(file, options)
  } catch (error) {
    // The library looks for the folder itself, and takes every refusal for its absence.
    if (error instanceof TypeError)
      throw new SystemError(`cannot open ${file}: ${error.message}`, { call: 'open', path: file }, { cause: error })
    throw error
  }
}

/** What SQLite lays beside a database, and looks for there before it reads it. */
export const JOURNALS = ['-journal', '-wal', '-shm'] as const

/** The first of these that is there and is no file: SQLite would wait at a pipe for ever. @param look follows links, or does not */
export function strangeJournal(file: string, look: typeof lstatSync = statSync): string | undefined {
  return JOURNALS.find(suffix => look(`${file}${suffix}`, { throwIfNoEntry: false })?.isFile() === false)
}

/** What SQLite opens, less what it appends to the name of a journal. */
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
