/**
 * The service: owns what is open and what runs, and answers the contract. Carriers wrap its router; whoever made it closes it. Its own
 * thread waits for no disk but that of the data folder.
 */
import { accessSync, constants, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type pino from 'pino'
import { asSystemError, dataFolder as defaultDataFolder, openLedger } from '../core/index.ts'
import { Caches } from './caches.ts'
import { openCatalog } from './catalog.ts'
import { Jobs } from './jobs/jobs.ts'
import { logFileIn, openLog } from './logFile.ts'
import { Reader, ThreadBug } from './reader.ts'
import { RecentCaches } from './recentCaches.ts'
import { createRouter, type ServiceRouter } from './router.ts'

export type ServiceOptions = {
  /** The program's own data; `$LEWM_CACHE_DATA` or the platform's place for it when it is left out. */
  readonly dataFolder?: string
  /** Where to log; a file in the data folder when it is left out. */
  readonly log?: pino.Logger
}

export type Service = {
  /** Implements the contract. */
  readonly router: ServiceRouter
  /** Ends all jobs, closes all caches and lets go of the data folder. */
  close(): Promise<void>
}

/**
 * Opens the service.
 * @throws SystemError when the data folder cannot be written
 */
export function createService(options: ServiceOptions = {}): Service {
  const dataFolder = resolve(options.dataFolder ?? defaultDataFolder())
  try {
    mkdirSync(dataFolder, { recursive: true })
    accessSync(dataFolder, constants.W_OK)
  } catch (error) {
    throw asSystemError(error, 'write to', dataFolder)
  }
  const log = options.log ?? openLog(logFileIn(dataFolder))
  const ledgerFile = join(dataFolder, 'ledger.sqlite')
  const ledger = openLedger(ledgerFile)
  const catalog = openCatalog(join(dataFolder, 'catalog.sqlite'))
  const reader = new Reader()
  const background = new Reader()
  background.warm()
  const onError = (error: unknown): void => {
    log.error({ err: error }, error instanceof ThreadBug ? 'a bug in a thread' : 'something nobody waits for has failed')
  }
  const caches = new Caches({ reader, background, catalog, ledger, onError }, dataFolder)
  const jobs = new Jobs({
    ledgerFile,
    openCache: cacheId => caches.find(cacheId),
    onBug: fault => log.error({ stack: fault.stack }, fault.message),
    onError
  })
  const router = createRouter({ caches, jobs, reader, recent: new RecentCaches(dataFolder), dataFolder, log })
  log.info({ dataFolder, node: process.version }, 'the service is up')
  return {
    router,
    close: async () => {
      caches.closeAll()
      await jobs.close()
      await Promise.all([reader.close(), background.close()])
      catalog.close()
      ledger.close()
      log.info('the service is closed')
    }
  }
}
