/** What lies in quarantine: shards, each with its reason beside it, and what crashes left. */
import { lstatSync, rmdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CacheCorruptError } from '../../../shared/model/errors.ts'
import type { QuarantineEntry } from '../../../shared/model/report.ts'
import { checkCacheRoot } from '../cacheRoot.ts'
import { isTempName, removeFile } from '../durableFile.ts'
import { EMBEDDINGS_DIR } from '../layout.ts'
import { comparePaths, isShardPath, QUARANTINE_PATH } from '../paths.ts'
import { readSmallJson } from '../smallFile.ts'
import { asSystemError, failedWith } from '../systemError.ts'

export const REASON_SUFFIX = '.reason.json'

/** What a reason file says. */
export type ReasonFile = { readonly shard_path: string; readonly reasons: readonly string[]; readonly at: string; readonly bytes: number }

/** Everything that lies in quarantine, in path order: by us or by the Python package. */
export async function listQuarantine(cacheDir: string): Promise<QuarantineEntry[]> {
  const root = await checkCacheRoot(cacheDir)
  return quarantineEntries(root, await filesInQuarantine(root))
}

/**
 * All files and links below the quarantine, in path order, relative to the root.
 * @throws CacheCorruptError when the quarantine is a link: what lies behind it is not the cache's to list, move or tidy up
 */
export async function filesInQuarantine(root: string): Promise<string[]> {
  if (lstatSync(join(root, QUARANTINE_PATH), { throwIfNoEntry: false })?.isSymbolicLink())
    throw new CacheCorruptError(`${QUARANTINE_PATH} is a symbolic link, which is not followed; a folder belongs there`, {
      path: QUARANTINE_PATH
    })
  const files: string[] = []
  const folders = [QUARANTINE_PATH]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
        if (entry.isDirectory()) folders.push(`${folder}/${entry.name}`)
        else if (entry.isFile() || entry.isSymbolicLink()) files.push(`${folder}/${entry.name}`)
      }
    } catch (error) {
      if (!failedWith(error, 'ENOENT')) throw asSystemError(error, 'read', folder)
    }
  }
  return files.sort(comparePaths)
}

/** Those of them that are shards, with what their reason files say. */
export function quarantineEntries(root: string, files: readonly string[]): QuarantineEntry[] {
  return files.flatMap(path => {
    const shardPath = originOf(path)
    // Without the lock a shard may be restored while we look.
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false })
    if (shardPath === null || stat === undefined) return []
    const reason = readReason(root, path)
    return [
      {
        path,
        shardPath,
        reasons: reason?.reasons ?? [],
        at: reason === null ? null : BigInt(reason.at),
        // Of a link, those of the shard that it led to.
        bytes: stat.isSymbolicLink() ? (reason?.bytes ?? stat.size) : stat.size
      }
    ]
  })
}

/** When the Python package moved a file whose place was taken: it puts the time into the name. */
export function timeInName(path: string): bigint | null {
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
    const value: unknown = readSmallJson(join(root, `${path}${REASON_SUFFIX}`))
    if (!isReason(value)) return null
    return Number.isSafeInteger(value.bytes) ? value : { ...value, bytes: 0 }
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

/**
 * Clears away what a crash left: reasons whose shard never arrived or went back already, temp files, folders with nothing in them.
 * The caller holds the lock.
 */
export async function tidyQuarantine(root: string): Promise<void> {
  const files = await filesInQuarantine(root)
  const present = new Set(files)
  for (const file of files) {
    const orphaned = /\.(parquet|bad)\.reason\.json$/.test(file) && !present.has(file.slice(0, -REASON_SUFFIX.length))
    if (!orphaned && !isTempName(basename(file))) continue
    removeFile(join(root, file))
    removeEmptyFolders(root, file)
  }
}

/** Removes the folders above a file that went, as far as they hold nothing any more. */
export function removeEmptyFolders(root: string, path: string): void {
  for (let folder = dirname(path); folder.startsWith(QUARANTINE_PATH); folder = dirname(folder)) {
    try {
      rmdirSync(join(root, folder))
    } catch {
      // Not empty: others are still in it.
      return
    }
  }
}
