/**
 * Many shards, read on as many threads as there are cores, and handed on in the order in which they were asked for: what is made of
 * them is the same for any number of threads. One worker is no thread at all.
 */
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { CancelledError, InputError } from '../../../shared/model/errors.ts'
import { overtimeText } from '../parquet/limits.ts'
import { reusedMemory } from '../parquet/pageMemory.ts'
import { giveBack, type ReaderThread, ThreadLost, takeThread } from './readerThreads.ts'
import { abandonedLook, budgetOf, lookSteps, type ShardLook, type ShardTask } from './shardTask.ts'

export type LookOptions = {
  /** Threads; as many as cores by default. */
  readonly workers?: number
  readonly signal?: AbortSignal
  /** How long reading one shard may take, ms. */
  readonly budgetMs?: number
  /** Bytes of all shards, as far as known: a few are read sooner than a thread is started. */
  readonly bytes?: number
}

/** So many bytes are read in the time that a thread takes to start. */
const BYTES_A_THREAD = 12 * 1024 * 1024
/** Tasks that a thread has before it at a time: it goes on while its last answer is being taken in. */
const TASKS_A_THREAD = 3

/**
 * Looks at shards, in order; at most a few for each worker are under way or wait to be taken.
 * @throws CancelledError soon after the signal, InputError for a number of workers that cannot be
 */
export async function* lookAtShards(tasks: readonly ShardTask[], options: LookOptions): AsyncGenerator<ShardLook, void, void> {
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

async function* lookHere(tasks: readonly ShardTask[], { signal, budgetMs }: LookOptions): AsyncGenerator<ShardLook, void, void> {
  const memory = reusedMemory()
  let breath = 0
  for (const task of tasks) {
    const budget = budgetMs ?? budgetOf(task)
    const steps = lookSteps(task, memory, budget)
    const started = performance.now()
    let look: ShardLook | null = null
    while (look === null) {
      const step = steps.next()
      const now = performance.now()
      if (now - breath > BREATH_MS) {
        await setImmediate()
        breath = performance.now()
      }
      if (signal?.aborted) throw new CancelledError()
      // As with threads, an answer that comes too late is none.
      if (now - started > budget) {
        look = abandonedLook(task, overtimeText(budget))
        steps.return(look)
      } else if (step.done) look = step.value
    }
    yield look
  }
}

async function* lookInThreads(
  tasks: readonly ShardTask[],
  workers: number,
  { signal, budgetMs }: LookOptions
): AsyncGenerator<ShardLook, void, void> {
  const threads: (ReaderThread | undefined)[] = Array.from({ length: workers })
  const started = new Map<number, Promise<ShardLook>>()
  const readOn = async (thread: number, task: ShardTask): Promise<ShardLook> => {
    for (;;) {
      const known = threads[thread]
      const reader = known?.alive ? known : takeThread()
      threads[thread] = reader
      try {
        return await reader.look(task, budgetMs ?? budgetOf(task))
      } catch (error) {
        if (!(error instanceof ThreadLost)) throw error
        if (signal?.aborted) throw new CancelledError()
        if (error.overThis) return abandonedLook(task, error.message)
      }
    }
  }
  const cancel = (): void => {
    for (const thread of threads) thread?.end('cancelled')
  }
  signal?.addEventListener('abort', cancel, { once: true })
  let finished = false
  try {
    let next = 0
    const startNext = (): void => {
      const task = tasks[next]
      if (task === undefined) return
      const look = readOn(leastBusy(threads), task)
      // Told to whoever takes it, in its turn; after a cancellation nobody does.
      look.catch(() => undefined)
      started.set(next++, look)
    }
    for (let ahead = 0; ahead < workers * TASKS_A_THREAD; ahead++) startNext()
    for (let i = 0; i < tasks.length; i++) {
      const look = await started.get(i)
      started.delete(i)
      if (look === undefined) throw new TypeError('a shard was not asked for')
      startNext()
      yield look
    }
    finished = true
  } finally {
    signal?.removeEventListener('abort', cancel)
    for (const thread of threads) {
      if (thread === undefined) continue
      if (finished) giveBack(thread)
      else thread.end('cancelled')
    }
  }
}

function leastBusy(threads: readonly (ReaderThread | undefined)[]): number {
  let least = 0
  for (const [i, thread] of threads.entries()) if ((thread?.busy ?? 0) < (threads[least]?.busy ?? 0)) least = i
  return least
}
