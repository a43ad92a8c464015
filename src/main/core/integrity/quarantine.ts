/**
 * Quarantine: a shard is moved aside with a reason file beside it, and can be moved back. Nothing is ever deleted or overwritten.
 * The reason is written first: a crash in between leaves a reason without a shard, which the next run clears away.
 */
import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { CacheBusyError, CacheCorruptError, CancelledError, InputError, NotFoundError, SystemError } from '../../../shared/model/errors.ts'
import type { LongOptions, QuarantinedShard, QuarantineEntry, ReindexReport } from '../../../shared/model/report.ts'
import { type LockOwner, withCacheLock } from '../cacheLock.ts'
import { checkCacheRoot } from '../cacheRoot.ts'
import { nowNs } from '../clock.ts'
import { isThere, moveFile, removeQuietly, writeFileDurably } from '../durableFile.ts'
import { archiveShards } from '../evidence/vanishingEntries.ts'
import { stampOf } from '../fileStamp.ts'
import { forgetShards } from '../index/changeIndex.ts'
import { EMBEDDINGS_DIR } from '../layout.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { comparePaths, INDEX_PATH, isShardPath, QUARANTINE_PATH, resolveShardPath } from '../paths.ts'
import { rebuildIndex } from '../reindexCache.ts'
import { linkAbove } from '../shardRows.ts'
import { expectedError } from '../systemError.ts'
import {
  filesInQuarantine,
  quarantineEntries,
  REASON_SUFFIX,
  type ReasonFile,
  removeEmptyFolders,
  tidyQuarantine,
  timeInName
} from './quarantineFiles.ts'

const WAIT_MS = 10_000

/**
 * Moves shards aside by hand and rebuilds the index without them.
 * @throws NotFoundError, InputError, CacheBusyError, SystemError, CancelledError between two moves (what was moved stays moved)
 */
export async function quarantineShards(
  cacheDir: string,
  shards: readonly string[],
  reason: string,
  options: LongOptions & { readonly ledger?: Ledger } = {}
): Promise<QuarantinedShard[]> {
  if (reason.trim() === '') throw new InputError('a quarantine by hand needs a reason', { field: 'reason', value: reason })
  const root = await checkCacheRoot(cacheDir)
  checkPresent(root, shards)
  const work = async (): Promise<QuarantinedShard[]> => {
    // Whoever had the lock before may have moved them.
    checkPresent(root, shards)
    await tidyQuarantine(root)
    const moves = [...new Set(shards)].map(shardPath => ({ shardPath, reasons: [reason] }))
    return thenReindex(root, options, () => moveToQuarantine(root, moves, options))
  }
  return withCacheLock(root, 'quarantine', WAIT_MS, work, options.signal)
}

/** Each has to exist, and be a file or a link to one. */
function checkPresent(root: string, shards: readonly string[]): void {
  for (const shardPath of shards) {
    const path = isShardPath(shardPath) ? resolveShardPath(root, shardPath) : null
    if (path === null || !isThere(path)) throw new NotFoundError(`there is no shard ${shardPath}`, { shard_path: shardPath })
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) continue
    throw new InputError(`${shardPath} is not a file, and stays where it is`, { field: 'shard', value: shardPath })
  }
}

type Move = { readonly shardPath: string; readonly reasons: readonly string[] }

/** So many shards leave the index in one transaction. */
const BATCH = 16

type MoveOptions<M> = LongOptions & { readonly ledger?: Ledger; readonly onMoved?: (move: M) => void }

/**
 * Moves shards aside; the caller holds the lock and rebuilds the index afterwards. Their entries go first: whatever ends the
 * work in between, the index points at nothing that is not there.
 */
export async function moveToQuarantine<M extends Move>(
  root: string,
  moves: readonly M[],
  { signal, ledger, onMoved }: MoveOptions<M>
): Promise<QuarantinedShard[]> {
  archiveShards(
    root,
    moves.map(({ shardPath }) => shardPath)
  )
  const moved: QuarantinedShard[] = []
  for (let i = 0; i < moves.length; i += BATCH) {
    if (signal?.aborted) throw new CancelledError()
    const batch = moves.slice(i, i + BATCH)
    const shardPaths = batch.map(({ shardPath }) => shardPath)
    forgetShards(root, shardPaths)
    for (const move of batch) {
      moved.push(moveOne(root, move))
      onMoved?.(move)
      await setImmediate()
    }
    ledger?.forgetFingerprints(root, shardPaths)
  }
  return moved
}

function moveOne(root: string, { shardPath, reasons }: Move): QuarantinedShard {
  const from = resolveShardPath(root, shardPath)
  const { movedTo, at } = freePlace(root, shardPath)
  checkInPlace(root, shardPath)
  checkInPlace(root, movedTo)
  const bytes = stampOf(from)?.bytes ?? 0
  const reason: ReasonFile = { shard_path: shardPath, reasons, at: String(at), bytes }
  writeFileDurably(join(root, `${movedTo}${REASON_SUFFIX}`), [Buffer.from(`${JSON.stringify(reason, null, 2)}\n`)])
  moveFile(from, join(root, movedTo))
  return { shardPath, movedTo, reasons }
}

/** What is behind a link is not this cache's to move: of a shard that is a link, the link moves. @throws CacheCorruptError */
function checkInPlace(root: string, path: string): void {
  const link = linkAbove(root, path)
  if (link === null) return
  throw new CacheCorruptError(`${path} lies behind the symbolic link ${link}; what is behind a link is never moved`, { path, link })
}

/** What claims to be later was written by nobody's clock. */
const LATEST = 2n ** 62n

/**
 * A place that nobody has, and a time later than that of whatever lies there from the same place: a clock may stand still or go back,
 * and what was moved last is what goes back first.
 */
function freePlace(root: string, shardPath: string): { readonly movedTo: string; readonly at: bigint } {
  const place = `${QUARANTINE_PATH}/${shardPath.slice(EMBEDDINGS_DIR.length + 1)}`
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
}

export type RestoreResult = {
  readonly restored: readonly { readonly path: string; readonly shardPath: string }[]
  readonly skipped: readonly { readonly path: string; readonly shardPath: string; readonly reason: string }[]
}

/**
 * Moves shards back to where they came from, and rebuilds the index with them. A place that is taken is never overwritten: of
 * several files for one place the one that was moved last goes back, the others stay.
 * @param which shard paths or paths in quarantine; 'all' for whatever can go back
 * @throws NotFoundError, InputError when a named place is taken, CacheBusyError, SystemError, CancelledError between two moves
 */
export async function restoreShards(cacheDir: string, which: readonly string[] | 'all', options: LongOptions = {}): Promise<RestoreResult> {
  const root = await checkCacheRoot(cacheDir)
  const work = async (interrupted: LockOwner | null): Promise<RestoreResult> => {
    await tidyQuarantine(root)
    const entries = quarantineEntries(root, await filesInQuarantine(root)).sort(latestFirst)
    const chosen = which === 'all' ? entries : which.map(name => chooseEntry(entries, name))
    if (chosen.length === 0 && interrupted === null) return { restored: [], skipped: [] }
    if (which !== 'all') for (const entry of chosen) checkPlaceFree(root, entry)
    const moveChosen = (): Promise<RestoreResult> => moveBack(root, chosen, options.signal)
    return thenReindex(root, options, moveChosen, ({ restored }) => restored.length > 0 || interrupted !== null)
  }
  return withCacheLock(root, 'restore', WAIT_MS, work, options.signal)
}

function latestFirst(a: QuarantineEntry, b: QuarantineEntry): number {
  const [left, right] = [timeOf(a), timeOf(b)]
  return left === right ? comparePaths(a.path, b.path) : left < right ? 1 : -1
}

/** When it was moved, as far as anybody wrote it down. */
function timeOf({ at, path }: QuarantineEntry): bigint {
  return at ?? timeInName(path) ?? -1n
}

function chooseEntry(entries: readonly QuarantineEntry[], name: string): QuarantineEntry {
  const entry = entries.find(({ path }) => path === name) ?? entries.find(({ shardPath }) => shardPath === name)
  if (entry === undefined) throw new NotFoundError(`there is no ${name} in quarantine`, { shard_path: name })
  return entry
}

const TAKEN = 'another shard lies in its place'

function checkPlaceFree(root: string, { path, shardPath }: QuarantineEntry): void {
  if (!isThere(resolveShardPath(root, shardPath))) return
  throw new InputError(`${path} cannot be restored: ${TAKEN}`, { field: 'shard', value: path, shard_path: shardPath })
}

async function moveBack(root: string, chosen: readonly QuarantineEntry[], signal: AbortSignal | undefined): Promise<RestoreResult> {
  const restored: { path: string; shardPath: string }[] = []
  const skipped: { path: string; shardPath: string; reason: string }[] = []
  for (const { path, shardPath } of chosen) {
    if (signal?.aborted) throw new CancelledError()
    await setImmediate()
    const to = resolveShardPath(root, shardPath)
    checkInPlace(root, shardPath)
    checkInPlace(root, path)
    if (isThere(to)) {
      skipped.push({ path, shardPath, reason: TAKEN })
      continue
    }
    moveFile(join(root, path), to)
    removeQuietly(join(root, `${path}${REASON_SUFFIX}`))
    removeEmptyFolders(root, path)
    restored.push({ path, shardPath })
  }
  return { restored, skipped }
}

/**
 * Moves shards and makes the index follow, also when not all of them could be moved. A cache without an index stays without one
 * until somebody asks for it.
 * @throws SystemError when a shard could not be read for the index; what was moved stays moved
 */
async function thenReindex<T>(
  root: string,
  options: LongOptions,
  move: () => Promise<T>,
  isNeeded: (moved: T) => boolean = () => true
): Promise<T> {
  const reindex = async (): Promise<ReindexReport | null> => (isThere(join(root, INDEX_PATH)) ? rebuildIndex(root, options) : null)
  let result: T
  try {
    result = await move()
  } catch (error) {
    if (error instanceof CancelledError) throw error
    // The first failure is the one to tell of; where the index could not follow either, what to do about that as well.
    await reindex().catch(() => inTheMove(error))
    throw error
  }
  if (!isNeeded(result)) return result
  const unread = (await reindex().catch(afterTheMove))?.findings.find(
    ({ severity, details }) => severity === 'unreadable' && details.entries_kept === undefined
  )
  if (unread === undefined) return result
  throw new SystemError(
    `the shards were moved, but ${unread.shardPath} could not be read for the index: ${unread.message}; a reindex enters it when it can be read`,
    {
      ...unread.details
    }
  )
}

/** What kept shards from being moved, when the index could not follow those that were. */
function inTheMove(error: unknown): never {
  const expected = expectedError(error)
  if (!(expected instanceof SystemError)) throw error
  const message = `${expected.message}; if shards had been moved by then, the index could not follow, and a reindex makes up for it`
  throw new SystemError(message, expected.details, { cause: error })
}

/** What kept the index from following, with what to do. */
export function afterTheMove(error: unknown): never {
  const expected = expectedError(error)
  if (!(expected instanceof SystemError || expected instanceof CacheBusyError)) throw error
  const message = `the shards were moved, but the index could not follow; a reindex makes up for it: ${expected.message}`
  throw expected instanceof SystemError
    ? new SystemError(message, expected.details, { cause: error })
    : new CacheBusyError(message, expected.details)
}
