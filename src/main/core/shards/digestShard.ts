/** SHA-256 of a shard's bytes. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { CacheCorruptError, CancelledError, type Details, type ErrorCode } from '../../../shared/model/errors.ts'
import { expectedError } from '../fs/systemError.ts'
import { ShardFault } from '../limits/shardFault.ts'
import { type PageMemory, reusedMemory } from '../parquet/file/pageMemory.ts'
import { openShardFileAt } from './openShardAt.ts'
import type { ShardPlace, ShardTask } from './shardTask.ts'

const CHUNK = 4 * 1024 * 1024

/**
 * The digest in hex, in bounded memory.
 * @throws ShardFault, SystemError, CancelledError
 */
export async function digestShard(root: string, shardPath: string, signal?: AbortSignal): Promise<string> {
  const steps = digestSteps(root, shardPath, reusedMemory())
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value
    if (signal?.aborted) throw new CancelledError()
    await setImmediate()
  }
}

/**
 * A generator that does the same in pieces; the caller may stop after any step.
 * @throws ShardFault, SystemError
 */
export function* digestSteps(root: string, shardPath: string, memory: PageMemory): Generator<void, string> {
  const file = openShardFileAt(root, shardPath)
  try {
    const hash = createHash('sha256')
    for (let at = 0; at < file.bytes; at += CHUNK) {
      if (at > 0) yield
      const length = Math.min(CHUNK, file.bytes - at)
      hash.update(file.read(at, length, memory))
    }
    return hash.digest('hex')
  } finally {
    file.close()
  }
}

/** The digest in hex, or the reason why there is none. */
export type ShardDigest =
  | { readonly sha256: string }
  | { readonly sha256: null; readonly fault: { readonly code: ErrorCode; readonly message: string; readonly details: Details } }

/** The digest as a task. It has no time limit, because it does not interpret the bytes. */
export const digest: ShardTask<ShardPlace, ShardDigest> = {
  *steps(place, memory) {
    try {
      return { sha256: yield* digestSteps(place.root, place.shardPath, memory) }
    } catch (error) {
      return withoutDigest(error)
    }
  },
  abandoned: (_, why) => withoutDigest(why),
  budgetMs: () => Number.POSITIVE_INFINITY,
  transfer: () => []
}

/** @throws only for a bug */
function withoutDigest(error: unknown): ShardDigest {
  const expected = error instanceof ShardFault ? new CacheCorruptError(error.message, error.details) : expectedError(error)
  if (expected === null) throw error
  const { code, message, details } = expected
  return { sha256: null, fault: { code, message, details } }
}
