/**
 * All jobs. On each cache, only one job that changes it runs at a time; others run beside it. Jobs outlive the windows that started them.
 */

import type { JobInfo, JobOutcome, JobRequest } from '../../../shared/contract/index.ts'
import { CacheBusyError, dropAbandonedLock, NotFoundError } from '../../core/index.ts'
import { Changes } from '../cacheModel/changes.ts'
import type { OpenCache } from '../cacheModel/openCache.ts'
import type { Fault } from '../threads/messages.ts'
import { Job } from './job.ts'
import { effectOf, prepareJob, verifiesShards, writesCache } from './kinds/index.ts'

const KEPT = 50
const STOP_MS = 5_000

/** The outcome of a job, for the log. */
export type JobEnd = {
  readonly jobId: string
  readonly title: string
  readonly outcome: JobOutcome['outcome']
  readonly seconds: number
  /** Why it failed. */
  readonly reason: string | undefined
}

export type JobSurroundings = {
  readonly ledgerFile: string
  /** The cache of a job, if it is open. */
  readonly openCache: (cacheId: string) => OpenCache | undefined
  readonly onEnd: (end: JobEnd) => void
  readonly onBug: (fault: Fault) => void
  readonly onError: (error: unknown) => void
}

export class Jobs {
  private readonly around: JobSurroundings
  /** The latest last. */
  private jobs: Job[] = []
  private readonly changes = new Changes()

  constructor(around: JobSurroundings) {
    this.around = around
  }

  /**
   * Starts a job.
   * @param workers reader threads; by default one per core
   * @throws CacheBusyError if another job is changing the cache, NotFoundError and InputError for an invalid request
   */
  start(cache: OpenCache, request: JobRequest, workers?: number): JobInfo {
    const writes = writesCache(request.kind)
    const other = this.jobs.find(job => writes && job.outcome === null && job.cacheId === cache.cacheId && writesCache(job.request.kind))
    if (other !== undefined) {
      const { jobId, title } = other.info()
      throw new CacheBusyError(`“${title}” is still changing this cache. Wait for its end, or cancel it`, {
        job_id: jobId,
        operation: title
      })
    }
    const { order, title, checked } = prepareJob(cache, request)
    const { cacheId, root } = cache
    const files = writes ? null : cache.comparedFiles()
    const job = new Job(
      { cacheId, root, ledgerFile: this.around.ledgerFile, title, request: order, workers },
      {
        onVerdicts: verdicts => {
          files?.note(verdicts)
          this.around.openCache(cacheId)?.takeVerdicts(verdicts)
        },
        onBug: this.around.onBug,
        onChange: () => this.changes.touch(),
        onEnd: async (outcome, died) => {
          this.around.onEnd(endOf(job.info(), outcome))
          try {
            if (died && writes) dropAbandonedLock(root)
            const effect = outcome.outcome === 'done' ? effectOf(outcome.report) : null
            await this.around.openCache(cacheId)?.takeEffect(writes, effect, checked, files)
          } catch (error) {
            this.around.onError(error)
          } finally {
            files?.clear()
          }
        }
      }
    )
    if (writes) cache.written = true
    this.jobs.push(job)
    this.forgetOld()
    this.changes.flush()
    return job.info()
  }

  /** Running jobs and the last ones that ended, latest first. */
  list(): JobInfo[] {
    return this.jobs.map(job => job.info()).reverse()
  }

  /** The jobs of a cache, latest first, at once and after each change, until the signal. */
  async *watch(cacheId: string, signal?: AbortSignal): AsyncGenerator<JobInfo[], void, void> {
    while (!signal?.aborted) {
      const { version } = this.changes
      yield this.list().filter(job => job.cacheId === cacheId)
      await this.changes.after(version, signal)
    }
  }

  /** @throws NotFoundError */
  job(jobId: string): Job {
    const job = this.jobs.find(each => each.jobId === jobId)
    if (job === undefined) throw new NotFoundError('there is no such job, or it ended long ago', { job_id: jobId })
    return job
  }

  /** Whether shards of a cache are being verified, by themselves or for a plan. */
  isVerifying(cacheId: string): boolean {
    return this.jobs.some(job => job.outcome === null && job.cacheId === cacheId && verifiesShards(job.request.kind))
  }

  /** Ends all running jobs. */
  async close(): Promise<void> {
    await Promise.all(this.jobs.filter(job => job.outcome === null).map(job => job.stop(STOP_MS)))
  }

  private forgetOld(): void {
    const ended = this.jobs.filter(job => job.outcome !== null)
    const old = new Set(ended.slice(0, Math.max(0, ended.length - KEPT)))
    this.jobs = this.jobs.filter(job => !old.has(job))
  }
}

function endOf({ jobId, title, startedMs }: JobInfo, end: JobOutcome): JobEnd {
  const reason = end.outcome === 'failed' ? end.error.message : undefined
  return { jobId, title, outcome: end.outcome, seconds: (Date.now() - startedMs) / 1000, reason }
}
