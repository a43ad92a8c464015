/** Entry of a thread that does tasks on shards: one after the other, as they are asked for, until it is ended. */
import { parentPort } from 'node:worker_threads'
import { onRemark } from '../base/remarks.ts'
import { type LinkPolicy, setLinkPolicy } from '../fs/links.ts'
import { adoptLimits, type Limits } from '../limits/limits.ts'
import { reusedMemory } from '../parquet/file/pageMemory.ts'
import { type InputOf, type OutputOf, type TaskName, taskOf } from './tasks.ts'

/** A task, with the caller's limits and link policy, because the thread may have been started under others. */
export type ShardOrder<Name extends TaskName = TaskName> = {
  readonly task: Name
  readonly input: InputOf<Name>
  readonly limits: Limits
  readonly links: LinkPolicy
}

/** The thread is ready, a remark, or the result of the oldest unfinished task. */
export type ShardAnswer =
  | { readonly ready: true }
  | { readonly remark: string; readonly subject: string }
  | { readonly output: OutputOf<TaskName> }
  | { readonly bug: { readonly message: string; readonly stack: string | null } }

const memory = reusedMemory()

onRemark((subject, remark) => parentPort?.postMessage({ remark, subject } satisfies ShardAnswer))
parentPort?.on('message', ({ task, input, limits, links }: ShardOrder) => {
  try {
    adoptLimits(limits)
    setLinkPolicy(links)
    answer(task, input)
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    parentPort?.postMessage({ bug: { message, stack: stack ?? null } } satisfies ShardAnswer)
  }
})
parentPort?.postMessage({ ready: true } satisfies ShardAnswer)

function answer<Name extends TaskName>(name: Name, input: InputOf<Name>): void {
  const { steps: stepsOf, transfer } = taskOf(name)
  // The caller keeps the time, and ends this thread.
  const steps = stepsOf(input, memory, Number.POSITIVE_INFINITY)
  let step = steps.next()
  while (!step.done) step = steps.next()
  const buffers = transfer(step.value).filter(buffer => buffer instanceof ArrayBuffer)
  parentPort?.postMessage({ output: step.value } satisfies ShardAnswer, buffers)
}
