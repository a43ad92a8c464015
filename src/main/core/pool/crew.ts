/** The threads of one operation: the requested number, or as many as can be started, possibly none. */
import { remarkOnce } from '../base/remarks.ts'
import { expectedError } from '../fs/systemError.ts'
import { giveBack, type PooledThread, takeThread } from './shardPool.ts'

export class Crew {
  /** Undefined until its thread is needed. */
  private readonly places: (PooledThread | undefined)[]

  constructor(threads: number) {
    this.places = Array.from({ length: threads })
  }

  /** The thread with the fewest tasks, started if necessary; null if no thread can be started. */
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

  /** Continues without a thread that could not be started. */
  dismiss(thread: PooledThread, why: unknown): void {
    const at = this.places.indexOf(thread)
    if (at >= 0) this.giveUp(at, why)
  }

  /** Ends all threads immediately. */
  end(): void {
    for (const thread of this.places) thread?.end()
  }

  /** Returns the threads to the pool. All their tasks are finished. */
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
