/**
 * One job: a thread that does it, and what it has told so far. Whoever attaches gets all of that in short and then what follows; who
 * is slow gets the latest, not a backlog; nobody's leaving ends the job.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import type { JobEvent, JobInfo, JobOutcome, JobRequest } from '../../../shared/contract/index.ts'
import { endWorker, expectedError, type Finding, type Progress, type RecordedVerdict } from '../../core/index.ts'
import { Changes } from '../cacheModel/changes.ts'
import { type Fault, faultOf, type JobMessage, type JobOrder } from '../threads/messages.ts'
import { startThread } from '../threads/startThread.ts'
import { SpeedMeter } from './speed.ts'

const FINDINGS_AT_ONCE = 500
/** A thread that is ended says so within this time, unless it waits for a file system. */
const GRACE_MS = 1000

export type JobPlan = {
  readonly cacheId: string
  readonly root: string
  readonly ledgerFile: string
  readonly title: string
  readonly request: JobRequest
  /** Threads that read shards; as many as cores when it is left out. */
  readonly workers: number | undefined
}

export type JobEvents = {
  readonly onVerdicts: (verdicts: readonly RecordedVerdict[]) => void
  /** Settles when everybody may know of the end. */
  readonly onEnd: (outcome: JobOutcome, died: boolean) => Promise<void>
  readonly onBug: (fault: Fault) => void
}

type ProgressEvent = Extract<JobEvent, { type: 'progress' }>

export class Job {
  readonly jobId = randomUUID()
  readonly request: JobRequest
  private readonly plan: JobPlan
  private readonly events: JobEvents
  private readonly worker: Worker
  private readonly changes = new Changes()
  private readonly speed = new SpeedMeter()
  private readonly findings: Finding[] = []
  private readonly startedMs = Date.now()
  private endedMs: number | null = null
  private latest: ProgressEvent | null = null
  private outcome_: JobOutcome | null = null
  private begun = false
  private over = false

  /** Starts it. */
  constructor(plan: JobPlan, events: JobEvents) {
    this.plan = plan
    this.request = plan.request
    this.events = events
    this.worker = startThread({ role: 'job' })
    this.worker.on('message', (message: JobMessage) => this.receive(message))
    this.worker.on('error', error => this.lose(error))
    this.worker.on('exit', code => this.die(`exit code ${code}`))
  }

  get cacheId(): string {
    return this.plan.cacheId
  }

  /** Null while it runs. */
  get outcome(): JobOutcome | null {
    return this.outcome_
  }

  info(): JobInfo {
    const { jobId, startedMs, endedMs } = this
    const { cacheId, title, request } = this.plan
    const progress = this.latest?.progress ?? null
    return { jobId, cacheId, kind: request.kind, title, startedMs, endedMs, outcome: this.outcome_?.outcome ?? null, progress }
  }

  /** Asks it to end between two shards; one that has not begun ends at once. */
  cancel(): void {
    if (this.over) return
    if (this.begun) this.order({ type: 'cancel' })
    else this.end({ outcome: 'cancelled' }, false)
  }

  /** Waits for the end, and when that takes too long makes one. */
  async stop(waitMs: number): Promise<void> {
    this.cancel()
    const timer = setTimeout(() => void this.worker.terminate(), waitMs)
    await Promise.race([this.ended(), sleep(waitMs + GRACE_MS, undefined, { ref: false })])
    clearTimeout(timer)
    await endWorker(this.worker)
  }

  /** What has happened and what happens, until the end or until the signal. */
  async *attach(signal?: AbortSignal): AsyncGenerator<JobEvent, void, void> {
    let told = 0
    let progress: ProgressEvent | null = null
    while (!signal?.aborted) {
      const { version } = this.changes
      // The end is looked at first: what is told after it was read is told by the next round.
      const end = this.outcome_
      while (told < this.findings.length) {
        const findings = this.findings.slice(told, told + FINDINGS_AT_ONCE)
        told += findings.length
        yield { type: 'findings', findings }
      }
      if (this.latest !== null && this.latest !== progress) {
        progress = this.latest
        yield progress
      }
      if (end !== null) {
        yield { type: 'end', end }
        return
      }
      await this.changes.after(version, signal)
    }
  }

  private async ended(): Promise<void> {
    while (this.outcome_ === null) await this.changes.after(this.changes.version)
  }

  private order(order: JobOrder): void {
    this.worker.postMessage(order)
  }

  private receive(message: JobMessage): void {
    if (this.over) return
    switch (message.type) {
      case 'ready':
        this.begin()
        break
      case 'progress':
        this.takeProgress(message.progress)
        break
      case 'findings':
        for (const found of message.findings) this.findings.push(found)
        this.changes.touch()
        break
      case 'verdicts':
        this.events.onVerdicts(message.verdicts)
        break
      case 'end':
        this.end(message.end, false)
        break
      case 'fault':
        this.fail(message.fault)
    }
  }

  private begin(): void {
    this.begun = true
    const { root, ledgerFile, request, workers } = this.plan
    this.order({ type: 'run', root, ledgerFile, request, workers })
  }

  private fail(fault: Fault): void {
    if (fault.code === 'INTERNAL') this.events.onBug(fault)
    const { code, message, details } = fault
    this.end({ outcome: 'failed', error: { code, message, details } }, false)
  }

  private takeProgress(progress: Progress): void {
    this.latest = { type: 'progress', progress, ...this.speed.take(progress, performance.now()) }
    this.changes.touch()
  }

  /** What the thread did not answer with: it could not be loaded, or it broke. */
  private lose(error: unknown): void {
    if (this.over) return
    if (expectedError(error) === null) this.die(error instanceof Error ? error.message : String(error))
    else this.fail(faultOf(error))
  }

  /** The thread is gone and has not said that it was done. */
  private die(how: string): void {
    if (this.over) return
    this.events.onBug({ code: 'INTERNAL', message: `a job's thread died: ${how}`, details: {}, stack: null })
    const message = `“${this.plan.title}” broke off: the thread that did it stopped (${how}). What it had done by then stays.`
    this.end({ outcome: 'failed', error: { code: 'INTERNAL', message, details: { how } } }, true)
  }

  private end(outcome: JobOutcome, died: boolean): void {
    this.over = true
    if (!this.begun) void this.worker.terminate()
    void this.events.onEnd(outcome, died).finally(() => {
      this.endedMs = Date.now()
      this.outcome_ = outcome
      this.changes.flush()
    })
  }
}
