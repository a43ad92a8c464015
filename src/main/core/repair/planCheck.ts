/** Compares the shards of a plan with the present files before anything moves. */

import { type BigIntStats, statSync } from 'node:fs'
import { InputError, StalePlanError } from '../../../shared/model/errors.ts'
import { type Finding, needsMoreThanShard } from '../../../shared/model/finding.ts'
import type { FileIdentity, KeptShard, LongOptions, PlannedMove, ShardNotMoved } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { identityOf } from '../fs/fileStamp.ts'
import { asSystemError, expectedError } from '../fs/systemError.ts'
import type { InspectionInput, ShardInspection } from '../inspect/inspection.ts'
import { isShardPath, resolveShardPath } from '../layouts/paths.ts'
import { isStandIn } from '../parquet/file/placeholders.ts'
import { mapShards } from '../pool/mapShards.ts'
import { twinInDoubt } from './twinCheck.ts'

export type CheckedMove = PlannedMove & { readonly identity: FileIdentity }

export type CheckedMoves = { readonly ready: CheckedMove[]; readonly notMoved: ShardNotMoved[] }

/**
 * Checks the ticked moves of a plan. Each shard is read again, and its digest decides. Without a digest in the plan, its problem must still
 * be present.
 * @returns the moves in their order, without files that cannot be inspected
 * @throws StalePlanError for a shard that has changed, InputError for a path that is not a shard, CancelledError
 */
export async function checkMoves(root: string, ticked: readonly PlannedMove[], options: LongOptions): Promise<CheckedMoves> {
  const notMoved: ShardNotMoved[] = []
  const identities = new Map<string, FileIdentity>()
  const present: PlannedMove[] = []
  for (const move of ticked) {
    const identity = attempt(root, move, notMoved)
    if (identity === null) continue
    identities.set(move.shardPath, identity)
    present.push(move)
  }
  const moving = new Set(ticked.map(({ shardPath }) => shardPath))
  let i = 0
  const tasks = present.map(({ shardPath, sha256 }) => ({ shardPath, depth: sha256 === null ? ('full' as const) : ('footer' as const) }))
  for await (const look of inspectAgain(root, tasks, options)) {
    const move = present[i++]
    if (move === undefined) continue
    const doubt = unreadAgain(look) ?? stillInDoubt(root, move, look, moving)
    if (doubt !== null) {
      identities.delete(move.shardPath)
      notMoved.push({ shardPath: move.shardPath, reason: doubt })
    } else {
      const { bytes, mtimeNs, inode, ctimeNs } = look.verdict
      identities.set(move.shardPath, { bytes, mtimeNs, inode, ctimeNs })
    }
  }
  const ready = ticked.flatMap(move => {
    const identity = identities.get(move.shardPath)
    return identity === undefined ? [] : [{ ...move, identity }]
  })
  return { ready, notMoved }
}

/** Why a shard stays that could not be read again, or is not a file. */
function unreadAgain({ sha256, verdict }: ShardInspection): string | null {
  const standIn = verdict.findings.find(isStandIn)
  if (standIn !== undefined) return describeFinding(standIn)
  const unread = verdict.findings.find(({ severity }) => severity === 'unreadable' || severity === 'unsupported')
  return sha256 === null && unread !== undefined ? `could not be read again: ${describeFinding(unread)}` : null
}

/** Why a shard stays although it was read again. @throws StalePlanError */
function stillInDoubt(root: string, move: PlannedMove, look: ShardInspection, moving: ReadonlySet<string>): string | null {
  checkStill(move, look)
  return twinInDoubt(root, move, moving)
}

/** Null if the file cannot be inspected, which is recorded. */
function attempt(root: string, move: PlannedMove, notMoved: ShardNotMoved[]): FileIdentity | null {
  const { shardPath } = move
  if (!isShardPath(shardPath))
    throw new InputError(`the plan moves ${JSON.stringify(shardPath.slice(0, 200))}, which is not a shard`, { field: 'moves' })
  const path = resolveShardPath(root, shardPath)
  let stat: BigIntStats | undefined
  try {
    stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    const refusal = expectedError(asSystemError(error, 'inspect', path))
    notMoved.push({ shardPath, reason: refusal?.message.replaceAll(`${root}/`, '') ?? String(error) })
    return null
  }
  if (stat === undefined) throw stale(shardPath, 'no longer exists')
  if (!stat.isFile()) throw new InputError(`the plan moves ${shardPath}, which is not a file`, { field: 'moves', shard_path: shardPath })
  const identity = identityOf(stat)
  if (identity.bytes !== move.bytes || identity.mtimeNs !== move.mtimeNs) throw stale(shardPath, 'has changed')
  return identity
}

function stale(shardPath: string, what: string): StalePlanError {
  return new StalePlanError(`the plan is stale: ${shardPath} ${what} since it was made`, { shard_path: shardPath })
}

function inspectAgain(
  root: string,
  shards: readonly Pick<InspectionInput, 'shardPath' | 'depth'>[],
  { signal, workers, shardBudgetMs }: LongOptions
): AsyncGenerator<ShardInspection> {
  const tasks = shards.map(({ shardPath, depth }) => ({ root, shardPath, depth, digest: true }))
  return mapShards(tasks, 'inspection', { signal, workers, budgetMs: shardBudgetMs })
}

/**
 * Without a digest, as in plans of earlier versions, the problem must still be present.
 * @throws StalePlanError
 */
function checkStill({ shardPath, sha256: planned, reasons }: PlannedMove, { verdict, sha256 }: ShardInspection): void {
  if (planned !== null && sha256 !== null) {
    if (planned !== sha256) throw stale(shardPath, 'has changed')
    return
  }
  const isStill = reasons.some(({ severity }) => severity === 'corrupt')
    ? verdict.findings.some(({ severity }) => severity === 'corrupt')
    : reasons.some(({ kind }) => needsMoreThanShard(kind) || verdict.findings.some(found => found.kind === kind))
  if (!isStill) throw stale(shardPath, 'has nothing of what was found in it')
}

/**
 * Verifies damaged shards that stay again.
 * @returns the present findings of each, and those of shards that are still damaged, whose rows must not be indexed
 * @throws CancelledError
 */
export async function lookAtKept(
  root: string,
  kept: readonly KeptShard[],
  options: LongOptions
): Promise<{ readonly kept: KeptShard[]; readonly damaged: Map<string, readonly Finding[]> }> {
  const isDamage = ({ severity }: Finding): boolean => severity === 'corrupt'
  const again = kept.filter(({ shardPath, reasons }) => reasons.some(isDamage) && isShardPath(shardPath))
  const now = new Map<string, readonly Finding[]>()
  let i = 0
  const tasks = again.map(({ shardPath }) => ({ shardPath, depth: 'full' as const }))
  for await (const { verdict } of inspectAgain(root, tasks, options)) now.set(again[i++]?.shardPath ?? '', verdict.findings)
  const damaged = new Map<string, readonly Finding[]>()
  const still: KeptShard[] = []
  for (const each of kept) {
    const findings = now.get(each.shardPath)
    if (findings === undefined) {
      still.push(each)
      continue
    }
    const damage = findings.filter(isDamage)
    if (damage.length > 0) damaged.set(each.shardPath, damage)
    // The other reasons do not apply to a shard that was replaced by a valid one, or removed.
    const reasons = damage.length > 0 ? [...damage, ...each.reasons.filter(found => !isDamage(found))] : findings
    if (reasons.some(({ details }) => details.error !== 'ENOENT')) still.push({ shardPath: each.shardPath, reasons })
  }
  return { kept: still, damaged }
}
