/** The service's side of its query thread: cancellable requests. The first one starts the thread. */
import type { Worker } from 'node:worker_threads'
import { CacheError, CancelledError, endWorker, SystemError } from '../../core/index.ts'
import type { Cloned, Fault, Remark } from '../threads/messages.ts'
import { startThread } from '../threads/startThread.ts'
import type { Answers, Question } from './answers.ts'

type Answer<Q extends Question> = Cloned<Awaited<ReturnType<Answers[Q]>>>
type Pending = { readonly resolve: (answer: never) => void; readonly reject: (error: unknown) => void }
type Reply = { readonly id: number; readonly answer: never } | { readonly id: number; readonly fault: Fault }

/** A bug in a thread, with its original stack. */
export class ThreadBug extends Error {
  constructor({ message, stack }: Fault) {
    super(message)
    this.name = 'ThreadBug'
    if (stack !== null) this.stack = stack
  }
}

export class QueryThread {
  private worker: Worker | null = null
  private readonly pending = new Map<number, Pending>()
  private lastId = 0
  private closed = false

  /**
   * Sends a request and waits for the result.
   * @throws what the function throws; CancelledError if the signal is aborted; SystemError if the thread dies
   */
  ask<Q extends Question>(question: Q, input: Parameters<Answers[Q]>[0], signal?: AbortSignal): Promise<Answer<Q>> {
    if (this.closed || signal?.aborted) return Promise.reject(new CancelledError())
    const id = ++this.lastId
    const worker = this.running()
    return new Promise<Answer<Q>>((resolve, reject) => {
      const giveUp = (): void => {
        worker.postMessage({ type: 'cancel', id })
        this.settle(id)?.reject(new CancelledError())
      }
      // The thread keeps the process alive only while a request is pending.
      worker.ref()
      signal?.addEventListener('abort', giveUp, { once: true })
      const done = (): void => signal?.removeEventListener('abort', giveUp)
      this.pending.set(id, {
        resolve: (answer: never) => {
          done()
          resolve(answer)
        },
        reject: error => {
          done()
          reject(error)
        }
      })
      worker.postMessage({ type: 'ask', id, question, input })
    })
  }

  /** Starts the thread before the first request. */
  warm(): void {
    this.running()
  }

  async close(): Promise<void> {
    this.closed = true
    this.failAll(new CancelledError())
    if (this.worker !== null) await endWorker(this.worker)
  }

  private running(): Worker {
    if (this.worker !== null) return this.worker
    const worker = startThread({ role: 'reader' })
    worker.unref()
    worker.on('message', (reply: Reply | Remark) => {
      if ('type' in reply) return
      const pending = this.settle(reply.id)
      if ('fault' in reply) pending?.reject(errorOf(reply.fault))
      else pending?.resolve(reply.answer)
    })
    const gone = (error: unknown): void => {
      if (this.worker !== worker) return
      this.worker = null
      this.failAll(error)
    }
    worker.on('error', error => gone(error))
    worker.on('exit', code => gone(new SystemError('the query thread has stopped. The next request starts another', { code })))
    this.worker = worker
    return worker
  }

  private settle(id: number): Pending | undefined {
    const pending = this.pending.get(id)
    this.pending.delete(id)
    if (this.pending.size === 0) this.worker?.unref()
    return pending
  }

  private failAll(error: unknown): void {
    for (const id of [...this.pending.keys()]) this.settle(id)?.reject(error)
  }
}

function errorOf(fault: Fault): Error {
  if (fault.code === 'INTERNAL') return new ThreadBug(fault)
  return fault.code === 'CANCELLED' ? new CancelledError() : new CacheError(fault.code, fault.message, fault.details)
}
