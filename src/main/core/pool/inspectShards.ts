/**
 * Reads many shards with one thread per core, and returns them in the given order, so that results do not depend on the number of threads.
 * With workers = 1 everything runs on the calling thread.
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
  /** Threads; by default one per core. */
  readonly workers?: number
  readonly signal?: AbortSignal
  /** Time limit for reading one shard, ms. */
  readonly budgetMs?: number
  /** Bytes of all shards, if known: few bytes are read faster than a thread is started. */
  readonly bytes?: number
}

/** Reading a shard without its embeddings takes as long as reading this many bytes of a whole one. */
export const BYTES_OF_KEYS = 512 * 1024
/** Bytes that are read in the time that a thread takes to start. */
const BYTES_A_THREAD = 12 * 1024 * 1024
/** Tasks queued per thread, so that it continues while its last result is being processed. */
const TASKS_A_THREAD = 3

/**
 * Inspects shards, in order. At most a few per worker are in progress or waiting.
 * @throws CancelledError soon after the signal, InputError for an invalid number of workers
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

/** Interval in ms at which the event loop gets a turn. */
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
      // As with threads, a result that arrives too late is dropped.
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
  /** Null if there is no thread to read it. */
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
        // The result of the previous task may have been lost with the thread. A dying thread is blamed on a shard only the second time.
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
      // Reported to the consumer in order; after a cancellation, to no one.
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
