/**
 * The service: owns open caches and running jobs, and implements the contract. Carriers wrap its router. The creator closes it. Its own
 * thread waits for no disk except that of the data folder.
 */
import type pino from 'pino'
import { onRemark as onThreadRemark } from '../core/index.ts'
import { Caches } from './cacheModel/caches.ts'
import { openData } from './data/dataFolderSetup.ts'
import { logFileIn, readLog } from './data/logFile.ts'
import { BUG, CLOSED, LOST, lostServices, UP } from './data/lostServices.ts'
import { RecentCaches } from './data/recentCaches.ts'
import { Jobs } from './jobs/jobs.ts'
import { QueryThread, ThreadBug } from './queries/queryThread.ts'
import { createRouter, type ServiceRouter } from './rpc/router.ts'

/** Number of log lines that are searched for the end of an earlier service. */
const LOOKED_BACK = 500

export type ServiceOptions = {
  /** The program's data folder; by default `$LEWM_CACHE_DATA` or the platform's folder. */
  readonly dataFolder?: string
  /** The log; by default a file in the data folder. */
  readonly log?: pino.Logger
}

export type Service = {
  /** Implements the contract. */
  readonly router: ServiceRouter
  /** Logs a bug of a carrier. */
  readonly onBug: (error: unknown) => void
  /** Ends all jobs, closes all caches and the data folder. */
  close(): Promise<void>
}

/**
 * Opens the service. If the data folder cannot be written, the service uses a temporary one, and logs that.
 * @throws SystemError if neither can be written
 */
export function createService(options: ServiceOptions = {}): Service {
  const { dataFolder, log, ledger, ledgerFile, catalog, remove } = openData(options)
  const reader = new QueryThread()
  const background = new QueryThread()
  background.warm()
  const onError = (error: unknown): void => {
    log.error({ err: error }, error instanceof ThreadBug ? 'a bug in a thread' : 'background work failed')
  }
  const onRemark = (sentence: string, details: object): void => log.warn(details, sentence)
  const onCrash = (error: Error, origin: NodeJS.UncaughtExceptionOrigin): void => log.fatal({ err: error, origin }, BUG)
  process.on('uncaughtExceptionMonitor', onCrash)
  onThreadRemark((_subject, sentence) => log.warn(sentence))
  const caches = new Caches({ reader, background, catalog, ledger, ledgerFile, dataFolder, onError, onRemark })
  const jobs = new Jobs({
    ledgerFile,
    openCache: cacheId => caches.find(cacheId),
    onEnd: end => log.info(end, 'a job ended'),
    onBug: fault => log.error({ stack: fault.stack }, fault.message),
    onError
  })
  const router = createRouter({ caches, jobs, reader, recent: new RecentCaches(dataFolder), dataFolder, log })
  for (const { pid, upSinceMs } of lostServices(readLog(logFileIn(dataFolder), LOOKED_BACK))) {
    log.warn({ lost: pid, upSince: new Date(upSinceMs).toISOString() }, LOST)
  }
  log.info({ dataFolder, node: process.version }, UP)
  return {
    router,
    onBug: error => log.error({ err: error }, 'a bug in a carrier'),
    close: async () => {
      caches.closeAll()
      await jobs.close()
      await Promise.all([reader.close(), background.close()])
      catalog.close()
      ledger.close()
      process.off('uncaughtExceptionMonitor', onCrash)
      log.info(CLOSED)
      remove()
    }
  }
}
