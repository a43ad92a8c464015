/**
 * Runs one job on its own thread with the core, and reports progress at most ten times per second. It starts on request, so that a job
 * cancelled before has done nothing.
 */
import { dirname } from 'node:path'
import { parentPort } from 'node:worker_threads'
import {
  CancelledError,
  type Finding,
  followMove,
  openLedger,
  type RecordedVerdict,
  recordChangesIn,
  remarkOnce,
  setAsideRemark
} from '../../core/index.ts'
import { faultOf, type JobOrder } from '../threads/messages.ts'
import { runJobKind } from './kinds/index.ts'

const FLUSH_MS = 100

/** Waits for its request, runs it and reports the end. */
export function runJob(): void {
  const controller = new AbortController()
  parentPort?.on('message', (order: JobOrder) => {
    if (order.type === 'cancel') controller.abort()
    else void run(order, controller.signal)
  })
  parentPort?.postMessage({ type: 'ready' })
}

async function run(order: Extract<JobOrder, { type: 'run' }>, signal: AbortSignal): Promise<void> {
  let findings: Finding[] = []
  let verdicts: RecordedVerdict[] = []
  const flush = (): void => {
    if (findings.length > 0) parentPort?.postMessage({ type: 'findings', findings })
    if (verdicts.length > 0) parentPort?.postMessage({ type: 'verdicts', verdicts })
    findings = []
    verdicts = []
  }
  const timer = setInterval(flush, FLUSH_MS)
  try {
    recordChangesIn(() => dirname(order.ledgerFile))
    const ledger = openLedger(order.ledgerFile, {
      onRecord: verdict => verdicts.push(verdict),
      onSetAside: (file, reason, isRestored) => remarkOnce('ledger replaced', setAsideRemark(file, reason, isRestored)),
      onFailure: reason => remarkOnce('ledger', `the record of earlier verifications became unusable: ${reason}`)
    })
    let report: Awaited<ReturnType<typeof runJobKind>>
    try {
      await followMove(ledger, order.root)
      report = await runJobKind(order.root, order.request, {
        ledger,
        signal,
        workers: order.workers,
        onProgress: progress => parentPort?.postMessage({ type: 'progress', progress }),
        onFinding: found => findings.push(found)
      })
    } finally {
      ledger.close()
    }
    flush()
    parentPort?.postMessage({ type: 'end', end: { outcome: 'done', report } })
  } catch (error) {
    flush()
    const end = error instanceof CancelledError ? { type: 'end', end: { outcome: 'cancelled' } } : { type: 'fault', fault: faultOf(error) }
    parentPort?.postMessage(end)
  } finally {
    clearInterval(timer)
    parentPort?.close()
  }
}
