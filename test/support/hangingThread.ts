/** Entry of a reading thread with a fault put into it: over a shard of contig `hangs` it never comes to an end. */
import { parentPort } from 'node:worker_threads'
import { inspectionSteps } from '../../src/main/core/inspect/shardTask.ts'
import { reusedMemory } from '../../src/main/core/parquet/file/pageMemory.ts'
import type { ShardOrder } from '../../src/main/core/pool/shardThread.ts'

const memory = reusedMemory()

parentPort?.on('message', ({ task }: ShardOrder) => {
  while (task.shardPath.includes('hangs'));
  const steps = inspectionSteps(task, memory, Number.POSITIVE_INFINITY)
  let step = steps.next()
  while (!step.done) step = steps.next()
  parentPort?.postMessage({ look: step.value })
})
parentPort?.postMessage({ ready: true })
