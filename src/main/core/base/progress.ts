/** Reports the progress of a long operation at most ten times per second, and once at the end. */
import type { Progress } from '../../../shared/model/report.ts'

const INTERVAL_MS = 100

export class ProgressMeter {
  /** Number of findings so far. */
  findings = 0
  private done = 0
  private bytesDone = 0
  private reportedAt = Number.NEGATIVE_INFINITY
  /** The last finished shard, until it is reported. */
  private unreported: string | null = null
  private readonly report: ((progress: Progress) => void) | undefined
  private readonly phase: Progress['phase']
  private readonly total: number
  private readonly bytesTotal: number

  constructor(report: ((progress: Progress) => void) | undefined, phase: Progress['phase'], total: number, bytesTotal = 0) {
    this.report = report
    this.phase = phase
    this.total = total
    this.bytesTotal = bytesTotal
  }

  /** Another shard is finished. */
  step(shardPath: string, bytes = 0): void {
    this.done += 1
    this.bytesDone += bytes
    this.unreported = shardPath
    if (this.done >= this.total || performance.now() - this.reportedAt >= INTERVAL_MS) this.end()
  }

  /** The end, perhaps before all is finished: reports the remaining progress. */
  end(): void {
    const { phase, total, bytesTotal, done, bytesDone, findings, unreported: shardPath } = this
    if (shardPath === null) return
    this.reportedAt = performance.now()
    this.unreported = null
    this.report?.({ phase, done, total, bytesDone, bytesTotal, shardPath, findings })
  }
}
