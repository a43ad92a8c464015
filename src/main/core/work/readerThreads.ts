/**
 * Threads that read shards. One that has nothing to do waits some seconds for the next operation: starting a thread, and warming its
 * code, takes as long as reading dozens of shards. A thread that passes its time on a shard is ended, whatever it is doing.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type CacheError, SystemError } from '../../../shared/model/errors.ts'
import { linkPolicy } from '../links.ts'
import { limitsInForce, overtimeText } from '../parquet/limits.ts'
import { expectedError } from '../systemError.ts'
import type { ShardLook, ShardTask } from './shardTask.ts'
import type { ShardAnswer, ShardOrder } from './shardThread.ts'
import { THREAD_MEMORY } from './threadMemory.ts'

const IDLE_MS = 5_000

/** Why a task has no answer: the thread is gone. */
export class ThreadLost extends Error {
  /** Whether it was lost over this task, and not over one before it. */
  readonly overThis: boolean

  constructor(message: string, overThis: boolean) {
    super(message)
    this.overThis = overThis
  }
}

type Waiting = {
  readonly budgetMs: number
  readonly resolve: (look: ShardLook) => void
  readonly reject: (error: Error) => void
}

const idle: ReaderThread[] = []

/** A thread that has nothing to do, or a new one. @throws SystemError when this installation lacks the thread's file */
export function takeThread(): ReaderThread {
  const thread = idle.pop() ?? new ReaderThread(threadFile())
  thread.take()
  return thread
}

/** Keeps a thread for whoever reads next; its tasks have all been answered. */
export function giveBack(thread: ReaderThread): void {
  if (!thread.alive) return
  idle.push(thread)
  thread.rest(() => {
    const at = idle.indexOf(thread)
    if (at >= 0) idle.splice(at, 1)
    thread.end('nobody needs it')
  })
}

function threadFile(): string {
  // The core may have been put into a chunk, one folder below the entries.
  const places = ['shardThread.ts', 'shardThread.js', join('..', 'shardThread.js')].map(name => join(import.meta.dirname, name))
  const file = places.find(existsSync)
  if (file === undefined) throw new SystemError('a part of this installation is missing: shardThread.js', { looked_at: places })
  return file
}

export class ReaderThread {
  alive = true
  private readonly worker: Worker
  /** The oldest first. */
  private readonly waiting: Waiting[] = []
  private timer: NodeJS.Timeout | undefined

  constructor(file: string) {
    this.worker = new Worker(file, { resourceLimits: THREAD_MEMORY })
    this.worker.on('message', (answer: ShardAnswer) => this.receive(answer))
    // What a task throws is its answer: out here it is the thread itself that could not be loaded, or that ran out of memory.
    this.worker.on('error', error => this.lose(error instanceof Error ? error.message : String(error), expectedError(error)))
    this.worker.on('exit', code => this.lose(`the thread that read it ended with code ${code}`))
  }

  /**
   * Reads a shard after those that were asked for before.
   * @throws ThreadLost; SystemError when the thread could not be loaded; Error for a bug in the reader
   */
  look(task: ShardTask, budgetMs: number): Promise<ShardLook> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ budgetMs, resolve, reject })
      this.worker.postMessage({ task, limits: limitsInForce(), links: linkPolicy() } satisfies ShardOrder)
      if (this.waiting.length === 1) this.watch()
    })
  }

  /** Tasks that have no answer yet. */
  get busy(): number {
    return this.waiting.length
  }

  take(): void {
    clearTimeout(this.timer)
    this.worker.ref()
  }

  rest(whenOver: () => void): void {
    this.worker.unref()
    this.timer = setTimeout(whenOver, IDLE_MS).unref()
  }

  /** Ends it at once, in the middle of a page if need be. */
  end(why: string): void {
    this.lose(why)
    void this.worker.terminate()
  }

  private watch(): void {
    clearTimeout(this.timer)
    const [first] = this.waiting
    if (first !== undefined) this.timer = setTimeout(() => this.end(overtimeText(first.budgetMs)), first.budgetMs)
  }

  private receive(answer: ShardAnswer): void {
    const done = this.waiting.shift()
    this.watch()
    if ('look' in answer) done?.resolve(answer.look)
    else done?.reject(new Error(answer.bug.message, { cause: answer.bug.stack }))
  }

  private lose(why: string, refused: CacheError | null = null): void {
    this.alive = false
    clearTimeout(this.timer)
    for (const [i, task] of this.waiting.splice(0).entries()) task.reject(refused ?? new ThreadLost(why, i === 0))
  }
}
