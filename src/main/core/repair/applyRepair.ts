/** Applies a repair plan, and refuses it if a file has changed since the plan was made. */

import { CancelledError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import type { KeptShard, LongOptions, ReindexReport, RepairPlan, RepairReport } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { ProgressMeter } from '../base/progress.ts'
import { withCacheLock } from '../cache/cacheLock.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import { tidyQuarantine } from '../cache/quarantineFiles.ts'
import { findLost } from '../evidence/findLost.ts'
import { countMissing, type MissingCounts } from '../evidence/lostReport.ts'
import { stateByFindings } from '../evidence/shardStates.ts'
import type { KnownKeys } from '../keys/shardKeys.ts'
import { INDEX_PATH } from '../layouts/paths.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { blockedIndex } from '../verify/compareIndex.ts'
import { inspectCache } from '../verify/verifyCache.ts'
import { afterTheMove } from './followIndex.ts'
import { type Moved, moveToQuarantine } from './moveShards.ts'
import { type CheckedMove, checkMoves, lookAtKept } from './planCheck.ts'
import { rebuildIndex } from './reindexCache.ts'
import { planFrom } from './repairPlan.ts'

const WAIT_MS = 10_000

/**
 * Applies a plan: moves the ticked shards, then rebuilds the index without damaged shards. A shard that cannot be moved stays, is reported,
 * and does not stop the others.
 * @param options `known`: keys that were read when the plan was made
 * @throws StalePlanError and InputError before anything is moved, CacheBusyError, SystemError, CancelledError between two moves (moved
 * shards stay moved, and a later repair continues)
 */
export async function applyRepair(
  plan: RepairPlan,
  options: LongOptions & { readonly ledger?: Ledger; readonly known?: KnownKeys } = {}
): Promise<RepairReport> {
  const root = await checkCacheRoot(plan.cacheDir)
  const work = async (): Promise<RepairReport> => {
    const { ready, notMoved: hidden } = await checkMoves(
      root,
      plan.moves.filter(move => move.ticked),
      options
    )
    const { kept, damaged } = await lookAtKept(root, plan.kept, options)
    await tidyQuarantine(root)
    const blocked = blockedIndex(root)
    // Entries must leave the index before their shards move.
    if (blocked !== null && blocked.kind !== 'index_unsupported') {
      const waiting = ready.map(({ shardPath }) => ({ shardPath, reason: describeFinding(blocked) }))
      const { missingShards, missingRows } = plan
      return {
        checkedShards: plan.checkedShards,
        quarantined: [],
        notMoved: [...hidden, ...waiting],
        kept,
        reindex: notRebuilt(blocked),
        missingShards,
        missingRows
      }
    }
    const reindex = async (without = new Map<string, readonly Finding[]>()): Promise<ReindexReport> =>
      blocked === null ? rebuildIndex(root, options, new Map([...damaged, ...without]), options.known) : notRebuilt(blocked)
    const { moved, notMoved } = await moveTicked(root, ready, options).catch(async (error: unknown) => {
      // Some shards have left the index but not their path. Even a cancelled repair enters them again.
      if (!(error instanceof CancelledError)) await reindex().catch(() => null)
      throw error
    })
    const stayed = new Set(notMoved.map(({ shardPath }) => shardPath))
    const left = damageOf(ready.filter(({ shardPath }) => stayed.has(shardPath)))
    const reindexed = await (moved.length === 0 ? reindex(left) : reindex(left).catch(afterTheMove))
    const missing = await missingNow(root, kept, plan, options)
    return {
      checkedShards: plan.checkedShards,
      quarantined: moved,
      notMoved: [...hidden, ...notMoved],
      kept,
      reindex: reindexed,
      ...missing
    }
  }
  return withCacheLock(root, 'repair', WAIT_MS, work, options.signal)
}

/** The index is left unchanged. */
function notRebuilt(why: Finding): ReindexReport {
  return { indexedShards: 0, indexedRows: 0, indexPath: INDEX_PATH, findings: [why], indexKept: true }
}

/** Missing rows after the repair: those missing before, and the rows of moved shards that no other shard holds. */
async function missingNow(
  root: string,
  kept: readonly KeptShard[],
  before: MissingCounts,
  { ledger, signal, workers }: LongOptions & { readonly ledger?: Ledger }
): Promise<MissingCounts> {
  const states = new Map(kept.map(({ shardPath, reasons }) => [shardPath, stateByFindings(reasons)]))
  const { lost, indexFailure } = await findLost(root, { ledger, signal, workers, states, shardsNamed: 0, keysNamed: 0 })
  const now = countMissing(
    lost.map(each => each.lost),
    kept.flatMap(({ reasons }) => reasons)
  )
  if (indexFailure === null) return now
  // Rows that only the index knows were counted when the plan was made.
  return {
    missingShards: Math.max(now.missingShards, before.missingShards),
    missingRows: Math.max(now.missingRows, before.missingRows)
  }
}

/** Damaged shards that stay, and their damage. None of their rows is indexed. */
function damageOf(moves: readonly CheckedMove[]): Map<string, readonly Finding[]> {
  const damage = moves.map(({ shardPath, reasons }) => [shardPath, reasons.filter(found => found.severity === 'corrupt')] as const)
  return new Map(damage.filter(([, reasons]) => reasons.length > 0))
}

async function moveTicked(
  root: string,
  ready: readonly CheckedMove[],
  options: LongOptions & { readonly ledger?: Ledger }
): Promise<Moved> {
  const meter = new ProgressMeter(options.onProgress, 'move', ready.length)
  const moves = ready.map(({ shardPath, bytes, reasons, identity }) => ({
    shardPath,
    bytes,
    identity,
    reasons: reasons.map(found => `${found.kind}: ${describeFinding(found)}`),
    findings: reasons
  }))
  try {
    return await moveToQuarantine(root, moves, { ...options, onDone: ({ shardPath, bytes }) => meter.step(shardPath, bytes) })
  } finally {
    meter.end()
  }
}

/** Verifies, plans and applies with the plan's defaults (`repair_cache` of GenoLeWM). */
export async function repairCache(cacheDir: string, options: LongOptions & { readonly ledger?: Ledger } = {}): Promise<RepairReport> {
  const inspection = await inspectCache(cacheDir, { ...options, keepKeys: true })
  return applyRepair(planFrom(inspection), { ...options, known: inspection.keys })
}
