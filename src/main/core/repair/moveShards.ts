/**
 * Moves shards to quarantine. First the reason is written, then the entries leave the index, and last the shard moves. After an
 * interruption at any point, the index points to no missing shard. A shard that cannot be moved does not stop the others.
 */
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { CacheBusyError, CacheCorruptError, CancelledError, StalePlanError, SystemError } from '../../../shared/model/errors.ts'
import type { Finding } from '../../../shared/model/finding.ts'
import type { FileIdentity, LongOptions, QuarantinedShard, ShardNotMoved } from '../../../shared/model/report.ts'
import { toRecorded } from '../../../shared/text/recordedFinding.ts'
import { nowNs } from '../base/clock.ts'
import { quarantineEntries, type ReasonFile, removeEmptyFolders, timeOf } from '../cache/quarantineFiles.ts'
import { quarantinePlace, REASON_SUFFIX } from '../cache/quarantinePlace.ts'
import { archiveShards } from '../evidence/kept/vanishingEntries.ts'
import { hasMoved, isThere, mayBeThere, moveFile, removeQuietly, writeFileDurably } from '../fs/durableFile.ts'
import { hasIdentity, identityOf, stampIfVisible } from '../fs/fileStamp.ts'
import { asSystemError, expectedError } from '../fs/systemError.ts'
import { forgetShards } from '../index/write/changeIndex.ts'
import { resolveShardPath } from '../layouts/paths.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { linkAbove } from '../shards/shardRows.ts'

export type Move = {
  readonly shardPath: string
  readonly reasons: readonly string[]
  /** The reasons as findings; absent for a reason of a user. */
  readonly findings?: readonly Finding[]
  /** The file that was verified; a different one stays. Undefined if a user named the path. */
  readonly identity?: FileIdentity
}

export type Moved = {
  readonly moved: QuarantinedShard[]
  readonly notMoved: ShardNotMoved[]
  /** The first error that stopped a move. */
  readonly refusal: Error | null
}

/** Number of shards that leave the index in one transaction. */
const BATCH = 16

type MoveOptions<M> = LongOptions & { readonly ledger?: Ledger; readonly onDone?: (move: M) => void }

/**
 * The caller holds the lock, and rebuilds the index afterwards.
 * @throws CacheBusyError and SystemError if entries cannot leave the index, CancelledError between two batches
 */
export async function moveToQuarantine<M extends Move>(
  root: string,
  moves: readonly M[],
  { signal, workers, ledger, onDone }: MoveOptions<M>
): Promise<Moved> {
  await archiveShards(
    root,
    moves.map(({ shardPath }) => shardPath),
    { signal, workers }
  )
  const run = new MoveRun(root)
  for (let i = 0; i < moves.length; i += BATCH) {
    if (signal?.aborted) throw new CancelledError()
    const batch = moves.slice(i, i + BATCH)
    const prepared = batch.flatMap(move => {
      const ready = run.attempt(move, () => prepare(root, move))
      if (ready === null) onDone?.(move)
      return ready === null ? [] : [ready]
    })
    try {
      forgetShards(
        root,
        prepared.map(({ move }) => move.shardPath)
      )
    } catch (error) {
      for (const { movedTo } of prepared) discardReason(root, movedTo)
      throw error
    }
    const before = run.result.moved.length
    for (const ready of prepared) {
      run.attempt(ready.move, () => moveOne(root, ready))
      const { shardPath, reasons } = ready.move
      if (hasMoved(resolveShardPath(root, shardPath), join(root, ready.movedTo))) {
        run.result.moved.push({ shardPath, movedTo: ready.movedTo, reasons })
      }
      onDone?.(ready.move)
      await setImmediate()
    }
    ledger?.forgetFingerprints(
      root,
      run.result.moved.slice(before).map(({ shardPath }) => shardPath)
    )
  }
  return { ...run.result, refusal: run.refusal }
}

class MoveRun {
  readonly result = { moved: [] as QuarantinedShard[], notMoved: [] as ShardNotMoved[] }
  refusal: Error | null = null
  private readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /** Null after a failure, which is recorded. @throws bugs, and errors that concern the whole cache */
  attempt<T>({ shardPath }: Move, work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      const expected = expectedError(error)
      if (expected === null || expected instanceof CacheBusyError || expected instanceof CancelledError) throw error
      this.refusal ??= expected
      this.result.notMoved.push({ shardPath, reason: expected.message.replaceAll(`${this.root}/`, '') })
      return null
    }
  }
}

type Prepared<M extends Move> = { readonly move: M; readonly movedTo: string }

/**
 * Finds a free path in quarantine, and writes the reason there. @throws CacheCorruptError, StalePlanError, SystemError; nothing is left
 * behind
 */
function prepare<M extends Move>(root: string, move: M): Prepared<M> {
  const { shardPath, reasons, findings = [] } = move
  checkInPlace(root, shardPath)
  checkIdentity(root, move)
  const { movedTo, at } = freePlace(root, shardPath)
  checkInPlace(root, movedTo)
  const bytes = stampIfVisible(resolveShardPath(root, shardPath))?.bytes ?? 0
  const recorded = findings.length > 0 && { findings: findings.map(toRecorded) }
  const reason: ReasonFile = { shard_path: shardPath, reasons, ...recorded, at: String(at), bytes }
  try {
    writeFileDurably(join(root, `${movedTo}${REASON_SUFFIX}`), [Buffer.from(`${JSON.stringify(reason, null, 2)}\n`)])
  } catch (error) {
    removeEmptyFolders(root, movedTo)
    throw error
  }
  return { move, movedTo }
}

function moveOne(root: string, { move, movedTo }: Prepared<Move>): void {
  const [from, to] = [resolveShardPath(root, move.shardPath), join(root, movedTo)]
  try {
    checkIdentity(root, move)
    moveFile(from, to)
  } catch (error) {
    if (hasMoved(from, to)) throw new SystemError(`it was moved, but may be back after a crash: ${expectedError(error)?.message ?? error}`)
    if (!mayBeThere(to)) discardReason(root, movedTo)
    throw error
  }
}

function discardReason(root: string, movedTo: string): void {
  removeQuietly(join(root, `${movedTo}${REASON_SUFFIX}`))
  removeEmptyFolders(root, movedTo)
}

/** @throws StalePlanError if the file is not the one that was verified, SystemError */
function checkIdentity(root: string, { shardPath, identity }: Move): void {
  if (identity === undefined) return
  const path = resolveShardPath(root, shardPath)
  let now: FileIdentity | null = null
  try {
    const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
    if (stat?.isFile()) now = identityOf(stat)
  } catch (error) {
    throw asSystemError(error, 'inspect', path)
  }
  if (now !== null && hasIdentity(now, identity)) return
  throw new StalePlanError(`${shardPath} changed while the repair ran; it was left alone`, { shard_path: shardPath })
}

/** Targets of links do not belong to this cache. If the shard itself is a link, the link moves. @throws CacheCorruptError */
export function checkInPlace(root: string, path: string): void {
  const link = linkAbove(root, path)
  if (link === null) return
  throw new CacheCorruptError(`${path} is behind the symbolic link ${link}; the target of a link is never moved`, { path, link })
}

/** A later time in a reason file is not that of a real clock. */
const LATEST = 2n ** 62n

/**
 * A free path, and a time later than that of every file from the same path: a clock may stop or go back, and the file that was moved last
 * is restored first.
 */
function freePlace(root: string, shardPath: string): { readonly movedTo: string; readonly at: bigint } {
  const place = quarantinePlace(shardPath)
  try {
    if (!isThere(join(root, place))) return { movedTo: place, at: nowNs() }
    const folder = dirname(place)
    const beside = readdirSync(join(root, folder)).map(name => `${folder}/${name}`)
    const times = quarantineEntries(
      root,
      beside.filter(path => path.startsWith(place))
    )
      .map(timeOf)
      .filter(time => time < LATEST)
    const now = nowNs()
    const at = times.reduce((latest, time) => (time < latest ? latest : time + 1n), now)
    return { movedTo: `${place}.${at}.bad`, at }
  } catch (error) {
    throw asSystemError(error, 'inspect', place)
  }
}
