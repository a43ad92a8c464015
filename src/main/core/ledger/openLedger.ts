/** Opens the ledger whatever state it is in: a damaged one is set aside by name, and its last good copy takes its place. */
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
  /** Told of every verification that is written down. */
  readonly onRecord?: (verdict: RecordedVerdict) => void
  /** Told when what lay there could not be used: what it is called now, why it was set aside, and whether a copy took its place. */
  readonly onSetAside?: (file: string, reason: string, isRestored: boolean) => void
  /** Told once when the ledger fails while it is open. From then on it answers like an empty one and records nothing. */
  readonly onFailure?: (reason: string) => void
}

const BUSY_MS = 10_000

/** A larger one is not read through when it is opened; damage in it is noticed where it is used. */
const CHECKED_BYTES = 256 * 1024 * 1024

/**
 * Opens the ledger, making it when there is none. One that is damaged, or that another version of the program made, is set aside under
 * a name with the date, never deleted; its last good copy takes its place, or a new one is begun.
 * @param file defaults to `ledger.sqlite` in the data folder
 * @throws SystemError when it cannot be opened or made
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
    // Another process may have set it aside already.
    onDamage: reason => inodeOf(file) === inode && replaceDamaged(file, reason, options)
  })
}

/** @throws NoLedger, SqliteError */
function openProven(file: string): Database.Database {
  const strange = strangeJournal(file)
  if (strange !== undefined) throw new NoLedger(`${basename(file)}${strange} beside it is not a plain file`)
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

/** WAL needs memory that hosts do not share, and a home can lie on a file system that several of them use at once. */
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
  const next = isRestored ? 'its last good copy is used' : 'a new one is begun'
  return `the record of earlier verifications could not be used (${reason}); it is kept as ${file}, ${next}`
}

/** Why what lies there is no ledger of this version; null when it may well be one. */
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
  // The journal goes first: it must never be taken for that of the next ledger.
  for (const suffix of [...JOURNALS, '']) {
    if (isThere(file + suffix)) renameSync(file + suffix, `${file}.${date}${suffix}`)
  }
  return `${file}.${date}`
}

const copyOf = (file: string): string => `${file}.good`

/** Replaces the copy in one step; without room for it, the one before stays. */
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
