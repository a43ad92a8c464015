/** Looks for what was not told: now and then, sooner where nothing is told, and never for more than a part of the time. */
import type { ShardScan } from './shardScan.ts'

const POLL_MS = 30_000
/** The same where the system does not tell of changes. */
const UNWATCHED_POLL_MS = 5_000
/** Looking for changes takes at most one part in so many of the time. */
const POLL_SHARE = 20

export class Polling {
  private readonly scan: ShardScan
  private readonly look: () => Promise<void>
  private timer: NodeJS.Timeout | null = null
  private unwatched = false
  private ended = false

  /** @param look never rejects */
  constructor(scan: ShardScan, look: () => Promise<void>) {
    this.scan = scan
    this.look = look
  }

  /** Begins to wait, anew when it did already. */
  wait(): void {
    if (this.ended) return
    if (this.timer !== null) clearTimeout(this.timer)
    this.unwatched = this.scan.unwatched
    this.timer = setTimeout(() => void this.look().finally(() => this.wait()), this.waitMs()).unref()
  }

  /** What is not told any more is looked for sooner than was meant. */
  waitLess(): void {
    if (this.scan.unwatched && !this.unwatched) this.wait()
  }

  end(): void {
    this.ended = true
    if (this.timer !== null) clearTimeout(this.timer)
  }

  private waitMs(): number {
    if (this.scan.isAway) return UNWATCHED_POLL_MS
    return Math.max(this.scan.unwatched ? UNWATCHED_POLL_MS : POLL_MS, this.scan.lastMs * POLL_SHARE)
  }
}
