/**
 * Entry of a reader thread with injected faults: with `LEWM_TEST_THREADS=unloaded` it fails before it is ready. For a shard of contig
 * `ends` it ends, and for one of contig `memory` it runs out of memory.
 */
import { parentPort } from 'node:worker_threads'
import { inspection } from '../../../src/main/core/inspect/inspection.ts'
import { reusedMemory } from '../../../src/main/core/parquet/file/pageMemory.ts'
import type { ShardOrder } from '../../../src/main/core/pool/shardThread.ts'

if (process.env.LEWM_TEST_THREADS === 'unloaded') throw Object.assign(new Error('EMFILE, open'), { code: 'EMFILE', syscall: 'open' })

const memory = reusedMemory()

parentPort?.on('message', ({ input }: ShardOrder<'inspection'>) => {
  if (input.shardPath.includes('ends')) process.exit(3)
  if (input.shardPath.includes('memory')) throw outOfMemory()
  const steps = inspection.steps(input, memory, Number.POSITIVE_INFINITY)
  let step = steps.next()
  while (!step.done) step = steps.next()
  parentPort?.postMessage({ output: step.value })
})
parentPort?.postMessage({ ready: true })

/** Node's message for a thread with a full heap, without the minute that filling it takes. */
function outOfMemory(): Error {
  return Object.assign(new Error('Worker terminated due to reaching memory limit: JS heap out of memory'), {
    code: 'ERR_WORKER_OUT_OF_MEMORY'
  })
}
