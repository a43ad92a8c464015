/**
 * Threads that read shards. An idle one waits some seconds for the next operation, because starting a thread and warming up its code takes
 * as long as reading dozens of shards. A thread that exceeds its time for a shard is terminated.
 */
import type { Worker } from 'node:worker_threads'
import { SystemError } from '../../../shared/model/errors.ts'
import { remarkOnce } from '../base/remarks.ts'
import { afterRunning } from '../base/timeBudget.ts'
import { linkPolicy } from '../fs/links.ts'
import { expectedError } from '../fs/systemError.ts'
import { limitsInForce, overTime } from '../limits/limits.ts'
import { startWorker } from '../threads/startWorker.ts'
import { threadFile } from '../threads/threadFile.ts'
import type { ShardAnswer, ShardOrder } from './shardThread.ts'
import type { InputOf, OutputOf, TaskName } from './tasks.ts'

const IDLE_MS = 5_000
/** A thread that has not started by then never will. */
const START_MS = 60_000

/**
 * Why a task has no result: the thread never started, or was terminated during this task or an earlier one. The cause describes the shard:
 * ShardFault for one that took too long, SystemError for a failed system call.
 */
export class ThreadLost extends Error {
  readonly when: 'starting' | 'over this task' | 'before this task'
  override readonly cause: Error

  constructor(cause: Error, when: ThreadLost['when']) {
    super(cause.message)
    this.cause = cause
    this.when = when
  }
}

type Waiting = {
  readonly budgetMs: number
  readonly resolve: (output: never) => void
  readonly reject: (error: Error) => void
}

const idle: PooledThread[] = []

/** An idle thread, or a new one. @throws SystemError if none can be started, or its file is missing */
export function takeThread(): PooledThread {
  const thread = idle.pop() ?? new PooledThread(threadFile('shardThread', import.meta.dirname))
  thread.take()
  return thread
}

/** Keeps a thread for the next operation. All its tasks are finished. */
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
  /** Stops the running timer: that of its start, or of the oldest task. */
  private stopClock: () => void
  private restTimer: NodeJS.Timeout | undefined

  /** @throws SystemError if no thread can be started */
  constructor(file: string) {
    this.worker = startWorker(file)
    this.stopClock = afterRunning(START_MS, () => this.end(new SystemError(`it did not start within ${START_MS / 1000} s`)))
    this.worker.on('message', (answer: ShardAnswer) => this.receive(answer))
    // Exceptions of a task are its result. Here the thread itself could not be loaded, or ran out of memory.
    this.worker.on('error', error => this.lose(expectedError(error) ?? new SystemError(`its thread failed: ${messageOf(error)}`)))
    this.worker.on('messageerror', error => this.end(new SystemError(`its answer did not arrive: ${messageOf(error)}`)))
    this.worker.on('exit', code => this.lose(new SystemError(`its thread ended with code ${code}`)))
  }

  /**
   * Does a task after those that were asked for before.
   * @throws ThreadLost; Error for a bug in the task
   */
  do<Name extends TaskName>(task: Name, input: InputOf<Name>, budgetMs: number): Promise<OutputOf<Name>> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ budgetMs, resolve, reject })
      this.worker.postMessage({ task, input, limits: limitsInForce(), links: linkPolicy() } satisfies ShardOrder<Name>)
      if (this.ready && this.waiting.length === 1) this.watch()
    })
  }

  /** Number of unfinished tasks. */
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

  /** Terminates it immediately, even in the middle of a page. */
  end(why: Error = new SystemError('its thread was ended')): void {
    this.lose(why)
    void this.worker.terminate()
  }

  /** Starting a thread does not count as reading. A task's time begins when the thread is ready and has finished all earlier tasks. */
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
    // Answers come in the order of the tasks: it is the output of this one's name.
    if ('output' in answer) done?.resolve(answer.output as never)
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
