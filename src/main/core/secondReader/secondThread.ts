/**
 * A thread in which hyparquet runs, behind walls: a file may make it loop forever or fill its memory, and then only that thread ends.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ResourceLimits, Worker } from 'node:worker_threads'
import { CancelledError, SystemError } from '../../../shared/model/errors.ts'
import { overtimeText } from '../parquet/limits.ts'
import { afterRunning } from '../timeBudget.ts'
import { startWorker } from '../work/startWorker.ts'
import type { SecondAnswer, SecondOrder } from './secondReaderThread.ts'

/** A shard of 1,024 x 1,024 values takes 200 MiB. */
const HEAP_MIB = 1024
const MEMORY: ResourceLimits = { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: 32 }

type Waiting = { readonly settle: (answer: SecondAnswer) => void }

export class SecondThread {
  private readonly file: string
  private worker: Worker | null = null
  private waiting: Waiting | null = null

  /** @param file the thread's entry */
  constructor(file: string = threadFile()) {
    this.file = file
  }

  /**
   * Asks one thing at a time. A thread that dies or passes its time is replaced at the next question.
   * @throws CancelledError
   */
  ask(order: SecondOrder, budgetMs: number, signal?: AbortSignal): Promise<SecondAnswer> {
    if (signal?.aborted) return Promise.reject(new CancelledError())
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        done()
        this.end()
        reject(new CancelledError())
      }
      const stopClock = afterRunning(budgetMs, () => this.lose(overtimeText(budgetMs)))
      const done = (): void => {
        stopClock()
        signal?.removeEventListener('abort', cancel)
        this.waiting = null
        this.worker?.unref()
      }
      const settle = (answer: SecondAnswer): void => {
        done()
        resolve(answer)
      }
      signal?.addEventListener('abort', cancel, { once: true })
      this.waiting = { settle }
      try {
        this.worker ??= this.start()
        this.worker.ref()
        this.worker.postMessage(order)
      } catch (error) {
        this.lose(`its thread cannot start: ${error instanceof Error ? error.message : String(error)}`)
      }
    })
  }

  end(): void {
    const { worker } = this
    this.worker = null
    void worker?.terminate()
  }

  private start(): Worker {
    const worker = startWorker(this.file, { memory: MEMORY })
    const ofThis = (report: () => void): void => {
      if (this.worker === worker) report()
    }
    worker.on('message', (answer: SecondAnswer) => ofThis(() => this.waiting?.settle(answer)))
    worker.on('error', error => ofThis(() => this.lose(deathText(error))))
    worker.on('exit', code => ofThis(() => this.lose(`its thread ended with code ${code}`)))
    return worker
  }

  /** Ends the thread, and answers the question it has. */
  private lose(reason: string): void {
    const { waiting } = this
    this.end()
    waiting?.settle({ answer: 'failed', reason })
  }
}

function deathText(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return `it needs more than ${HEAP_MIB} MiB of memory`
  return `its thread failed: ${error instanceof Error ? error.message : String(error)}`
}

/** @throws SystemError when this installation lacks the thread's file */
function threadFile(): string {
  // The core may have been put into a chunk, one folder below the entries.
  const places = ['secondReaderThread.ts', 'secondReaderThread.js', join('..', 'secondReaderThread.js')].map(name =>
    join(import.meta.dirname, name)
  )
  const file = places.find(existsSync)
  if (file === undefined) throw new SystemError('a part of this installation is missing: secondReaderThread.js', { looked_at: places })
  return file
}
