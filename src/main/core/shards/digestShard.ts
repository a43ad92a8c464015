/** SHA-256 of a shard's bytes. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { CancelledError } from '../../../shared/model/errors.ts'
import { type PageMemory, reusedMemory } from '../parquet/file/pageMemory.ts'
import { openShardFileAt } from './openShardAt.ts'

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
