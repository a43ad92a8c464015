/** Moves shards back from quarantine. Nothing is overwritten, and a shard that cannot be restored does not stop the others. */
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { CacheBusyError, CancelledError, InputError, NotFoundError, SystemError } from '../../../shared/model/errors.ts'
import type { LongOptions, QuarantineEntry } from '../../../shared/model/report.ts'
import { type LockOwner, withCacheLock } from '../cache/cacheLock.ts'
import { checkCacheRoot } from '../cache/cacheRoot.ts'
import {
  filesInQuarantine,
  quarantineEntries,
  removeEmptyFolders,
  tidyQuarantine,
  timeOf,
  type UnreadFolder
} from '../cache/quarantineFiles.ts'
import { REASON_SUFFIX } from '../cache/quarantinePlace.ts'
import { hasMoved, isThere, moveFile, removeQuietly } from '../fs/durableFile.ts'
import { expectedError } from '../fs/systemError.ts'
import { comparePaths, resolveShardPath } from '../layouts/paths.ts'
import { thenReindex } from './followIndex.ts'
import { checkInPlace } from './moveShards.ts'

const WAIT_MS = 10_000

type Place = { readonly path: string; readonly shardPath: string }
/** `taken`: another shard is at its path. `refused`: an I/O or permission error, or a link in the path. */
type Skipped = Place & { readonly reason: string; readonly cause: 'taken' | 'refused' }

export type RestoreResult = {
  readonly restored: readonly Place[]
  readonly skipped: readonly Skipped[]
  readonly indexRebuilt: boolean
}

/**
 * Moves shards back to their original paths, and rebuilds the index with them. An occupied path is never overwritten. Of several files from
 * one path, the one that was moved last is restored, and the others stay.
 * @param which shard paths or paths in quarantine; 'all' for every shard that can be restored
 * @throws NotFoundError, InputError if all named paths are occupied, CacheBusyError, SystemError if nothing could be moved, CancelledError
 * between two moves
 */
export async function restoreShards(cacheDir: string, which: readonly string[] | 'all', options: LongOptions = {}): Promise<RestoreResult> {
  const root = await checkCacheRoot(cacheDir)
  const work = async (interrupted: LockOwner | null): Promise<RestoreResult> => {
    await tidyQuarantine(root)
    const { files, unread } = await filesInQuarantine(root)
    const entries = quarantineEntries(root, files).sort(latestFirst)
    const chosen = which === 'all' ? entries : [...new Set(which.map(name => chooseEntry(entries, name, unread)))]
    const closed = which === 'all' ? unread.map(({ path, reason }): Skipped => ({ path, shardPath: path, reason, cause: 'refused' })) : []
    if (chosen.length === 0 && interrupted === null) return { restored: [], skipped: closed, indexRebuilt: false }
    if (which !== 'all') checkOneFree(root, chosen)
    const { result, rebuilt } = await thenReindex(
      root,
      options,
      () => moveBack(root, chosen, which === 'all', options.signal),
      ({ restored }) => restored.length > 0 || interrupted !== null
    )
    return { restored: result.restored, skipped: [...result.skipped, ...closed], indexRebuilt: rebuilt }
  }
  return withCacheLock(root, 'restore', WAIT_MS, work, options.signal)
}

function latestFirst(a: QuarantineEntry, b: QuarantineEntry): number {
  const [left, right] = [timeOf(a), timeOf(b)]
  return left === right ? comparePaths(a.path, b.path) : left < right ? 1 : -1
}

/** @throws NotFoundError; SystemError if a folder that may contain it cannot be read */
function chooseEntry(entries: readonly QuarantineEntry[], name: string, [closed]: readonly UnreadFolder[]): QuarantineEntry {
  const entry = entries.find(({ path }) => path === name) ?? entries.find(({ shardPath }) => shardPath === name)
  if (entry !== undefined) return entry
  if (closed !== undefined) throw new SystemError(closed.reason, { path: closed.path })
  throw new NotFoundError(`there is no ${name} in quarantine`, { shard_path: name })
}

const TAKEN = 'its original path is occupied by another shard'

/** @throws InputError if every path is occupied */
function checkOneFree(root: string, chosen: readonly QuarantineEntry[]): void {
  const [first] = chosen
  if (first === undefined || !chosen.every(({ shardPath }) => isThere(resolveShardPath(root, shardPath)))) return
  const { path, shardPath } = first
  throw new InputError(`${path} cannot be restored: ${TAKEN}`, { field: 'shard', value: path, shard_path: shardPath })
}

async function moveBack(root: string, chosen: readonly QuarantineEntry[], all: boolean, signal: AbortSignal | undefined) {
  const restored: Place[] = []
  const skipped: Skipped[] = []
  let refusal: unknown
  for (const { path, shardPath } of chosen) {
    if (signal?.aborted) throw new CancelledError()
    await setImmediate()
    try {
      if (moveOneBack(root, path, shardPath)) restored.push({ path, shardPath })
      else skipped.push({ path, shardPath, reason: TAKEN, cause: 'taken' })
    } catch (error) {
      const expected = expectedError(error)
      if (expected === null || expected instanceof CacheBusyError) throw error
      refusal ??= expected
      const done = hasMoved(join(root, path), resolveShardPath(root, shardPath))
      if (done) restored.push({ path, shardPath })
      const reason = done ? `it was moved back, but may be in quarantine again after a crash: ${expected.message}` : expected.message
      skipped.push({ path, shardPath, reason, cause: 'refused' })
    }
  }
  // If nothing could be moved, the reason is thrown.
  const nothing = restored.length === 0 && (all ? refusal instanceof SystemError : refusal !== undefined)
  if (nothing && skipped.every(({ cause }) => cause === 'refused')) throw refusal
  return { restored, skipped }
}

/** @returns false if its path is occupied */
function moveOneBack(root: string, path: string, shardPath: string): boolean {
  const to = resolveShardPath(root, shardPath)
  checkInPlace(root, shardPath)
  checkInPlace(root, path)
  if (isThere(to)) return false
  moveFile(join(root, path), to)
  removeQuietly(join(root, `${path}${REASON_SUFFIX}`))
  removeEmptyFolders(root, path)
  return true
}
