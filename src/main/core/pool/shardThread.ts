/** Entry of a thread that reads shards, one after the other as requested, until it is terminated. */
import { parentPort } from 'node:worker_threads'
import { onRemark } from '../base/remarks.ts'
import { type LinkPolicy, setLinkPolicy } from '../fs/links.ts'
import { inspectionSteps, type ShardInspection, type ShardTask } from '../inspect/shardTask.ts'
import { adoptLimits, type Limits } from '../limits/limits.ts'
import { reusedMemory } from '../parquet/file/pageMemory.ts'

/** A task, with the caller's limits and link policy, because the thread may have been started under others. */
export type ShardOrder = { readonly task: ShardTask; readonly limits: Limits; readonly links: LinkPolicy }

/** The thread is ready, a remark, or the result of the oldest unfinished task. */
export type ShardAnswer =
  | { readonly ready: true }
  | { readonly remark: string; readonly subject: string }
  | { readonly look: ShardInspection }
  | { readonly bug: { readonly message: string; readonly stack: string | null } }

const memory = reusedMemory()

onRemark((subject, remark) => parentPort?.postMessage({ remark, subject } satisfies ShardAnswer))
parentPort?.on('message', ({ task, limits, links }: ShardOrder) => {
  try {
    adoptLimits(limits)
    setLinkPolicy(links)
    const look = toTheEnd(task)
    parentPort?.postMessage({ look } satisfies ShardAnswer, buffersOf(look))
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    parentPort?.postMessage({ bug: { message, stack: stack ?? null } } satisfies ShardAnswer)
  }
})
parentPort?.postMessage({ ready: true } satisfies ShardAnswer)

function toTheEnd(task: ShardTask): ShardInspection {
  // The caller enforces the time limit, and terminates this thread.
  const steps = inspectionSteps(task, memory, Number.POSITIVE_INFINITY)
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}

/** Keys and loci are transferred without a copy. */
function buffersOf({ verdict: { keys, loci } }: ShardInspection): ArrayBuffer[] {
  const ofKeys = keys === null ? [] : [keys.windowHashes.buffer, keys.codes.buffer, keys.createdAt.buffer]
  const all = loci === null ? ofKeys : [...ofKeys, loci.buffer]
  return all.filter(buffer => buffer instanceof ArrayBuffer)
}
