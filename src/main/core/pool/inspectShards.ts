/**
 * Many shards, read on as many threads as there are cores, and handed on in the order in which they were asked for: what is made of
 * them is the same for any number of threads. One worker is no thread at all.
 */
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { CancelledError, InputError } from '../../../shared/model/errors.ts'
import { TimeBudget } from '../base/timeBudget.ts'
import { abandonedInspection, budgetOf, inspectionSteps, type ShardInspection, type ShardTask } from '../inspect/shardTask.ts'
import { overTime } from '../limits/limits.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { reusedMemory } from '../parquet/file/pageMemory.ts'
import { Crew } from './crew.ts'
import { ThreadLost } from './shardPool.ts'

export type LookOptions = {
  /** Threads; as many as cores by default. */
  readonly workers?: number
  readonly signal?: AbortSignal
  /** How long reading one shard may take, ms. */
  readonly budgetMs?: number
  /** Bytes of all shards, as far as known: a few are read sooner than a thread is started. */
  readonly bytes?: number
}

/** Reading a shard without its embeddings takes as long as reading this many bytes of a whole one. */
export const BYTES_OF_KEYS = 512 * 1024
/** So many bytes are read in the time that a thread takes to start. */
const BYTES_A_THREAD = 12 * 1024 * 1024
/** Tasks that a thread has before it at a time: it goes on while its last answer is being taken in. */
const TASKS_A_THREAD = 3

/**
 * Looks at shards, in order; at most a few for each worker are under way or wait to be taken.
 * @throws CancelledError soon after the signal, InputError for a number of workers that cannot be
 */
export async function* inspectShards(tasks: readonly ShardTask[], options: LookOptions): AsyncGenerator<ShardInspection, void, void> {
  const wanted = options.workers ?? availableParallelism()
  if (!Number.isSafeInteger(wanted) || wanted < 1) {
    throw new InputError(`there cannot be ${wanted} workers`, { field: 'workers', value: wanted })
  }
  const worthwhile = options.workers === undefined && options.bytes !== undefined ? Math.ceil(options.bytes / BYTES_A_THREAD) : wanted
  const workers = Math.min(wanted, worthwhile, tasks.length)
  if (workers <= 1) yield* lookHere(tasks, options)
  else yield* lookInThreads(tasks, workers, options)
}

/** The event loop gets its turn after so many ms. */
const BREATH_MS = 20

async function* lookHere(tasks: readonly ShardTask[], { signal, budgetMs }: LookOptions): AsyncGenerator<ShardInspection, void, void> {
  const memory = reusedMemory()
  let breath = 0
  for (const task of tasks) {
    const budget = budgetMs ?? budgetOf(task)
    const steps = inspectionSteps(task, memory, budget)
    const time = new TimeBudget(budget)
    let look: ShardInspection | null = null
    while (look === null) {
      const step = steps.next()
      const late = time.isOver()
      if (performance.now() - breath > BREATH_MS) {
        await setImmediate()
        breath = performance.now()
      }
      if (signal?.aborted) throw new CancelledError()
      // As with threads, an answer that comes too late is none.
      if (late) {
        look = abandonedInspection(task, overTime(budget))
        steps.return(look)
      } else if (step.done) look = step.value
    }
    yield look
  }
}

async function* lookInThreads(
  tasks: readonly ShardTask[],
  workers: number,
  options: LookOptions
): AsyncGenerator<ShardInspection, void, void> {
  const { signal, budgetMs } = options
  const crew = new Crew(workers)
  const started = new Map<number, Promise<ShardInspection | null>>()
  let ended = false
  /** Null when there is no thread to read it. */
  const readOn = async (task: ShardTask): Promise<ShardInspection | null> => {
    let tries = 0
    while (!ended && !signal?.aborted) {
      const thread = crew.leastBusy()
      if (thread === null) return null
      try {
        return await thread.look(task, budgetMs ?? budgetOf(task))
      } catch (error) {
        if (!(error instanceof ThreadLost)) throw error
        if (ended || signal?.aborted) break
        if (error.when === 'starting') crew.dismiss(thread, error)
        // The answer to the task before may have been lost with the thread: one that ends is blamed on a shard the second time.
        else if (error.when === 'over this task' && (error.cause instanceof ShardFault || ++tries > 1))
          return abandonedInspection(task, error.cause)
      }
    }
    throw new CancelledError()
  }
  const cancel = (): void => crew.end()
  signal?.addEventListener('abort', cancel, { once: true })
  let finished = false
  try {
    let next = 0
    const startNext = (): void => {
      const task = tasks[next]
      if (task === undefined) return
      const look = readOn(task)
      // Told to whoever takes it, in its turn; after a cancellation nobody does.
      look.catch(() => undefined)
      started.set(next++, look)
    }
    for (let ahead = 0; ahead < workers * TASKS_A_THREAD; ahead++) startNext()
    for (const [i, task] of tasks.entries()) {
      const look = await started.get(i)
      started.delete(i)
      startNext()
      if (look) yield look
      else yield* lookHere([task], options)
    }
    finished = true
  } finally {
    ended = true
    signal?.removeEventListener('abort', cancel)
    if (finished) crew.release()
    else crew.end()
  }
}
