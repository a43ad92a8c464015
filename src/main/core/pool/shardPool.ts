/**
 * Threads that read shards. One that has nothing to do waits some seconds for the next operation: starting a thread, and warming its
 * code, takes as long as reading dozens of shards. A thread that passes its time on a shard is ended, whatever it is doing.
 */
import type { Worker } from 'node:worker_threads'
import { SystemError } from '../../../shared/model/errors.ts'
import { remarkOnce } from '../base/remarks.ts'
import { afterRunning } from '../base/timeBudget.ts'
import { linkPolicy } from '../fs/links.ts'
import { expectedError } from '../fs/systemError.ts'
import type { ShardInspection, ShardTask } from '../inspect/shardTask.ts'
import { limitsInForce, overTime } from '../limits/limits.ts'
import { startWorker } from '../threads/startWorker.ts'
import { threadFile } from '../threads/threadFile.ts'
import type { ShardAnswer, ShardOrder } from './shardThread.ts'

const IDLE_MS = 5_000
/** A thread that cannot read after so long will not. */
const START_MS = 60_000

/**
 * Why a task has no answer: the thread never came to read, was ended over this task or over one before it.
 * The cause is what to say of the shard: ShardFault for one that took too long, SystemError for a refusal of the system.
 */
export class ThreadLost extends Error {
  readonly when: 'starting' | 'over this task' | 'before this task'

  constructor(cause: Error, when: ThreadLost['when']) {
    super(cause.message, { cause })
    this.when = when
  }
}

type Waiting = {
  readonly budgetMs: number
  readonly resolve: (look: ShardInspection) => void
  readonly reject: (error: Error) => void
}

const idle: PooledThread[] = []

/** A thread that has nothing to do, or a new one. @throws SystemError when the system, or this installation, has none to give */
export function takeThread(): PooledThread {
  const thread = idle.pop() ?? new PooledThread(threadFile('shardThread', import.meta.dirname))
  thread.take()
  return thread
}

/** Keeps a thread for whoever reads next; its tasks have all been answered. */
export function giveBack(thread: PooledThread): void {
  if (!thread.alive) return
  idle.push(thread)
  thread.rest(() => {
    const at = idle.indexOf(thread)
    if (at >= 0) idle.splice(at, 1)
    thread.end()
  })
}

export class PooledThread {
  alive = true
  private ready = false
  private readonly worker: Worker
  /** The oldest first. */
  private readonly waiting: Waiting[] = []
  /** Stops the clock that runs: of its start, or of the oldest task. */
  private stopClock: () => void
  private restTimer: NodeJS.Timeout | undefined

  /** @throws SystemError when the system has no thread to give */
  constructor(file: string) {
    this.worker = startWorker(file)
    this.stopClock = afterRunning(START_MS, () => this.end(new SystemError(`it did not start within ${START_MS / 1000} s`)))
    this.worker.on('message', (answer: ShardAnswer) => this.receive(answer))
    // What a task throws is its answer: out here it is the thread itself that could not be loaded, or that ran out of memory.
    this.worker.on('error', error => this.lose(expectedError(error) ?? new SystemError(`its thread failed: ${messageOf(error)}`)))
    this.worker.on('messageerror', error => this.end(new SystemError(`its answer did not arrive: ${messageOf(error)}`)))
    this.worker.on('exit', code => this.lose(new SystemError(`its thread ended with code ${code}`)))
  }

  /**
   * Reads a shard after those that were asked for before.
   * @throws ThreadLost; Error for a bug in the reader
   */
  look(task: ShardTask, budgetMs: number): Promise<ShardInspection> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ budgetMs, resolve, reject })
      this.worker.postMessage({ task, limits: limitsInForce(), links: linkPolicy() } satisfies ShardOrder)
      if (this.ready && this.waiting.length === 1) this.watch()
    })
  }

  /** Tasks that have no answer yet. */
  get busy(): number {
    return this.waiting.length
  }

  take(): void {
    clearTimeout(this.restTimer)
    this.worker.ref()
  }

  rest(whenOver: () => void): void {
    this.stopClock()
    this.worker.unref()
    this.restTimer = setTimeout(whenOver, IDLE_MS).unref()
  }

  /** Ends it at once, in the middle of a page if need be. */
  end(why: Error = new SystemError('its thread was ended')): void {
    this.lose(why)
    void this.worker.terminate()
  }

  /** Starting a thread is not reading: a task's time begins when the thread can read and has answered all before it. */
  private watch(): void {
    this.stopClock()
    const [first] = this.waiting
    if (first !== undefined) this.stopClock = afterRunning(first.budgetMs, () => this.end(overTime(first.budgetMs)))
  }

  private receive(answer: ShardAnswer): void {
    if ('remark' in answer) {
      remarkOnce(answer.subject, answer.remark)
      return
    }
    if ('ready' in answer) {
      this.ready = true
      this.watch()
      return
    }
    const done = this.waiting.shift()
    this.watch()
    if ('look' in answer) done?.resolve(answer.look)
    else done?.reject(new Error(answer.bug.message, { cause: answer.bug.stack }))
  }

  private lose(why: Error): void {
    this.alive = false
    this.stopClock()
    for (const [i, task] of this.waiting.splice(0).entries()) {
      task.reject(new ThreadLost(why, !this.ready ? 'starting' : i === 0 ? 'over this task' : 'before this task'))
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
