/** The contents of the quarantine: shards with their reason files, and leftovers of crashes. */
import { lstatSync, rmdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { SystemError } from '../../../shared/model/errors.ts'
import type { QuarantineEntry } from '../../../shared/model/report.ts'
import { fromRecorded, isRecorded, type RecordedFinding } from '../../../shared/text/recordedFinding.ts'
import { isTempName, removeQuietly } from '../fs/durableFile.ts'
import { readSmallJson } from '../fs/smallFile.ts'
import { asSystemError, failedWith } from '../fs/systemError.ts'
import { comparePaths, QUARANTINE_PATH } from '../layouts/paths.ts'
import { checkCacheRoot } from './cacheRoot.ts'
import { quarantineFolder } from './quarantineFolder.ts'
import { originOf, REASON_SUFFIX, timeInName } from './quarantinePlace.ts'

/** The contents of a reason file. */
export type ReasonFile = {
  readonly shard_path: string
  /** For a person to read. */
  readonly reasons: readonly string[]
  /** The same as data; earlier versions wrote none, and a move by hand has none. */
  readonly findings?: readonly RecordedFinding[]
  readonly at: string
  readonly bytes: number
}

/** A folder of the quarantine that could not be read. */
export type UnreadFolder = { readonly path: string; readonly reason: string }

/**
 * Everything in quarantine, in path order, moved there by this program or by the Python package.
 * @param onUnread called for each folder that could not be read
 * @throws SystemError for such a folder without `onUnread`
 */
export async function listQuarantine(cacheDir: string, onUnread?: (folder: UnreadFolder) => void): Promise<QuarantineEntry[]> {
  const root = await checkCacheRoot(cacheDir)
  const { files, unread } = await filesInQuarantine(root)
  for (const folder of unread) {
    if (onUnread === undefined) throw new SystemError(folder.reason, { path: folder.path })
    onUnread(folder)
  }
  return quarantineEntries(root, files)
}

/**
 * All files and links below the quarantine, in path order, relative to the root, and folders of it that cannot be read.
 * @throws CacheCorruptError if the quarantine is a link
 */
export async function filesInQuarantine(root: string): Promise<{ readonly files: string[]; readonly unread: UnreadFolder[] }> {
  quarantineFolder(root)
  const files: string[] = []
  const unread: UnreadFolder[] = []
  const folders = [QUARANTINE_PATH]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
        if (entry.isDirectory()) folders.push(`${folder}/${entry.name}`)
        else if (entry.isFile() || entry.isSymbolicLink()) files.push(`${folder}/${entry.name}`)
      }
    } catch (error) {
      if (!failedWith(error, 'ENOENT')) unread.push({ path: folder, reason: asSystemError(error, 'read', folder).message })
    }
  }
  return { files: files.sort(comparePaths), unread }
}

/** The shards among them, with the contents of their reason files. */
export function quarantineEntries(root: string, files: readonly string[]): QuarantineEntry[] {
  return files.flatMap(path => {
    if (originOf(path, null) === null) return []
    // Without the lock, a shard may be restored during this loop.
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false })
    if (stat === undefined) return []
    const reason = readReason(root, path)
    const shardPath = originOf(path, reason?.shard_path ?? null)
    if (shardPath === null) return []
    return [
      {
        path,
        shardPath,
        reasons: reason?.reasons ?? [],
        findings: reason?.findings?.map(fromRecorded) ?? [],
        at: reason === null ? null : BigInt(reason.at),
        // For a link, the metadata of its target.
        bytes: stat.isSymbolicLink() ? (reason?.bytes ?? stat.size) : stat.size
      }
    ]
  })
}

/** When a file was moved, if that was recorded. */
export function timeOf({ at, path }: QuarantineEntry): bigint {
  return at ?? timeInName(path) ?? -1n
}

function readReason(root: string, path: string): ReasonFile | null {
  try {
    const value: unknown = readSmallJson(join(root, `${path}${REASON_SUFFIX}`))
    return reasonOf(value)
  } catch {
    // No reason file, or not one of this program: another program moved the shard.
    return null
  }
}

function reasonOf(value: unknown): ReasonFile | null {
  if (typeof value !== 'object' || value === null || !('reasons' in value) || !('at' in value)) return null
  const { reasons, at } = value
  if (!Array.isArray(reasons) || !reasons.every(reason => typeof reason === 'string')) return null
  if (typeof at !== 'string' || !/^\d{1,20}$/.test(at)) return null
  const shardPath = 'shard_path' in value && typeof value.shard_path === 'string' ? value.shard_path : ''
  const bytes = 'bytes' in value && typeof value.bytes === 'number' && Number.isSafeInteger(value.bytes) ? value.bytes : 0
  const findings = 'findings' in value && Array.isArray(value.findings) && value.findings.every(isRecorded) ? value.findings : []
  return { shard_path: shardPath, reasons, findings, at, bytes }
}

/**
 * Removes leftovers of crashes: reason files whose shard never arrived or was restored, temporary files, empty folders. Anything that
 * cannot be removed stays for the next run. The caller holds the lock.
 * @throws CacheCorruptError if the quarantine is a link
 */
export async function tidyQuarantine(root: string): Promise<void> {
  const { files } = await filesInQuarantine(root)
  const present = new Set(files)
  for (const file of files) {
    const orphaned = /\.(parquet|bad)\.reason\.json$/.test(file) && !present.has(file.slice(0, -REASON_SUFFIX.length))
    if (!orphaned && !isTempName(basename(file))) continue
    removeQuietly(join(root, file))
    removeEmptyFolders(root, file)
  }
}

/** Removes the folders above a removed file, as far as they are empty. */
export function removeEmptyFolders(root: string, path: string): void {
  for (let folder = dirname(path); folder.startsWith(QUARANTINE_PATH); folder = dirname(folder)) {
    try {
      rmdirSync(join(root, folder))
    } catch {
      // Not empty: other files are still in it.
      return
    }
  }
}
