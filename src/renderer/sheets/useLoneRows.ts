/** The number of rows whose keys the shard that stays does not hold. Quarantining the other shard removes them from the cache. */

import { useFindings, useShardLine } from '../state/queries/queries.ts'
import { WHOLE } from '../state/scope.ts'
import { pairOf } from '../text/findings/pairs.ts'

/** @returns null while the number is unknown, or if the findings do not report it */
export function useLoneRows(shardPath: string, stays: string | undefined): number | null {
  const { data: line } = useShardLine(shardPath)
  const { data: found } = useFindings(WHOLE, { keepOther: true })
  if (stays === undefined || line?.rows == null || found === undefined) return null
  const shared = found.findings
    .filter(each => each.shardPath === shardPath && each.details.other_shard === stays)
    .reduce((sum, each) => sum + (pairOf(each)?.count ?? 0), 0)
  return Math.max(0, line.rows - shared)
}
