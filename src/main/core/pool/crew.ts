/** The threads of one operation: as many as were asked for, or as the system gives, which may be none. */
import { remarkOnce } from '../base/remarks.ts'
import { expectedError } from '../fs/systemError.ts'
import { giveBack, type PooledThread, takeThread } from './shardPool.ts'

export class Crew {
  /** A place is empty until its thread is needed. */
  private readonly places: (PooledThread | undefined)[]

  constructor(threads: number) {
    this.places = Array.from({ length: threads })
  }

  /** The thread with the fewest tasks, started if need be; null when the system gives no thread at all. */
  leastBusy(): PooledThread | null {
    while (this.places.length > 0) {
      const at = this.leastBusyPlace()
      const thread = this.places[at]
      if (thread?.alive) return thread
      try {
        const started = takeThread()
        this.places[at] = started
        return started
      } catch (error) {
        if (expectedError(error) === null) throw error
        this.giveUp(at, error)
      }
    }
    return null
  }

  /** Does without a thread that could not be started. */
  dismiss(thread: PooledThread, why: unknown): void {
    const at = this.places.indexOf(thread)
    if (at >= 0) this.giveUp(at, why)
  }

  /** Ends all threads, in the middle of whatever they do. */
  end(): void {
    for (const thread of this.places) thread?.end()
  }

  /** Lets others have the threads: all their tasks have been answered. */
  release(): void {
    for (const thread of this.places) if (thread !== undefined) giveBack(thread)
  }

  private giveUp(at: number, why: unknown): void {
    this.places.splice(at, 1)
    const reason = why instanceof Error ? why.message : String(why)
    remarkOnce('threads', `shards are read more slowly, on fewer threads: the system has no more of them (${reason})`)
  }

  private leastBusyPlace(): number {
    const busy = this.places.map(thread => (thread?.alive ? thread.busy : 0))
    return busy.indexOf(Math.min(...busy))
  }
}
