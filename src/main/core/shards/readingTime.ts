/** How long a shard may be read, by the limits in force. */
import { stampIfVisible } from '../fs/fileStamp.ts'
import { shardFilePath } from '../layouts/paths.ts'
import { limitsInForce, shardTimeMs } from '../limits/limits.ts'
import type { ShardPlace } from './shardTask.ts'

/** @returns ms */
export function readingTimeMs({ root, shardPath }: ShardPlace): number {
  return shardTimeMs(limitsInForce(), stampIfVisible(shardFilePath(root, shardPath))?.bytes ?? 0)
}
