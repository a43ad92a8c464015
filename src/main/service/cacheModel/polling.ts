/** Polls for changes that file events missed: more often without file events, but only for a limited part of the time. */
import type { ShardScan } from './shardScan.ts'

const POLL_MS = 30_000
/** The interval without file events. */
const UNWATCHED_POLL_MS = 5_000
/** Polling takes at most one part in this many of the time. */
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

  /** Starts waiting, or restarts. */
  wait(): void {
    if (this.ended) return
    if (this.timer !== null) clearTimeout(this.timer)
    this.unwatched = this.scan.unwatched
    this.timer = setTimeout(() => void this.look().finally(() => this.wait()), this.waitMs()).unref()
  }

  /** Without file events, polls earlier than planned. */
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
