/** An isolated thread for hyparquet. A file may send it into an endless loop or fill its memory, and then only that thread ends. */
import type { ResourceLimits, Worker } from 'node:worker_threads'
import { CancelledError, SystemError } from '../../../shared/model/errors.ts'
import { afterRunning } from '../base/timeBudget.ts'
import { overtimeText } from '../limits/limits.ts'
import { startWorker } from '../threads/startWorker.ts'
import { threadFile } from '../threads/threadFile.ts'
import type { SecondAnswer, SecondOrder } from './secondReaderThread.ts'

/** A shard of 1,024 x 1,024 values needs 200 MiB. */
const HEAP_MIB = 1024
const MEMORY: ResourceLimits = { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: 32 }
/** A thread that has not started by then will not start. */
const START_MS = 60_000

type Waiting = {
  readonly budgetMs: number
  readonly settle: (answer: SecondAnswer) => void
  /** The thread never became ready. */
  readonly refuse: (why: SystemError) => void
}

export class SecondThread {
  private readonly file: string
  private worker: Worker | null = null
  private ready = false
  private waiting: Waiting | null = null
  private stopClock: () => void = () => undefined

  /** @param file entry file of the thread */
  constructor(file: string = threadFile('secondReaderThread', import.meta.dirname)) {
    this.file = file
  }

  /**
   * Sends one request at a time. A thread that dies or exceeds its time is replaced at the next request.
   * @param budgetMs counted from when the thread is ready, without pauses of this process
   * @throws SystemError if no thread can be started, CancelledError
   */
  ask(order: SecondOrder, budgetMs: number, signal?: AbortSignal): Promise<SecondAnswer> {
    if (signal?.aborted) return Promise.reject(new CancelledError())
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.stopClock()
        signal?.removeEventListener('abort', cancel)
        this.waiting = null
        this.worker?.unref()
      }
      const refuse = (why: Error): void => {
        done()
        reject(why)
      }
      const cancel = (): void => {
        this.end()
        refuse(new CancelledError())
      }
      const settle = (answer: SecondAnswer): void => {
        done()
        resolve(answer)
      }
      signal?.addEventListener('abort', cancel, { once: true })
      this.waiting = { budgetMs, settle, refuse }
      try {
        this.worker ??= this.start()
        this.worker.ref()
        this.worker.postMessage(order)
        this.watch()
      } catch (error) {
        refuse(error instanceof SystemError ? error : new SystemError(`a thread could not be started: ${messageOf(error)}`))
      }
    })
  }

  end(): void {
    const { worker } = this
    this.worker = null
    this.ready = false
    this.stopClock()
    void worker?.terminate()
  }

  private start(): Worker {
    const worker = startWorker(this.file, { memory: MEMORY })
    const ofThis = (report: () => void): void => {
      if (this.worker === worker) report()
    }
    worker.on('message', (answer: SecondAnswer) => ofThis(() => this.receive(answer)))
    worker.on('messageerror', error => ofThis(() => this.lose(`its answer did not arrive: ${messageOf(error)}`)))
    worker.on('error', error => ofThis(() => this.lose(deathText(error))))
    worker.on('exit', code => ofThis(() => this.lose(`its thread ended with code ${code}`)))
    return worker
  }

  private receive(answer: SecondAnswer): void {
    if (answer.answer !== 'ready') this.waiting?.settle(answer)
    else {
      this.ready = true
      if (this.waiting !== null) this.watch()
    }
  }

  private watch(): void {
    this.stopClock()
    const ms = this.ready ? (this.waiting?.budgetMs ?? 0) : START_MS
    this.stopClock = afterRunning(ms, () => this.lose(this.ready ? overtimeText(ms) : `its thread did not start within ${ms / 1000} s`))
  }

  /** Terminates the thread, and completes its current request. */
  private lose(reason: string): void {
    const { waiting, ready } = this
    this.end()
    if (ready) waiting?.settle({ answer: 'failed', reason })
    else waiting?.refuse(new SystemError(reason))
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function deathText(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return `it needs more than ${HEAP_MIB} MiB of memory`
  return `its thread failed: ${messageOf(error)}`
}
