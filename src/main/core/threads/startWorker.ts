/** Starts threads as far as the memory limits of this process allow, and sets the memory of each. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ResourceLimits, Worker } from 'node:worker_threads'
import { SystemError } from '../../../shared/model/errors.ts'
import { expectedError } from '../fs/systemError.ts'
import { KERNELS_VARIABLE, remarkPlainKernels } from '../kernels/kernels.ts'

/**
 * V8's nursery otherwise grows to 48 MiB for each thread, and is not given back. A verify of 40,000 shards in the service takes 444 MiB
 * at most with this, 559 without, in the same time; half of it costs a third more time.
 */
const THREAD_MEMORY: ResourceLimits = { maxYoungGenerationSizeMb: 12 }

const MIB = 2 ** 20
/**
 * By limit (`ulimit -v`, `-d`), what counts towards it, and what V8 and WebAssembly reserve for a thread: where V8 cannot have it, it
 * ends the process, and for WebAssembly's the thread.
 */
const LIMITED = [
  { limit: 'Max address space', used: 'VmSize', threadBytes: 1280 * MIB, wasmBytes: 8704 * MIB },
  { limit: 'Max data size', used: 'VmData', threadBytes: 768 * MIB, wasmBytes: 64 * MIB }
] as const

/** Threads of this one that have not ended. */
const running = new Set<Worker>()
const END_MS = 1000

export function hasWorkers(): boolean {
  return running.size > 0
}

/** Ends a thread. @returns whether it ended within a second; one that waits for a file system may not */
export async function endWorker(worker: Worker): Promise<boolean> {
  const end = new AbortController()
  const late = sleep(END_MS, false, { signal: end.signal }).catch(() => false)
  const hasEnded = await Promise.race([worker.terminate().then(() => true), late])
  end.abort()
  return hasEnded
}

/** Ends all threads. @returns whether they ended within a second */
export async function endWorkers(): Promise<boolean> {
  const ended = await Promise.all([...running].map(endWorker))
  return !ended.includes(false)
}

/** Threads that have not reserved their memory yet, those that may still reserve WebAssembly's, and heaps that may still grow. */
const pending = { starting: 0, wasm: 0, heapBytes: 0 }

/**
 * Starts a thread.
 * @param memory what it may take up; of a heap with a limit of its own, all has to fit
 * @throws SystemError where the system gives none, or where a limit leaves too little memory for it
 */
export function startWorker(
  file: string,
  { workerData, memory = THREAD_MEMORY }: { readonly workerData?: unknown; readonly memory?: ResourceLimits } = {}
): Worker {
  const heapBytes = (memory.maxOldGenerationSizeMb ?? 0) * MIB
  const room = roomForThread(heapBytes)
  if (!room.thread) {
    throw new SystemError('a thread could not be started: the limits of this process leave no room for it')
  }
  if (!room.wasm) remarkPlainKernels('the limit on memory leaves no room for it')
  const env = room.wasm ? process.env : { ...process.env, [KERNELS_VARIABLE]: 'plain' }
  let worker: Worker
  try {
    worker = new Worker(file, { workerData, env, resourceLimits: memory })
  } catch (error) {
    throw expectedError(error) ?? error
  }
  const wasm = room.wasm ? 1 : 0
  pending.wasm += wasm
  pending.heapBytes += heapBytes
  running.add(worker)
  worker.once('exit', () => {
    running.delete(worker)
    pending.wasm -= wasm
    pending.heapBytes -= heapBytes
  })
  pending.starting += 1
  let isStarting = true
  const started = (): void => {
    if (isStarting) pending.starting -= 1
    isStarting = false
  }
  worker.once('online', started)
  worker.once('exit', started)
  return worker
}

/** Whether the limits leave room for one more thread, and for WebAssembly in it. An unknown limit leaves room. */
function roomForThread(heapBytes: number): { readonly thread: boolean; readonly wasm: boolean } {
  const { limits, status } = ownMemory()
  const room = { thread: true, wasm: true }
  for (const { limit, used, threadBytes, wasmBytes } of LIMITED) {
    const most = Number(new RegExp(`^${limit} +(\\d+)`, 'm').exec(limits)?.[1])
    const now = 1024 * Number(new RegExp(`^${used}:\\s+(\\d+)`, 'm').exec(status)?.[1])
    const threads = now + (pending.starting + 1) * threadBytes + pending.heapBytes + heapBytes
    if (threads > most) room.thread = false
    if (threads + (pending.wasm + 1) * wasmBytes > most) room.wasm = false
  }
  const files = Number(/^Max open files +(\d+)/m.exec(limits)?.[1])
  if (files < FEW_FILES && openFiles() + (pending.starting + 1) * THREAD_FILES + OTHER_FILES > files) room.thread = false
  return room
}

/** Open files that an event loop, its modules and a shard take, and what the index, its journals and the ledger take beside them. */
const THREAD_FILES = 10
const OTHER_FILES = 10
const FEW_FILES = 256

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return FEW_FILES
  }
}

/** As reported by Linux; empty elsewhere. */
function ownMemory(): { readonly limits: string; readonly status: string } {
  try {
    return { limits: readFileSync('/proc/self/limits', 'latin1'), status: readFileSync('/proc/self/status', 'latin1') }
  } catch {
    return { limits: '', status: '' }
  }
}
