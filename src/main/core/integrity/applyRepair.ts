/** Does what a plan says, and refuses it when a file is no longer the one that was looked at. */
import { CancelledError, StalePlanError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import type {
  FileStamp,
  KeptShard,
  LongOptions,
  PlannedMove,
  QuarantinedShard,
  RepairPlan,
  RepairReport
} from '../../../shared/model/report.ts'
import { withCacheLock } from '../cacheLock.ts'
import { checkCacheRoot } from '../cacheRoot.ts'
import { stampOf } from '../fileStamp.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { resolveShardPath } from '../paths.ts'
import { ProgressMeter } from '../progress.ts'
import { rebuildIndex } from '../reindexCache.ts'
import { asSystemError } from '../systemError.ts'
import { afterTheMove, moveToQuarantine } from './quarantine.ts'
import { tidyQuarantine } from './quarantineFiles.ts'
import { planFrom } from './repairPlan.ts'
import type { KnownKeys } from './shardKeys.ts'
import { inspectCache } from './verifyCache.ts'

const WAIT_MS = 10_000

/**
 * Applies a plan: moves what is ticked, then rebuilds the index without what is damaged.
 * @param options `known`: keys that were read when the plan was made
 * @throws StalePlanError before anything is moved, CacheBusyError, SystemError, CancelledError between two moves (what was moved
 * stays moved, and a later repair goes on)
 */
export async function applyRepair(
  plan: RepairPlan,
  options: LongOptions & { readonly ledger?: Ledger; readonly known?: KnownKeys } = {}
): Promise<RepairReport> {
  const root = await checkCacheRoot(plan.cacheDir)
  const work = async (): Promise<RepairReport> => {
    const ticked = plan.moves.filter(move => move.ticked)
    for (const move of ticked) checkUnchanged(root, move)
    await tidyQuarantine(root)
    const reindex = () => rebuildIndex(root, options, corruptOf(plan.kept), options.known)
    const quarantined = await moveTicked(root, ticked, options).catch(async (error: unknown) => {
      // Of what was to move some has left the index and not its place. Whoever cancelled does not want to wait for that.
      if (!(error instanceof CancelledError)) await reindex().catch(() => null)
      throw error
    })
    const reindexed = await (quarantined.length === 0 ? reindex() : reindex().catch(afterTheMove))
    return { checkedShards: plan.checkedShards, quarantined, kept: plan.kept, reindex: reindexed }
  }
  return withCacheLock(root, 'repair', WAIT_MS, work, options.signal)
}

/** Shards that stay although they are damaged, and what is: none of their rows is entered. */
function corruptOf(kept: readonly KeptShard[]): Map<string, readonly Finding[]> {
  const corrupt = kept.map(({ shardPath, reasons }) => [shardPath, reasons.filter(found => found.severity === 'corrupt')] as const)
  return new Map(corrupt.filter(([, reasons]) => reasons.length > 0))
}

function checkUnchanged(root: string, move: PlannedMove): void {
  const stale = (why: string): StalePlanError =>
    new StalePlanError(`the plan is stale: ${move.shardPath} ${why} since it was made`, { shard_path: move.shardPath })
  const path = resolveShardPath(root, move.shardPath)
  let stamp: FileStamp | undefined
  try {
    stamp = stampOf(path)
  } catch (error) {
    throw asSystemError(error, 'look at', path)
  }
  if (stamp === undefined) throw stale('went away')
  if (stamp.bytes !== move.bytes || stamp.mtimeNs !== move.mtimeNs) throw stale('changed')
}

async function moveTicked(
  root: string,
  ticked: readonly PlannedMove[],
  options: LongOptions & { readonly ledger?: Ledger }
): Promise<QuarantinedShard[]> {
  const meter = new ProgressMeter(options.onProgress, 'move', ticked.length)
  const moves = ticked.map(({ shardPath, bytes, reasons }) => ({
    shardPath,
    bytes,
    reasons: reasons.map(found => `${found.kind}: ${found.message}`)
  }))
  try {
    return await moveToQuarantine(root, moves, { ...options, onMoved: ({ shardPath, bytes }) => meter.step(shardPath, bytes) })
  } finally {
    meter.end()
  }
}

/** Verify, plan, apply in one go with the plan's defaults (the seed's `repair_cache`). */
export async function repairCache(cacheDir: string, options: LongOptions & { readonly ledger?: Ledger } = {}): Promise<RepairReport> {
  const inspection = await inspectCache(cacheDir, { ...options, keepKeys: true })
  return applyRepair(planFrom(inspection), { ...options, known: inspection.keys })
}
