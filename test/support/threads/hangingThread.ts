/** Entry of a reader thread with an injected fault: for a shard of contig `hangs` it never finishes. */
import { parentPort } from 'node:worker_threads'
import { inspection } from '../../../src/main/core/inspect/inspection.ts'
import { reusedMemory } from '../../../src/main/core/parquet/file/pageMemory.ts'
import type { ShardOrder } from '../../../src/main/core/pool/shardThread.ts'

const memory = reusedMemory()

parentPort?.on('message', ({ input }: ShardOrder<'inspection'>) => {
  while (input.shardPath.includes('hangs'));
  const steps = inspection.steps(input, memory, Number.POSITIVE_INFINITY)
  let step = steps.next()
  while (!step.done) step = steps.next()
  parentPort?.postMessage({ output: step.value })
})
parentPort?.postMessage({ ready: true })
