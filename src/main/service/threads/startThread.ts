/** Starts a thread of the service from wherever it runs: its sources, or the bundle beside which `workerEntry.js` lies. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { limitsInForce, linkPolicy, remarkOnce, SystemError, startWorker } from '../../core/index.ts'
import type { Remark, ThreadRole, ThreadStart } from './messages.ts'

/** @throws SystemError when the system has no thread to give, or this installation lacks its file */
export function startThread(role: ThreadRole): Worker {
  // The service may have been put into a chunk, one folder below the entries.
  const places = [join('..', 'workerEntry.ts'), 'workerEntry.js', join('..', 'workerEntry.js')].map(name => join(import.meta.dirname, name))
  const entry = places.find(existsSync)
  if (entry === undefined) throw new SystemError('a part of this installation is missing: workerEntry.js', { looked_at: places })
  const worker = startWorker(entry, {
    workerData: { ...role, limits: limitsInForce(), links: linkPolicy() } satisfies ThreadStart
  })
  worker.on('message', (message: Remark | { readonly type?: never }) => {
    if (message.type === 'remark') remarkOnce(message.subject, message.sentence)
  })
  return worker
}
