/** The speed of a job, from its recent progress. */
import type { Progress } from '../../core/index.ts'

const WINDOW_MS = 5_000

type Sample = { readonly atMs: number; readonly done: number; readonly bytesDone: number }

export type Speed = { readonly bytesPerSecond: number; readonly secondsLeft: number | null }

export class SpeedMeter {
  private samples: Sample[] = []
  private phase: Progress['phase'] | null = null

  /**
   * Adds progress at a time.
   * @returns bytes per second over the last seconds, and the remaining time at that speed; null while unknown
   */
  take({ phase, done, total, bytesDone, bytesTotal }: Progress, atMs: number): Speed {
    if (phase !== this.phase) this.samples = []
    this.phase = phase
    this.samples = [...this.samples.filter(sample => atMs - sample.atMs <= WINDOW_MS), { atMs, done, bytesDone }]
    const [first] = this.samples
    const seconds = first === undefined ? 0 : (atMs - first.atMs) / 1000
    if (first === undefined || seconds < 0.5) return { bytesPerSecond: 0, secondsLeft: null }
    const bytesPerSecond = (bytesDone - first.bytesDone) / seconds
    const [left, perSecond] = bytesTotal > 0 ? [bytesTotal - bytesDone, bytesPerSecond] : [total - done, (done - first.done) / seconds]
    return { bytesPerSecond, secondsLeft: perSecond > 0 ? left / perSecond : null }
  }
}
