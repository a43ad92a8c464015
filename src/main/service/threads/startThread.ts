/** Starts a thread of the service, under the limits and the link policy of this process. */
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { limitsInForce, linkPolicy, remarkOnce, startWorker, threadFile } from '../../core/index.ts'
import type { Remark, ThreadRole, ThreadStart } from './messages.ts'

/** @throws SystemError when the system has no thread to give, or this installation lacks its file */
export function startThread(role: ThreadRole): Worker {
  const worker = startWorker(threadFile('workerEntry', join(import.meta.dirname, '..')), {
    workerData: { ...role, limits: limitsInForce(), links: linkPolicy() } satisfies ThreadStart
  })
  worker.on('message', (message: Remark | { readonly type?: never }) => {
    if (message.type === 'remark') remarkOnce(message.subject, message.sentence)
  })
  return worker
}
