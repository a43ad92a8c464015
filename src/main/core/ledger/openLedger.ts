/** Opens the ledger in any state. A damaged one is renamed, and its last good copy takes its place. */

import { copyFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { SystemError } from '../../../shared/model/errors.ts'
import { dataFolder } from '../cache/dataFolder.ts'
import { isThere, makeFolder, tempBeside } from '../fs/durableFile.ts'
import { asSystemError } from '../fs/systemError.ts'
import { JOURNALS, openDatabase, strangeJournal } from '../sqlite/database.ts'
import { isBusy, isDamage } from '../sqlite/failures.ts'
import { Ledger, type RecordedVerdict } from './ledger.ts'
import { NoLedger, prepareTables } from './schema.ts'

export type LedgerOptions = {
  /** Called for every recorded verification. */
  readonly onRecord?: (verdict: RecordedVerdict) => void
  /** Called if the existing file could not be used: with its new name, the reason, and whether a copy took its place. */
  readonly onSetAside?: (file: string, reason: string, isRestored: boolean) => void
  /** Called once if the ledger fails while it is open. From then on it returns empty results and records nothing. */
  readonly onFailure?: (reason: string) => void
}

const BUSY_MS = 10_000

/** A larger one is not checked when it is opened. Damage is found when it is used. */
const CHECKED_BYTES = 256 * 1024 * 1024

/**
 * Opens the ledger, and creates it if there is none. One that is damaged, or that another version of the program wrote, is renamed with the
 * date, never deleted. Its last good copy takes its place, or a new one is created.
 * @param file defaults to `ledger.sqlite` in the data folder
 * @throws SystemError if it cannot be opened or created
 */
export function openLedger(file: string = join(dataFolder(), 'ledger.sqlite'), options: LedgerOptions = {}): Ledger {
  try {
    makeFolder(dirname(file))
    try {
      return openOnce(file, options)
    } catch (error) {
      const reason = uselessBecause(file, error)
      if (reason === null) throw error
      replaceDamaged(file, reason, options)
      return openOnce(file, options)
    }
  } catch (error) {
    if (error instanceof SystemError) throw error
    if (!(error instanceof Database.SqliteError)) throw asSystemError(error, 'open the ledger', file)
    throw new SystemError(`cannot open the ledger ${file}: ${error.message}`, { path: file, error: error.code }, { cause: error })
  }
}

function openOnce(file: string, options: LedgerOptions): Ledger {
  const db = openProven(file)
  const inode = inodeOf(file)
  return new Ledger(db, {
    onRecord: options.onRecord,
    onFailure: options.onFailure,
    keepCopy: () => keepCopy(db, file),
    // Another process may have renamed it already.
    onDamage: reason => inodeOf(file) === inode && replaceDamaged(file, reason, options)
  })
}

/** @throws NoLedger, SqliteError */
function openProven(file: string): Database.Database {
  const strange = strangeJournal(file)
  if (strange !== undefined) throw new NoLedger(`${basename(file)}${strange} beside it is not a regular file`)
  const db = openDatabase(file, { timeout: BUSY_MS })
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= CHECKED_BYTES) {
      const fault = db.pragma('quick_check(1)', { simple: true })
      if (fault !== 'ok') throw new NoLedger(String(fault))
    }
    leaveWal(db)
    db.pragma('synchronous = NORMAL')
    prepareTables(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** WAL needs memory that hosts do not share, and a home folder can be on a file system that several hosts use at once. */
function leaveWal(db: Database.Database): void {
  try {
    db.pragma('journal_mode = DELETE')
  } catch (error) {
    // Another process has the file open in WAL mode. The next process that opens it alone converts it.
    if (!isBusy(error)) throw error
  }
}

/** The message for users about a ledger that could not be used. */
export function setAsideRemark(file: string, reason: string, isRestored: boolean): string {
  const next = isRestored ? 'its last good copy is used' : 'a new one is created'
  return `the record of earlier verifications could not be used (${reason}); it is kept as ${file}, ${next}`
}

/** Why the existing file is not a ledger of this version; null if it may be one. */
function uselessBecause(file: string, error: unknown): string | null {
  if (error instanceof NoLedger) return error.message
  if (!(error instanceof Database.SqliteError)) return null
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) return 'it is a folder'
  return isDamage(error) || error.code.startsWith('SQLITE_ERROR') ? error.message : null
}

function replaceDamaged(file: string, reason: string, { onSetAside }: LedgerOptions): void {
  const name = setAside(file)
  onSetAside?.(name, reason, restoreCopy(file))
}

/** @returns the file's new name */
function setAside(file: string): string {
  const date = new Date().toISOString().replaceAll(':', '-')
  // The journal is renamed first, so that it is never used for the next ledger.
  for (const suffix of [...JOURNALS, '']) {
    if (isThere(file + suffix)) renameSync(file + suffix, `${file}.${date}${suffix}`)
  }
  return `${file}.${date}`
}

const copyOf = (file: string): string => `${file}.good`

/** Replaces the copy in one step. Without free space, the previous copy stays. */
function keepCopy(db: Database.Database, file: string): void {
  const temporary = tempBeside(file)
  try {
    db.prepare('VACUUM INTO ?').run(temporary)
    renameSync(temporary, copyOf(file))
  } catch (error) {
    rmSync(temporary, { force: true })
    if (isDamage(error)) throw error
  }
}

/** @returns whether there was a good copy */
function restoreCopy(file: string): boolean {
  const temporary = tempBeside(file)
  try {
    copyFileSync(copyOf(file), temporary)
    openProven(temporary).close()
    renameSync(temporary, file)
    return true
  } catch {
    rmSync(temporary, { force: true })
    return false
  }
}

function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino
}
