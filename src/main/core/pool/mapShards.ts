/**
 * A task done for many shards, on as many threads as there are cores. Outputs come in the order of the inputs, so what is made of them is
 * the same for any number of threads. With one worker, everything runs on the calling thread.
 */
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { CancelledError, InputError } from '../../../shared/model/errors.ts'
import { TimeBudget } from '../base/timeBudget.ts'
import { overTime } from '../limits/limits.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { reusedMemory } from '../parquet/file/pageMemory.ts'
import { Crew } from './crew.ts'
import { ThreadLost } from './shardPool.ts'
import { type InputOf, type OutputOf, type TaskName, taskOf } from './tasks.ts'

export type MapOptions = {
  /** Threads; by default one per core. */
  readonly workers?: number
  readonly signal?: AbortSignal
  /** How long one shard may take, ms; by default as long as its task says. */
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
 * Does a task for each input, in order. At most a few for each worker are under way or wait to be taken.
 * @throws CancelledError soon after the signal, InputError for a number of workers that cannot be, bugs of the task
 */
export async function* mapShards<Name extends TaskName>(
  inputs: readonly InputOf<Name>[],
  task: Name,
  options: MapOptions = {}
): AsyncGenerator<OutputOf<Name>, void, void> {
  const wanted = options.workers ?? availableParallelism()
  if (!Number.isSafeInteger(wanted) || wanted < 1) {
    throw new InputError(`there cannot be ${wanted} workers`, { field: 'workers', value: wanted })
  }
  const worthwhile = options.workers === undefined && options.bytes !== undefined ? Math.ceil(options.bytes / BYTES_A_THREAD) : wanted
  const workers = Math.min(wanted, worthwhile, inputs.length)
  if (workers <= 1) yield* mapHere(inputs, task, options)
  else yield* mapOnThreads(inputs, task, workers, options)
}

type Answer<Name extends TaskName> = { readonly output: OutputOf<Name> }

/** Interval in ms at which the event loop gets a turn. */
const BREATH_MS = 20

async function* mapHere<Name extends TaskName>(
  inputs: readonly InputOf<Name>[],
  task: Name,
  { signal, budgetMs }: MapOptions
): AsyncGenerator<OutputOf<Name>, void, void> {
  const { steps: stepsOf, abandoned, budgetMs: usualMs } = taskOf(task)
  const memory = reusedMemory()
  let breath = 0
  for (const input of inputs) {
    const budget = budgetMs ?? usualMs(input)
    const steps = stepsOf(input, memory, budget)
    const time = new TimeBudget(budget)
    let done: { readonly output: OutputOf<Name> } | null = null
    while (done === null) {
      const step = steps.next()
      const late = time.isOver()
      if (performance.now() - breath > BREATH_MS) {
        await setImmediate()
        breath = performance.now()
      }
      if (signal?.aborted) throw new CancelledError()
      // As with threads, a result that arrives too late is dropped.
      if (late) {
        done = { output: abandoned(input, overTime(budget)) }
        steps.return(done.output)
      } else if (step.done) done = { output: step.value }
    }
    yield done.output
  }
}

async function* mapOnThreads<Name extends TaskName>(
  inputs: readonly InputOf<Name>[],
  task: Name,
  workers: number,
  options: MapOptions
): AsyncGenerator<OutputOf<Name>, void, void> {
  const { abandoned, budgetMs: usualMs } = taskOf(task)
  const { signal, budgetMs } = options
  const crew = new Crew(workers)
  const started = new Map<number, Promise<Answer<Name> | null>>()
  let ended = false
  /** Null when there is no thread for it. */
  const doOnThread = async (input: InputOf<Name>): Promise<Answer<Name> | null> => {
    let tries = 0
    while (!ended && !signal?.aborted) {
      const thread = crew.leastBusy()
      if (thread === null) return null
      try {
        return { output: await thread.do(task, input, budgetMs ?? usualMs(input)) }
      } catch (error) {
        if (!(error instanceof ThreadLost)) throw error
        if (ended || signal?.aborted) break
        if (error.when === 'starting') crew.dismiss(thread, error)
        // The result of the previous task may have been lost with the thread. A dying thread is blamed on a shard only the second time.
        else if (error.when === 'over this task' && (error.cause instanceof ShardFault || ++tries > 1))
          return { output: abandoned(input, error.cause) }
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
      const input = inputs[next]
      if (input === undefined) return
      const answer = doOnThread(input)
      // Thrown when its turn comes; after a cancellation it never does.
      answer.catch(() => undefined)
      started.set(next++, answer)
    }
    for (let ahead = 0; ahead < workers * TASKS_A_THREAD; ahead++) startNext()
    for (const [i, input] of inputs.entries()) {
      const answer = await started.get(i)
      started.delete(i)
      startNext()
      if (answer) yield answer.output
      else yield* mapHere([input], task, options)
    }
    finished = true
  } finally {
    ended = true
    signal?.removeEventListener('abort', cancel)
    if (finished) crew.release()
    else crew.end()
  }
}
