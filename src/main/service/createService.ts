/**
 * The service: owns what is open and what runs, and answers the contract. Carriers wrap its router; whoever made it closes it. Its own
 * thread waits for no disk but that of the data folder.
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

/** Lines of the log in which an earlier service's end is looked for. */
const LOOKED_BACK = 500

export type ServiceOptions = {
  /** The program's own data; `$LEWM_CACHE_DATA` or the platform's place for it when it is left out. */
  readonly dataFolder?: string
  /** Where to log; a file in the data folder when it is left out. */
  readonly log?: pino.Logger
}

export type Service = {
  /** Implements the contract. */
  readonly router: ServiceRouter
  /** Logs the bug of a carrier. */
  readonly onBug: (error: unknown) => void
  /** Ends all jobs, closes all caches and lets go of the data folder. */
  close(): Promise<void>
}

/**
 * Opens the service. Where the data folder cannot be written, the service works from a temporary one, and says so in its log.
 * @throws SystemError when neither can be written
 */
export function createService(options: ServiceOptions = {}): Service {
  const { dataFolder, log, ledger, ledgerFile, catalog, remove } = openData(options)
  const reader = new QueryThread()
  const background = new QueryThread()
  background.warm()
  const onError = (error: unknown): void => {
    log.error({ err: error }, error instanceof ThreadBug ? 'a bug in a thread' : 'something nobody waits for has failed')
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
