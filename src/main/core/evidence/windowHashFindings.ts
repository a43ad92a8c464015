/**
 * Findings for rows whose window hash differs from that of the same locus in other configurations, one for each shard and kind of
 * difference.
 */
import { type Finding, finding } from '../../../shared/model/finding.ts'
import type { WindowRowInfo } from '../../../shared/model/record.ts'
import { hex } from '../base/hex.ts'
import { ROWS_LISTED } from '../inspect/checkRows.ts'
import { ShardLookup } from '../shards/shardLookup.ts'
import type { Disagreement } from './locusCollector.ts'

type Dispute = { readonly shard: number; readonly isMajority: boolean; rows: Disagreement[]; count: number }

/**
 * Yields shard by shard. Null for a hash collision.
 * @param shardPaths in the order in which their rows were collected
 */
export function* windowHashFindings(
  root: string,
  disagreements: Iterable<Disagreement>,
  shardPaths: readonly string[]
): Generator<Finding | null> {
  const disputes = new Map<string, Dispute>()
  for (const each of disagreements) {
    const id = `${each.shard} ${each.isMajority}`
    const dispute = disputes.get(id) ?? { shard: each.shard, isMajority: each.isMajority, rows: [], count: 0 }
    disputes.set(id, dispute)
    dispute.count += 1
    dispute.rows.push(each)
    // Only the first rows are listed.
    if (dispute.rows.length > 8 * ROWS_LISTED) dispute.rows = firstRows(dispute)
  }
  const lookup = new ShardLookup(root)
  try {
    for (const dispute of disputes.values()) yield describe(lookup, dispute, shardPaths)
  } finally {
    lookup.close()
  }
}

function firstRows({ rows }: Dispute): Disagreement[] {
  return rows.sort((a, b) => a.row - b.row).slice(0, ROWS_LISTED)
}

function describe(lookup: ShardLookup, dispute: Dispute, shardPaths: readonly string[]): Finding | null {
  const { shard, isMajority, count } = dispute
  const shardPath = shardPaths[shard]
  const listed = firstRows(dispute)
  if (shardPath === undefined) return null
  for (const { row, other, agreeing } of listed) {
    const otherShard = shardPaths[other.shard]
    if (otherShard === undefined) continue
    const mine = rowOf(lookup, shardPath, row)
    const theirs = rowOf(lookup, otherShard, other.row)
    // The hashes of two loci may collide.
    if (mine === null || theirs === null || !isDispute(mine, theirs)) continue
    const locus = `${mine.chrom}:${mine.startBp + 1n}-${mine.endBp}`
    const facts = { locus, count, agreeing, otherShard, otherRow: other.row, isMajority }
    const details = {
      rows: listed.map(each => each.row),
      count,
      other_shard: otherShard,
      other_row: other.row,
      window_hash: hex(mine.windowHash),
      other_window_hash: hex(theirs.windowHash),
      agreeing,
      majority: isMajority
    }
    return finding('window_hash_disagrees', shardPath, facts, { row, column: 'window_hash', details })
  }
  return null
}

/** Null if the row cannot be read, which is reported where the shard is read. */
function rowOf(lookup: ShardLookup, shardPath: string, row: number): WindowRowInfo | null {
  try {
    return lookup.open(shardPath).info(row)
  } catch {
    return null
  }
}

function isDispute(a: WindowRowInfo, b: WindowRowInfo): boolean {
  return a.chrom === b.chrom && a.startBp === b.startBp && a.endBp === b.endBp && Buffer.compare(a.windowHash, b.windowHash) !== 0
}
