/** Moves a duplicate only while the other shard still holds its keys, so that the last copy of a row never moves as a duplicate. */

import { StalePlanError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import type { PlannedMove } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { isShardPath } from '../layouts/paths.ts'
import { faultFinding } from '../shards/faultFinding.ts'
import { compareShards } from '../verify/compareShards.ts'

/**
 * Compares a shard to move with the shards that hold its keys according to the plan.
 * @param moving all shards that move: if both of a pair do, the user wants both out of the cache
 * @returns why the shard stays; null if it may move
 * @throws StalePlanError if the other shard no longer holds these keys
 */
export function twinInDoubt(root: string, { shardPath, reasons }: PlannedMove, moving: ReadonlySet<string>): string | null {
  if (reasons.some(({ severity }) => severity === 'corrupt')) return null
  for (const reason of reasons) {
    const { kind } = reason
    const other = reason.details.other_shard
    if ((kind !== 'duplicate_key' && kind !== 'conflicting_key') || typeof other !== 'string') continue
    if (other === shardPath || moving.has(other)) continue
    const shared = isShardPath(other) ? compare(root, other, shardPath) : []
    if (typeof shared === 'string') return shared
    if (keysIn(shared.find(each => each.shardPath === shardPath && each.kind === kind)) < keysIn(reason)) {
      const message = `the plan is stale: ${other} no longer holds the keys that it shared with ${shardPath} when it was made`
      throw new StalePlanError(message, { shard_path: shardPath, other_shard: other })
    }
  }
  return null
}

function keysIn(found: Finding | undefined): number {
  if (found === undefined) return 0
  return typeof found.details.count === 'number' ? found.details.count : 1
}

/** The common keys of two shards, or why they could not be read; nothing if the other one is damaged or no longer exists. */
function compare(root: string, other: string, shardPath: string): readonly Finding[] | string {
  try {
    return compareShards(root, other, shardPath)
  } catch (error) {
    const found = faultFinding(other, error)
    const { severity, details } = found
    return severity === 'corrupt' || severity === 'missing' || details.error === 'ENOENT'
      ? []
      : `was not compared with ${other}: ${describeFinding(found)}`
  }
}
