/** Starts a thread of the service, under the limits and the link policy of this process. */
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { limitsInForce, linkPolicy, remarkOnce, startWorker, threadFile } from '../../core/index.ts'
import type { Remark, ThreadRole, ThreadStart } from './messages.ts'

/** @throws SystemError if no thread can be started, or its file is missing from this installation */
export function startThread(role: ThreadRole): Worker {
  const worker = startWorker(threadFile('workerEntry', join(import.meta.dirname, '..')), {
    workerData: { ...role, limits: limitsInForce(), links: linkPolicy() } satisfies ThreadStart
  })
  worker.on('message', (message: Remark | { readonly type?: never }) => {
    if (message.type === 'remark') remarkOnce(message.subject, message.sentence)
  })
  return worker
}
