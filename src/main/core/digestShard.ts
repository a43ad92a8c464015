/** SHA-256 of a shard's bytes. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { CancelledError } from '../../shared/model/errors.ts'
import { openShardFile } from './parquet/shardFile.ts'
import { shardFilePath } from './shardRows.ts'

const CHUNK = 4 * 1024 * 1024

/**
 * The digest in hex, in bounded memory.
 * @throws ShardFault, SystemError, CancelledError
 */
export async function digestShard(root: string, shardPath: string, signal?: AbortSignal): Promise<string> {
  const file = openShardFile(shardFilePath(root, shardPath))
  try {
    const hash = createHash('sha256')
    for (let at = 0; at < file.bytes; at += CHUNK) {
      if (signal?.aborted) throw new CancelledError()
      hash.update(file.read(at, Math.min(CHUNK, file.bytes - at)))
      if (at > 0) await setImmediate()
    }
    return hash.digest('hex')
  } finally {
    file.close()
  }
}
