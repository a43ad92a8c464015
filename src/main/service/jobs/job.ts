/**
 * One job: its thread, and its events so far. A subscriber gets a summary of past events, then new ones. A slow one gets the latest state,
 * not a backlog. Unsubscribing never ends the job.
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
/** A terminated thread exits within this time, unless it waits for a file system. */
const GRACE_MS = 1000

export type JobPlan = {
  readonly cacheId: string
  readonly root: string
  readonly ledgerFile: string
  readonly title: string
  readonly request: JobRequest
  /** Reader threads; by default one per core. */
  readonly workers: number | undefined
}

export type JobEvents = {
  readonly onVerdicts: (verdicts: readonly RecordedVerdict[]) => void
  /** Settles when the end may be published. */
  readonly onEnd: (outcome: JobOutcome, died: boolean) => Promise<void>
  readonly onBug: (fault: Fault) => void
  /** Its `info` has changed. */
  readonly onChange: () => void
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

  /** Asks it to end between two shards. A job that has not started ends at once. */
  cancel(): void {
    if (this.over) return
    if (this.begun) this.order({ type: 'cancel' })
    else this.end({ outcome: 'cancelled' }, false)
  }

  /** Waits for the end, and forces it after a while. */
  async stop(waitMs: number): Promise<void> {
    this.cancel()
    const timer = setTimeout(() => void this.worker.terminate(), waitMs)
    await Promise.race([this.ended(), sleep(waitMs + GRACE_MS, undefined, { ref: false })])
    clearTimeout(timer)
    await endWorker(this.worker)
  }

  /** Past and new events, until the end or until the signal. */
  async *attach(signal?: AbortSignal): AsyncGenerator<JobEvent, void, void> {
    let sent = 0
    let progress: ProgressEvent | null = null
    while (!signal?.aborted) {
      const { version } = this.changes
      // The end is checked first, because events after reading it are delivered in the next round.
      const end = this.outcome_
      while (sent < this.findings.length) {
        const findings = this.findings.slice(sent, sent + FINDINGS_AT_ONCE)
        sent += findings.length
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
    this.events.onChange()
  }

  /** A message that is not a result: the thread could not be loaded, or it failed. */
  private lose(error: unknown): void {
    if (this.over) return
    if (expectedError(error) === null) this.die(error instanceof Error ? error.message : String(error))
    else this.fail(faultOf(error))
  }

  /** The thread has exited without a result. */
  private die(how: string): void {
    if (this.over) return
    this.events.onBug({ code: 'INTERNAL', message: `a job's thread died: ${how}`, details: {}, stack: null })
    const message = `“${this.plan.title}” failed: its worker thread exited (${how}). Completed work is kept.`
    this.end({ outcome: 'failed', error: { code: 'INTERNAL', message, details: { how } } }, true)
  }

  private end(outcome: JobOutcome, died: boolean): void {
    this.over = true
    if (!this.begun) void this.worker.terminate()
    void this.events.onEnd(outcome, died).finally(() => {
      this.endedMs = Date.now()
      this.outcome_ = outcome
      this.changes.flush()
      this.events.onChange()
    })
  }
}
