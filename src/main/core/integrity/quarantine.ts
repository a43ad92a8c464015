/**
 * Quarantine: a shard is moved aside with a reason file beside it, and can be moved back. Nothing is ever deleted or overwritten.
 * The reason is written first: a crash in between leaves a reason without a shard, which the next run clears away.
 */
import { existsSync, lstatSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { CancelledError, InputError, NotFoundError } from '../../../shared/model/errors.ts'
import type { LongOptions, QuarantinedShard, QuarantineEntry, ReindexReport } from '../../../shared/model/report.ts'
import { withCacheLock } from '../cacheLock.ts'
import { checkCacheRoot } from '../cacheRoot.ts'
import { nowNs } from '../clock.ts'
import { moveFile, writeFileDurably } from '../durableFile.ts'
import { EMBEDDINGS_DIR } from '../layout.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { comparePaths, INDEX_PATH, isShardPath, QUARANTINE_PATH, resolveShardPath } from '../paths.ts'
import { rebuildIndex } from '../reindexCache.ts'
import { checkNoLinks } from '../shardRows.ts'
import { asSystemError, failedWith } from '../systemError.ts'

const REASON_SUFFIX = '.reason.json'
const WAIT_MS = 10_000

type ReasonFile = { readonly shard_path: string; readonly reasons: readonly string[]; readonly at: string; readonly bytes: number }

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
  for (const shardPath of shards) {
    if (!isShardPath(shardPath) || !existsSync(resolveShardPath(root, shardPath))) {
      throw new NotFoundError(`there is no shard ${shardPath}`, { shard_path: shardPath })
    }
  }
  const work = async (): Promise<QuarantinedShard[]> => {
    clearOrphanedReasons(root, await filesInQuarantine(root))
    const moved: QuarantinedShard[] = []
    for (const shardPath of new Set(shards)) {
      if (options.signal?.aborted) throw new CancelledError()
      moved.push(moveToQuarantine(root, shardPath, [reason]))
      options.ledger?.forgetFingerprints(root, [shardPath])
      await setImmediate()
    }
    await reindexIfIndexed(root, options)
    return moved
  }
  return withCacheLock(root, 'quarantine', WAIT_MS, work, options.signal)
}

/** Moves one shard aside; the caller holds the lock. */
export function moveToQuarantine(root: string, shardPath: string, reasons: readonly string[]): QuarantinedShard {
  const from = resolveShardPath(root, shardPath)
  const movedTo = freePlace(root, shardPath)
  checkNoLinks(from)
  checkNoLinks(join(root, movedTo))
  const bytes = lstatSync(from).size
  const reason: ReasonFile = { shard_path: shardPath, reasons, at: String(nowNs()), bytes }
  writeFileDurably(join(root, `${movedTo}${REASON_SUFFIX}`), [Buffer.from(`${JSON.stringify(reason, null, 2)}\n`)])
  moveFile(from, join(root, movedTo))
  return { shardPath, movedTo, reasons }
}

/** Whether a name is in use, be it by a link that leads nowhere. */
function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function freePlace(root: string, shardPath: string): string {
  const place = `${QUARANTINE_PATH}/${shardPath.slice(EMBEDDINGS_DIR.length + 1)}`
  return isTaken(join(root, place)) ? `${place}.${nowNs()}.bad` : place
}

/** Everything that lies in quarantine, in path order: by us or by the Python package. */
export async function listQuarantine(cacheDir: string): Promise<QuarantineEntry[]> {
  const root = await checkCacheRoot(cacheDir)
  return quarantineEntries(root, await filesInQuarantine(root))
}

async function filesInQuarantine(root: string): Promise<string[]> {
  const files: string[] = []
  const folders = [QUARANTINE_PATH]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
        if (entry.isDirectory()) folders.push(`${folder}/${entry.name}`)
        else if (entry.isFile()) files.push(`${folder}/${entry.name}`)
      }
    } catch (error) {
      if (!failedWith(error, 'ENOENT')) throw asSystemError(error, 'read', folder)
    }
  }
  return files.sort(comparePaths)
}

function quarantineEntries(root: string, files: readonly string[]): QuarantineEntry[] {
  return files.flatMap(path => {
    const shardPath = originOf(path)
    if (shardPath === null) return []
    const reason = readReason(root, path)
    return [
      {
        path,
        shardPath,
        reasons: reason?.reasons ?? [],
        at: reason === null ? null : BigInt(reason.at),
        bytes: lstatSync(join(root, path)).size
      }
    ]
  })
}

/** When the Python package moved a file whose place was taken: it puts the time into the name. */
function timeInName(path: string): bigint | null {
  const [, time] = /\.parquet\.(\d{1,19})\.bad$/.exec(path) ?? []
  return time === undefined ? null : BigInt(time)
}

/** Where a file in quarantine came from; null for what is no shard (reasons, set-aside indexes). */
function originOf(path: string): string | null {
  const name = path.slice(QUARANTINE_PATH.length + 1).replace(/\.parquet\.\d+\.bad$/, '.parquet')
  const shardPath = `${EMBEDDINGS_DIR}/${name}`
  return isShardPath(shardPath) ? shardPath : null
}

function readReason(root: string, path: string): ReasonFile | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(root, `${path}${REASON_SUFFIX}`), 'utf8'))
    return isReason(value) ? value : null
  } catch {
    // No reason file, or not one of ours: the shard was moved by somebody else.
    return null
  }
}

function isReason(value: unknown): value is ReasonFile {
  if (typeof value !== 'object' || value === null || !('reasons' in value) || !('at' in value)) return false
  const { reasons, at } = value
  return Array.isArray(reasons) && reasons.every(reason => typeof reason === 'string') && typeof at === 'string' && /^\d{1,20}$/.test(at)
}

/** Reasons whose shard never arrived: a crash came between the two. */
function clearOrphanedReasons(root: string, files: readonly string[]): void {
  const present = new Set(files)
  for (const file of files) {
    if (!file.endsWith(`.parquet${REASON_SUFFIX}`) && !file.endsWith(`.bad${REASON_SUFFIX}`)) continue
    if (!present.has(file.slice(0, -REASON_SUFFIX.length))) rmSync(join(root, file), { force: true })
  }
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
  const work = async (): Promise<RestoreResult> => {
    const files = await filesInQuarantine(root)
    clearOrphanedReasons(root, files)
    const entries = quarantineEntries(root, files).sort(latestFirst)
    const chosen = which === 'all' ? entries : which.map(name => chooseEntry(entries, name))
    const result = await moveBack(root, chosen, which === 'all', options.signal)
    if (result.restored.length > 0) await reindexIfIndexed(root, options)
    return result
  }
  return withCacheLock(root, 'restore', WAIT_MS, work, options.signal)
}

function latestFirst(a: QuarantineEntry, b: QuarantineEntry): number {
  const [left, right] = [a.at ?? timeInName(a.path) ?? -1n, b.at ?? timeInName(b.path) ?? -1n]
  return left === right ? comparePaths(a.path, b.path) : left < right ? 1 : -1
}

function chooseEntry(entries: readonly QuarantineEntry[], name: string): QuarantineEntry {
  const entry = entries.find(({ path }) => path === name) ?? entries.find(({ shardPath }) => shardPath === name)
  if (entry === undefined) throw new NotFoundError(`there is no ${name} in quarantine`, { shard_path: name })
  return entry
}

async function moveBack(
  root: string,
  chosen: readonly QuarantineEntry[],
  all: boolean,
  signal: AbortSignal | undefined
): Promise<RestoreResult> {
  const restored: { path: string; shardPath: string }[] = []
  const skipped: { path: string; shardPath: string; reason: string }[] = []
  for (const { path, shardPath } of chosen) {
    if (signal?.aborted) throw new CancelledError()
    await setImmediate()
    const to = resolveShardPath(root, shardPath)
    checkNoLinks(to)
    checkNoLinks(join(root, path))
    if (isTaken(to)) {
      const reason = 'another shard lies in its place'
      if (!all) throw new InputError(`${path} cannot be restored: ${reason}`, { field: 'shard', value: path, shard_path: shardPath })
      skipped.push({ path, shardPath, reason })
      continue
    }
    moveFile(join(root, path), to)
    rmSync(join(root, `${path}${REASON_SUFFIX}`), { force: true })
    removeEmptyFolders(root, path)
    restored.push({ path, shardPath })
  }
  return { restored, skipped }
}

/** Folders that the quarantine made and that hold nothing any more. */
function removeEmptyFolders(root: string, path: string): void {
  for (let folder = dirname(path); folder.startsWith(QUARANTINE_PATH); folder = dirname(folder)) {
    try {
      rmdirSync(join(root, folder))
    } catch {
      // Not empty: others are still in it.
      return
    }
  }
}

/** A cache without an index stays without one until somebody asks for it. */
async function reindexIfIndexed(root: string, options: LongOptions): Promise<ReindexReport | null> {
  return existsSync(join(root, INDEX_PATH)) ? rebuildIndex(root, options, new Set()) : null
}
