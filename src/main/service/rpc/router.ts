/** Implements the contract, procedure by procedure: each finds its cache and calls the other modules. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { implement, type Router } from '@orpc/server'
import type pino from 'pino'
import { z } from 'zod'
import packageFacts from '../../../../package.json' with { type: 'json' }
import { type Contract, contract } from '../../../shared/contract/index.ts'
import { addressOf, defaultCacheDir, EMBEDDINGS_DIR } from '../../core/index.ts'
import type { Caches } from '../cacheModel/caches.ts'
import { findAnything, understand } from '../cacheModel/lookup.ts'
import type { OpenCache } from '../cacheModel/openCache.ts'
import { heatMapOf, shardFacts, vectorOf } from '../cacheModel/shardDetails.ts'
import { watchSummary } from '../cacheModel/watchSummary.ts'
import { shardRowOf } from '../catalog/catalogEntry.ts'
import { laneOf } from '../catalog/lane.ts'
import { PageSelection } from '../catalog/page.ts'
import { treeOf } from '../catalog/tree.ts'
import { verifiedWhen } from '../catalog/verificationAges.ts'
import { readDataFile, writeDataFile } from '../data/dataFiles.ts'
import { logFileIn, readLog } from '../data/logFile.ts'
import type { RecentCaches } from '../data/recentCaches.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { absolutePath, inspectFolder } from '../queries/folderReport.ts'
import type { QueryThread } from '../queries/queryThread.ts'
import { makeTurns } from '../threads/fairQueue.ts'
import { contractError } from './faults.ts'

export type ServiceRouter = Router<Contract, Record<never, never>>

export type RouterParts = {
  readonly caches: Caches
  readonly jobs: Jobs
  readonly reader: QueryThread
  readonly recent: RecentCaches
  readonly dataFolder: string
  readonly log: pino.Logger
}

/** Maximum number of findings that are sent; their number is always sent. */
const MOST_FINDINGS = 5000

/** Work that reads all shards; visible rows come first. */
const OVERVIEWS: ReadonlySet<string> = new Set(['shards.tree', 'shards.lane', 'findings'])

export function createRouter({ caches, jobs, reader, recent, dataFolder, log }: RouterParts) {
  const settingsFile = join(dataFolder, 'settings.json')
  const turn = makeTurns()
  const os = implement(contract).use(async ({ next, path }) => {
    try {
      await turn(OVERVIEWS.has(path.join('.')))
      return await next()
    } catch (error) {
      throw contractError(error, path, log)
    }
  })
  /** Errors in the middle of an event stream are handled like those before it. */
  async function* guarded<T>(events: AsyncGenerator<T, void, void>, path: readonly string[]): AsyncGenerator<T, void, void> {
    try {
      yield* events
    } catch (error) {
      throw contractError(error, path, log)
    }
  }
  const remember = (root: string): void => {
    try {
      recent.opened(root)
    } catch (error) {
      log.warn({ err: error }, 'the list of recent caches could not be written')
    }
  }
  const opened = (cache: OpenCache) => {
    log.info({ root: cache.root }, 'a cache is open')
    return cache.summary()
  }
  return os.router({
    caches: {
      open: os.caches.open.handler(async ({ input }) => {
        const cache = await caches.open(input.path)
        remember(cache.root)
        return opened(cache)
      }),
      openSample: os.caches.openSample.handler(async ({ input }) => opened(await caches.openSample(input.damaged))),
      summary: os.caches.summary.handler(({ input }) => caches.get(input.cacheId).summary()),
      watch: os.caches.watch.handler(({ input, signal, path }) => guarded(watchSummary(caches.get(input.cacheId), signal), path)),
      verifications: os.caches.verifications.handler(({ input }) => {
        const cache = caches.get(input.cacheId)
        const interrupted = jobs.isVerifying(input.cacheId) ? null : cache.interruptedVerification()
        return { ...verifiedWhen(cache.lines(), input.agesMs, Date.now()), interrupted }
      }),
      close: os.caches.close.handler(({ input }) => {
        caches.close(input.cacheId)
        return {}
      }),
      inspect: os.caches.inspect.handler(({ input }) => inspectFolder(input.path)),
      recent: os.caches.recent.handler(() => recent.list()),
      pin: os.caches.pin.handler(({ input }) => {
        recent.pin(absolutePath(input.path), input.pinned)
        return recent.list()
      }),
      forget: os.caches.forget.handler(({ input }) => {
        recent.forget(absolutePath(input.path))
        return recent.list()
      })
    },
    shards: {
      tree: os.shards.tree.handler(({ input }) => treeOf(caches.get(input.cacheId).lines(), caches.get(input.cacheId).absentLines())),
      page: os.shards.page.handler(({ input }) => page(caches.get(input.cacheId), input)),
      lane: os.shards.lane.handler(({ input }) =>
        laneOf(caches.get(input.cacheId).lines(), input.scope, caches.get(input.cacheId).absentLines())
      ),
      address: os.shards.address.handler(({ input }) => {
        caches.get(input.cacheId)
        return addressOf(input.shardPath)
      }),
      describe: os.shards.describe.handler(({ input, signal }) => shardFacts(caches.get(input.cacheId), reader, input.shardPath, signal)),
      rows: os.shards.rows.handler(({ input, signal }) => {
        const { cacheId, ...wanted } = input
        return reader.ask('readRows', { root: caches.get(cacheId).root, ...wanted }, signal)
      }),
      vector: os.shards.vector.handler(({ input: { cacheId, ...place }, signal }) => vectorOf(caches.get(cacheId), reader, place, signal)),
      raw: os.shards.raw.handler(({ input: { cacheId, shardPath }, signal }) =>
        reader.ask('readRawFacts', { root: caches.get(cacheId).root, shardPath }, signal)
      ),
      rawRows: os.shards.rawRows.handler(({ input: { cacheId, ...wanted }, signal }) =>
        reader.ask('readRawRows', { root: caches.get(cacheId).root, ...wanted }, signal)
      ),
      heatMap: os.shards.heatMap.handler(({ input: { cacheId, ...wanted }, signal }) =>
        heatMapOf(caches.get(cacheId), reader, wanted, signal)
      )
    },
    lookup: {
      understand: os.lookup.understand.handler(({ input, signal }) => understand(caches.get(input.cacheId), reader, input.query, signal)),
      find: os.lookup.find.handler(({ input, signal }) => findAnything(caches.get(input.cacheId), reader, input, signal))
    },
    findings: os.findings.handler(({ input }) => {
      const cache = caches.get(input.cacheId)
      const [all, suspected] = [[...cache.findings(input.scope)], [...cache.firstLook(input.scope)]]
      const findings = all.slice(0, MOST_FINDINGS)
      const firstLook = suspected.slice(0, MOST_FINDINGS - findings.length)
      return { findings, firstLook, total: all.length + suspected.length }
    }),
    lost: os.lost.handler(({ input: { cacheId, scope = {}, format }, signal }) => caches.get(cacheId).lostList(scope, format, signal)),
    jobs: {
      start: os.jobs.start.handler(({ input }) => {
        const job = jobs.start(caches.get(input.cacheId), input.request, input.workers)
        log.info({ jobId: job.jobId, title: job.title }, 'a job starts')
        return job
      }),
      list: os.jobs.list.handler(() => jobs.list()),
      watch: os.jobs.watch.handler(({ input, signal, path }) => guarded(jobs.watch(caches.get(input.cacheId).cacheId, signal), path)),
      attach: os.jobs.attach.handler(({ input, signal, path }) => guarded(jobs.job(input.jobId).attach(signal), path)),
      cancel: os.jobs.cancel.handler(({ input }) => {
        const job = jobs.job(input.jobId)
        job.cancel()
        return job.info()
      }),
      outcome: os.jobs.outcome.handler(({ input }) => jobs.job(input.jobId).outcome)
    },
    quarantine: os.quarantine.handler(({ input, signal }) => reader.ask('quarantine', { root: caches.get(input.cacheId).root }, signal)),
    program: {
      info: os.program.info.handler(() => ({
        version: packageFacts.version,
        node: process.versions.node,
        pid: process.pid,
        platform: process.platform,
        cores: availableParallelism(),
        residentBytes: process.memoryUsage.rss(),
        startedMs: Math.round(performance.timeOrigin),
        dataFolder,
        defaultCache: defaultCache()
      })),
      log: os.program.log.handler(({ input }) => readLog(logFileIn(dataFolder), input.lines)),
      settings: os.program.settings.handler(() => readDataFile(settingsFile, z.record(z.string(), z.unknown()), {})),
      saveSettings: os.program.saveSettings.handler(({ input }) => {
        writeDataFile(settingsFile, input)
        return {}
      })
    }
  })
}

const selections = new WeakMap<OpenCache, PageSelection>()

type PageInput = Parameters<PageSelection['of']>[2] & { readonly offset: number; readonly limit: number }

function page(cache: OpenCache, { offset, limit, ...query }: PageInput) {
  const selection = selections.get(cache) ?? new PageSelection()
  selections.set(cache, selection)
  const { lines, rows, withoutRowCount, bytes } = selection.of(cache.lines(), cache.changes.version, query)
  const shown = lines.slice(offset, offset + limit)
  cache.look(shown)
  return { total: lines.length, rows, withoutRowCount, bytes, entries: shown.map(shardRowOf) }
}

/** The cache that `$GENO_LEWM_CACHE` names, or the one in the working directory. */
function defaultCache(): string | null {
  const path = resolve(defaultCacheDir())
  return process.env.GENO_LEWM_CACHE !== undefined || existsSync(join(path, EMBEDDINGS_DIR)) ? path : null
}
