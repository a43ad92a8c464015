/** Opens SQLite files; what the system refuses on the way is told as SQLite itself would tell it. */
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
