/** What is asked of whoever reads a shard, here or in a thread, and what comes back: plain data that crosses as it is. */

import type { Finding } from '../../../shared/model/finding.ts'
import { stampIfVisible } from '../fs/fileStamp.ts'
import { shardFilePath } from '../layouts/paths.ts'
import { limitsInForce, shardTimeMs } from '../limits/limits.ts'
import type { PageMemory } from '../parquet/file/pageMemory.ts'
import { isStandIn } from '../parquet/file/placeholders.ts'
import { NO_FILE } from '../parquet/file/shardFile.ts'
import { digestSteps } from '../shards/digestShard.ts'
import { faultFinding } from '../shards/faultFinding.ts'
import { type Depth, inspectShard, NOTHING_READ, type ShardVerdict } from './inspectShard.ts'

export type ShardTask = {
  /** Absolute. */
  readonly root: string
  readonly shardPath: string
  readonly depth: Depth
  /** Also take the SHA-256 of its bytes; of a damaged or suspect shard that is read in full it is taken in any case. */
  readonly digest: boolean
}

export type ShardInspection = {
  readonly verdict: ShardVerdict
  /** Null where nobody asked for it, or the bytes could not be read. */
  readonly sha256: string | null
}

/**
 * Does a task page by page: whoever goes through it may leave off at each step.
 * @param budgetMs reading leaves off by itself before the first page that comes later than this
 */
export function* inspectionSteps(
  { root, shardPath, depth, digest }: ShardTask,
  memory: PageMemory,
  budgetMs: number
): Generator<void, ShardInspection> {
  const verdict = yield* inspectShard(root, shardPath, depth, memory, budgetMs)
  const wanted = digest || (depth === 'full' && verdict.findings.some(mayMove))
  if (!wanted || verdict.findings.some(hidesBytes)) return { verdict, sha256: null }
  try {
    return { verdict, sha256: yield* digestSteps(root, shardPath, memory) }
  } catch (error) {
    // Taken away, or no longer readable, since it was looked at.
    return {
      verdict: { ...verdict, findings: [...verdict.findings, faultFinding(shardPath, error)], keys: null, loci: null },
      sha256: null
    }
  }
}

/** A repair moves what was read: the digest says what that was. */
function mayMove({ severity }: Finding): boolean {
  return severity === 'corrupt' || severity === 'suspect'
}

function hidesBytes(found: Finding): boolean {
  return found.severity === 'unreadable' || found.kind === 'not_a_file' || isStandIn(found)
}

/**
 * What is said of a shard that was not read to its end.
 * @param why ShardFault or SystemError
 */
export function abandonedInspection({ root, shardPath }: ShardTask, why: unknown): ShardInspection {
  const stamp = stampIfVisible(shardFilePath(root, shardPath))
  const verdict: ShardVerdict = {
    shardPath,
    ...NO_FILE,
    ...stamp,
    ...NOTHING_READ,
    findings: [faultFinding(shardPath, why)]
  }
  return { verdict, sha256: null }
}

/** How long reading a shard may take, ms, by the limits in force. */
export function budgetOf({ root, shardPath }: ShardTask): number {
  return shardTimeMs(limitsInForce(), stampIfVisible(shardFilePath(root, shardPath))?.bytes ?? 0)
}
