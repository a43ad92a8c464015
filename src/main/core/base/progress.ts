/** Progress of a long operation, told at most ten times a second and once at the end, wherever that is. */
import type { Progress } from '../../../shared/model/report.ts'

const INTERVAL_MS = 100

export class ProgressMeter {
  /** How many findings there are so far. */
  findings = 0
  private done = 0
  private bytesDone = 0
  private told = Number.NEGATIVE_INFINITY
  /** The last shard that was done, until that is told. */
  private untold: string | null = null
  private readonly tell: ((progress: Progress) => void) | undefined
  private readonly phase: Progress['phase']
  private readonly total: number
  private readonly bytesTotal: number

  constructor(tell: ((progress: Progress) => void) | undefined, phase: Progress['phase'], total: number, bytesTotal = 0) {
    this.tell = tell
    this.phase = phase
    this.total = total
    this.bytesTotal = bytesTotal
  }

  /** One more shard is done. */
  step(shardPath: string, bytes = 0): void {
    this.done += 1
    this.bytesDone += bytes
    this.untold = shardPath
    if (this.done >= this.total || performance.now() - this.told >= INTERVAL_MS) this.end()
  }

  /** Nothing follows, perhaps before all is done: tells what was not told yet. */
  end(): void {
    const { phase, total, bytesTotal, done, bytesDone, findings, untold: shardPath } = this
    if (shardPath === null) return
    this.told = performance.now()
    this.untold = null
    this.tell?.({ phase, done, total, bytesDone, bytesTotal, shardPath, findings })
  }
}
