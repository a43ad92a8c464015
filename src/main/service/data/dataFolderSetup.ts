/** What the service keeps of its own: the log, the ledger and the catalog in one folder, whatever state that folder is in. */
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
  /** Removes a folder that was only made for this run. */
  readonly remove: () => void
}

/** Small, and worth having though nothing can be added to them. */
const TAKEN_ALONG = ['settings.json', 'recent.json', 'ledger.sqlite', 'ledger.sqlite-journal', 'ledger.sqlite-wal']

/**
 * Opens the data folder, or, where it cannot be written, a temporary one with what could be read of it.
 * @throws SystemError when neither can be written
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
    data.log.warn({ err: error }, `nothing is kept after the program ends: ${error.message}`)
    return { ...data, remove: () => rmSync(folder, { recursive: true, force: true }) }
  }
}

/** @throws SystemError */
function openIn(dataFolder: string, givenLog: pino.Logger | undefined): Omit<Data, 'remove'> {
  try {
    makeFolder(dataFolder)
    // Only trying tells: rights, read-only file systems and full ones all say no in their own way.
    rmSync(mkdtempSync(join(dataFolder, '.try-')), { recursive: true })
  } catch (error) {
    throw asSystemError(error, 'write to', dataFolder)
  }
  const log = givenLog ?? openLog(logFileIn(dataFolder))
  const ledgerFile = join(dataFolder, 'ledger.sqlite')
  const ledger = openLedger(ledgerFile, {
    onSetAside: (file, reason, isRestored) => log.warn({ file, reason }, setAsideRemark(file, reason, isRestored)),
    onFailure: reason => log.warn({ reason }, `the record of earlier verifications could not be used to the end: ${reason}`)
  })
  const catalog = openCatalog(join(dataFolder, 'catalog.sqlite'), (sentence, error) => log.warn({ err: error }, sentence))
  return { dataFolder, log, ledger, ledgerFile, catalog }
}

function copyIfThere(from: string, to: string): void {
  try {
    copyFileSync(from, to)
  } catch {
    // What cannot be read is as good as not there.
  }
}
