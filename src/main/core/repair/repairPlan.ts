/** Plans a repair from a full verification. Nothing is changed until the plan is applied. */
import { NotFoundError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import type { KeptShard, LongOptions, PlannedMove, RepairPlan } from '../../../shared/model/report.ts'
import { nowNs } from '../base/clock.ts'
import { entriesIfUsable } from '../index/usableIndex.ts'
import { openIndex, type WindowIndex } from '../index/windowIndex.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { isStandIn } from '../parquet/file/placeholders.ts'
import { linkAbove } from '../shards/shardRows.ts'
import { indexFailed } from '../verify/compareIndex.ts'
import { type Inspection, inspectCache } from '../verify/verifyCache.ts'

/**
 * Verifies a cache and plans its repair: damaged shards are ticked, suspect shards offered, all others kept.
 * @param options `trustMs`: shards that were fully verified within this time according to the ledger are not read again, unless they have
 * changed
 * @throws InputError, SystemError, CancelledError
 */
export async function planRepair(
  cacheDir: string,
  options: LongOptions & { readonly ledger?: Ledger; readonly trustMs?: number } = {}
): Promise<RepairPlan> {
  return planFrom(await inspectCache(cacheDir, options))
}

/** The plan that follows from a full verification of a cache. */
export function planFrom(inspection: Inspection): RepairPlan {
  const { root, report, keepsIndex } = inspection
  const byShard = Map.groupBy(
    report.findings.filter(found => found.severity !== 'index' && found.kind !== 'missing_shard'),
    found => found.shardPath
  )
  const indexFindings = report.findings.filter(found => found.severity === 'index')
  const missing = report.findings.filter(found => found.kind === 'missing_shard')
  // A call that has just failed would fail again, after another wait.
  const index = indexFailed(report.findings) ? null : usableIndex(root)
  try {
    const moves: PlannedMove[] = []
    const kept: KeptShard[] = []
    for (const [shardPath, reasons] of byShard) {
      const move = planMove(inspection, shardPath, reasons, index)
      if (move !== null) moves.push(move)
      if (move?.ticked !== true) kept.push({ shardPath, reasons })
    }
    const movable = new Set(moves.map(({ shardPath }) => shardPath))
    return {
      version: 1,
      cacheDir: root,
      createdAt: nowNs(),
      checkedShards: report.checkedShards,
      moves,
      sharedKeys: inspection.sharedKeys.filter(({ shardPaths }) => shardPaths.every(path => movable.has(path))),
      kept,
      reindex: !keepsIndex && changesIndex(moves, indexFindings),
      ...(keepsIndex && { keepsIndex }),
      indexFindings,
      missing,
      missingShards: report.missingShards,
      missingRows: report.missingRows
    }
  } finally {
    index?.close()
  }
}

/** Whether the index differs from the planned one: already now, or because of entries of shards that move or are damaged. */
function changesIndex(moves: readonly PlannedMove[], indexFindings: readonly Finding[]): boolean {
  if (indexFindings.some(({ kind }) => kind === 'index_unsupported')) return false
  // A new index holds no more of other layouts than this one.
  const differences = indexFindings.filter(({ kind }) => kind !== 'index_other_layout')
  const leaves = ({ ticked, reasons }: PlannedMove): boolean => ticked || reasons.some(({ severity }) => severity === 'corrupt')
  return differences.length > 0 || moves.some(move => move.indexEntries > 0 && leaves(move))
}

function usableIndex(root: string): WindowIndex | null {
  try {
    return openIndex(root, 'read')
  } catch {
    // The findings already give the reason why it cannot be used.
    return null
  }
}

function planMove(inspection: Inspection, shardPath: string, reasons: readonly Finding[], index: WindowIndex | null): PlannedMove | null {
  const stamp = inspection.stamps.get(shardPath)
  const corrupt = reasons.some(found => found.severity === 'corrupt')
  const suspect = reasons.some(found => found.severity === 'suspect' && found.kind !== 'not_a_file')
  const needsPerson =
    reasons.some(found => found.severity === 'unreadable' || found.kind === 'not_a_file' || isStandIn(found)) ||
    // The target of a link does not belong to this cache.
    linkAbove(inspection.root, shardPath) !== null
  if (stamp === undefined || needsPerson || !(corrupt || suspect)) return null
  return {
    shardPath,
    ...stamp,
    rows: inspection.rows.get(shardPath) ?? null,
    keysOnlyHere: inspection.keysOnlyHere.get(shardPath) ?? null,
    indexEntries: entriesIfUsable(index, shardPath).length,
    reasons,
    ticked: corrupt
  }
}

/** Ticks exactly the named shards. */
export function tickMoves(plan: RepairPlan, shardPaths: ReadonlySet<string>): RepairPlan {
  const unknown = [...shardPaths].find(path => !plan.moves.some(move => move.shardPath === path))
  if (unknown !== undefined) throw new NotFoundError(`the plan has no move for ${unknown}`, { shard_path: unknown })
  const moves = plan.moves.map(move => ({ ...move, ticked: shardPaths.has(move.shardPath) }))
  const kept = [...Map.groupBy(moves, move => move.ticked)].flatMap(([ticked, group]) => (ticked ? [] : group))
  const others = plan.kept.filter(({ shardPath }) => !moves.some(move => move.shardPath === shardPath))
  return {
    ...plan,
    moves,
    reindex: plan.keepsIndex !== true && changesIndex(moves, plan.indexFindings),
    kept: [...others, ...kept.map(({ shardPath, reasons }) => ({ shardPath, reasons }))]
  }
}
