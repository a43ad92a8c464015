/** The inspection of a shard as a task: its findings, and the requested part of its contents. */

import type { Finding } from '../../../shared/model/finding.ts'
import { stampIfVisible } from '../fs/fileStamp.ts'
import { shardFilePath } from '../layouts/paths.ts'
import type { PageMemory } from '../parquet/file/pageMemory.ts'
import { isStandIn } from '../parquet/file/placeholders.ts'
import { NO_FILE } from '../parquet/file/shardFile.ts'
import { digestSteps } from '../shards/digestShard.ts'
import { faultFinding } from '../shards/faultFinding.ts'
import { readingTimeMs } from '../shards/readingTime.ts'
import type { ShardPlace, ShardTask } from '../shards/shardTask.ts'
import { type Depth, inspectShard, NOTHING_READ, type ShardVerdict } from './inspectShard.ts'

export type InspectionInput = ShardPlace & {
  readonly depth: Depth
  /** Also compute the SHA-256 of the file. It is always computed for a damaged or suspect shard that is fully read. */
  readonly digest: boolean
}

export type ShardInspection = {
  readonly verdict: ShardVerdict
  /** Null if it was not requested, or the bytes could not be read. */
  readonly sha256: string | null
}

export const inspection: ShardTask<InspectionInput, ShardInspection> = {
  steps: inspectionSteps,
  abandoned: abandonedInspection,
  budgetMs: readingTimeMs,
  // Keys and loci are transferred without a copy.
  transfer: ({ verdict: { keys, loci } }) => [
    ...(keys === null ? [] : [keys.windowHashes.buffer, keys.codes.buffer, keys.createdAt.buffer]),
    ...(loci === null ? [] : [loci.buffer])
  ]
}

function* inspectionSteps(
  { root, shardPath, depth, digest }: InspectionInput,
  memory: PageMemory,
  budgetMs: number
): Generator<void, ShardInspection> {
  const verdict = yield* inspectShard(root, shardPath, depth, memory, budgetMs)
  const wanted = digest || (depth === 'full' && verdict.findings.some(mayMove))
  if (!wanted || verdict.findings.some(hidesBytes)) return { verdict, sha256: null }
  try {
    return { verdict, sha256: yield* digestSteps(root, shardPath, memory) }
  } catch (error) {
    // It was removed or became unreadable after the inspection.
    return {
      verdict: { ...verdict, findings: [...verdict.findings, faultFinding(shardPath, error)], keys: null, loci: null },
      sha256: null
    }
  }
}

/** A repair moves exactly the file that was read. The digest identifies it. */
function mayMove({ severity }: Finding): boolean {
  return severity === 'corrupt' || severity === 'suspect'
}

function hidesBytes(found: Finding): boolean {
  return found.severity === 'unreadable' || found.kind === 'not_a_file' || isStandIn(found)
}

function abandonedInspection({ root, shardPath }: InspectionInput, why: Error): ShardInspection {
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
