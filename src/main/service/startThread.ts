/** Starts a thread of the service from wherever it runs: its sources, or the bundle beside which `jobWorker.js` lies. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { limitsInForce, linkPolicy, SystemError, THREAD_MEMORY } from '../core/index.ts'
import type { ThreadRole, ThreadStart } from './messages.ts'

/** @throws SystemError when this installation lacks the thread's file */
export function startThread(role: ThreadRole): Worker {
  // The service may have been put into a chunk, one folder below the entries.
  const places = ['jobWorker.ts', 'jobWorker.js', join('..', 'jobWorker.js')].map(name => join(import.meta.dirname, name))
  const entry = places.find(existsSync)
  if (entry === undefined) throw new SystemError('a part of this installation is missing: jobWorker.js', { looked_at: places })
  return new Worker(entry, {
    workerData: { ...role, limits: limitsInForce(), links: linkPolicy() } satisfies ThreadStart,
    resourceLimits: THREAD_MEMORY
  })
}
