/** All shards of a cache in the order in which Python meets them. Nothing in quarantine, no folder behind a link. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CancelledError, SystemError } from '../../shared/model/errors.ts'
import { type Finding, finding } from '../../shared/model/finding.ts'
import { isTempName } from './durableFile.ts'
import { EMBEDDINGS_DIR, QUARANTINE_DIR } from './layout.ts'
import { findingOfEntry } from './oddEntry.ts'
import { comparePaths } from './paths.ts'
import { asSystemError, failedWith } from './systemError.ts'

export type ShardWalk = {
  /** Relative to the root, in path order. */
  readonly shardPaths: string[]
  /** What is called `*.parquet` and is no file, links out of the cache, and folders that cannot be read. */
  readonly findings: Finding[]
  /** Those of them that are folders which the system did not let us read: nothing is known of what lies below. */
  readonly unread: Finding[]
  /** Temp files of ours, relative to the root: of a writer at work, or left by a crash. */
  readonly tempFiles: string[]
}

/**
 * Walks `embeddings/`.
 * @param root absolute
 * @throws SystemError when `embeddings/` itself cannot be read, CancelledError
 */
export async function walkShards(root: string, signal?: AbortSignal): Promise<ShardWalk> {
  const walk: ShardWalk = { shardPaths: [], findings: [], unread: [], tempFiles: [] }
  let folders = [EMBEDDINGS_DIR]
  while (folders.length > 0) {
    if (signal?.aborted) throw new CancelledError()
    const listed = await Promise.all(folders.slice(0, 64).map(folder => list(root, folder, walk)))
    const next = listed.flatMap(({ folder, entries }) => sortEntries(root, folder, entries, walk))
    folders = [...folders.slice(64), ...next]
  }
  walk.shardPaths.sort(comparePaths)
  return walk
}

async function list(root: string, folder: string, { findings, unread }: ShardWalk): Promise<{ folder: string; entries: Dirent[] }> {
  try {
    return { folder, entries: await readdir(join(root, folder), { withFileTypes: true }) }
  } catch (error) {
    if (folder === EMBEDDINGS_DIR) {
      if (failedWith(error, 'ENOENT')) return { folder, entries: [] }
      throw asSystemError(error, 'read', join(root, folder))
    }
    const fault = asSystemError(error, 'read', folder)
    const message = `the folder could not be read, its shards were not looked at: ${fault.message}`
    const found = finding('unreadable', folder, message, { details: fault.details })
    unread.push(found)
    findings.push(found)
    return { folder, entries: [] }
  }
}

function sortEntries(root: string, folder: string, entries: readonly Dirent[], { shardPaths, findings, tempFiles }: ShardWalk): string[] {
  const folders: string[] = []
  for (const entry of entries) {
    if (entry.name === QUARANTINE_DIR) continue
    const path = `${folder}/${entry.name}`
    const odd = findingOfEntry(root, folder, entry)
    if (odd !== null) findings.push(odd)
    else if (entry.isFile() && entry.name.endsWith('.parquet')) shardPaths.push(path)
    else if (entry.isFile() && isTempName(entry.name)) tempFiles.push(path)
    if (entry.isDirectory()) folders.push(path)
  }
  return folders
}

/** For whoever needs all shards or none. @throws SystemError when a folder of them could not be read */
export function wholeWalk(walk: ShardWalk): ShardWalk {
  const [refused] = walk.unread
  if (refused !== undefined) throw new SystemError(`${refused.shardPath}: ${refused.message}`, refused.details)
  return walk
}
