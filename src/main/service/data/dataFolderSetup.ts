/** The service's own files: the log, the ledger and the catalog in one folder, which may be in any state. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type pino from 'pino'
import {
  asSystemError,
  CacheError,
  dataFolder as defaultDataFolder,
  type Ledger,
  makeFolder,
  makeTemporaryFolder,
  openLedger,
  setAsideRemark
} from '../../core/index.ts'
import { type Catalog, openCatalog } from '../catalog/catalog.ts'
import { logFileIn, openLog } from './logFile.ts'

export type Data = {
  readonly dataFolder: string
  readonly log: pino.Logger
  readonly ledger: Ledger
  readonly ledgerFile: string
  readonly catalog: Catalog
  /** Removes a folder that was created only for this run. */
  readonly remove: () => void
}

/** Small files that are useful even if they cannot be written. */
const TAKEN_ALONG = ['settings.json', 'recent.json', 'ledger.sqlite', 'ledger.sqlite-journal', 'ledger.sqlite-wal']

/**
 * Opens the data folder. If it cannot be written, opens a temporary one with a copy of the readable files.
 * @throws SystemError if neither can be written
 */
export function openData(options: { readonly dataFolder?: string; readonly log?: pino.Logger }): Data {
  let wanted: string | null = null
  try {
    wanted = resolve(options.dataFolder ?? defaultDataFolder())
    return { ...openIn(wanted, options.log), remove: () => undefined }
  } catch (error) {
    if (!(error instanceof CacheError)) throw error
    const folder = makeTemporaryFolder('lewm-cache-')
    if (wanted !== null) for (const name of TAKEN_ALONG) copyIfThere(join(wanted, name), join(folder, name))
    const data = openIn(folder, options.log)
    data.log.warn({ err: error }, `nothing will be saved after the program ends: ${error.message}`)
    return { ...data, remove: () => rmSync(folder, { recursive: true, force: true }) }
  }
}

/** @throws SystemError */
function openIn(dataFolder: string, givenLog: pino.Logger | undefined): Omit<Data, 'remove'> {
  try {
    makeFolder(dataFolder)
    // Only an attempt shows it: permissions, read-only and full file systems all fail in different ways.
    rmSync(mkdtempSync(join(dataFolder, '.try-')), { recursive: true })
  } catch (error) {
    throw asSystemError(error, 'write to', dataFolder)
  }
  const log = givenLog ?? openLog(logFileIn(dataFolder))
  const ledgerFile = join(dataFolder, 'ledger.sqlite')
  const ledger = openLedger(ledgerFile, {
    onSetAside: (file, reason, isRestored) => log.warn({ file, reason }, setAsideRemark(file, reason, isRestored)),
    onFailure: reason => log.warn({ reason }, `the record of earlier verifications became unusable: ${reason}`)
  })
  const catalog = openCatalog(join(dataFolder, 'catalog.sqlite'), (sentence, error) => log.warn({ err: error }, sentence))
  return { dataFolder, log, ledger, ledgerFile, catalog }
}

function copyIfThere(from: string, to: string): void {
  try {
    copyFileSync(from, to)
  } catch {
    // An unreadable file counts as absent.
  }
}
