/** All shards of a cache in the order in which Python finds them, without the quarantine. Links are followed according to the policy. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CancelledError, SystemError } from '../../../shared/model/errors.ts'
import { type Finding, finding } from '../../../shared/model/finding.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { asSystemError, failedWith } from '../fs/systemError.ts'
import { EMBEDDINGS_DIR } from '../layouts/layout.ts'
import { comparePaths } from '../layouts/paths.ts'
import { sortFolder } from './folderContents.ts'

export type ShardWalk = {
  /** Relative to the root, in path order. */
  readonly shardPaths: string[]
  /** Entries named `*.parquet` that are not readable shards, links that are not followed, and folders that cannot be read. */
  readonly findings: Finding[]
  /** Folders among them that could not be read. Their contents are unknown. */
  readonly unread: Finding[]
  /** Temporary files of this program, relative to the root: of an active writer, or left by a crash. */
  readonly tempFiles: string[]
  /** Other paths of shards and folders, with the canonical path. */
  readonly aliases: Map<string, string>
}

/**
 * Walks `embeddings/`.
 * @param root absolute
 * @throws SystemError if `embeddings/` itself cannot be read, CancelledError
 */
export async function walkShards(root: string, signal?: AbortSignal): Promise<ShardWalk> {
  const targets: [string, string][] = []
  const walk: ShardWalk = { shardPaths: [], findings: [], unread: [], tempFiles: [], aliases: new Map() }
  let folders = [EMBEDDINGS_DIR]
  while (folders.length > 0) {
    if (signal?.aborted) throw new CancelledError()
    const listed = await Promise.all(folders.slice(0, 64).map(folder => list(root, folder, walk)))
    const next = listed.flatMap(({ folder, entries }) => take(root, folder, entries, walk, targets))
    folders = [...folders.slice(64), ...next]
  }
  walk.shardPaths.sort(comparePaths)
  return withoutTargets(walk, targets)
}

/**
 * A store of files inside the cache, to which links at the paths of shards lead. The links are the shards, because targets are never moved.
 * @param targets path of a file in the store, path of a link
 */
function withoutTargets(walk: ShardWalk, targets: readonly [string, string][]): ShardWalk {
  if (targets.length === 0) return walk
  const { findings, aliases } = walk
  const present = new Set(walk.shardPaths)
  for (const [path, link] of [...targets].sort(([, a], [, b]) => comparePaths(a, b))) {
    if (!present.delete(path)) continue
    aliases.set(path, link)
    findings.push(finding('stray_file', path, { is: 'target_of_link', shard: link }, { details: { link: 'target', shard: link } }))
  }
  return { ...walk, shardPaths: walk.shardPaths.filter(path => present.has(path)) }
}

/** The canonical path of a shard. If an index or a user names it through a link, that is the path of the shard itself. */
export function withoutAliases({ aliases }: Pick<ShardWalk, 'aliases'>, path: string): string {
  for (let end = path.length; end > 0 && aliases.size > 0; end = path.lastIndexOf('/', end - 1)) {
    const counts = aliases.get(path.slice(0, end))
    if (counts !== undefined) return `${counts}${path.slice(end)}`
  }
  return path
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
    const found = finding('unreadable', folder, { cause: 'folder', reason: fault.message }, { details: fault.details })
    unread.push(found)
    findings.push(found)
    return { folder, entries: [] }
  }
}

function take(
  root: string,
  folder: string,
  entries: readonly Dirent[],
  { shardPaths, findings, tempFiles, aliases }: ShardWalk,
  targets: [string, string][]
): string[] {
  const contents = sortFolder(root, folder, entries)
  const pathOf = (name: string): string => `${folder}/${name}`
  shardPaths.push(...contents.shards.map(pathOf))
  tempFiles.push(...contents.tempFiles.map(pathOf))
  findings.push(...contents.findings)
  targets.push(...contents.targets)
  for (const [path, counts] of contents.aliases) aliases.set(path, counts)
  return contents.folders.map(pathOf)
}

/**
 * Findings about shards that may exist and were not read: unreadable folders and names, links that are not followed, placeholders. Listings
 * and searches report them, because these shards are missing from their results.
 */
export function hiddenShards({ findings }: Pick<ShardWalk, 'findings'>): Finding[] {
  return findings.filter(({ severity, details }) => severity === 'unreadable' || severity === 'missing' || details.link === 'not_followed')
}

/** For callers that need all shards or none. @throws SystemError if a folder could not be read */
export function wholeWalk(walk: ShardWalk): ShardWalk {
  const [refused] = walk.unread
  if (refused !== undefined) throw new SystemError(`${refused.shardPath}: ${describeFinding(refused)}`, refused.details)
  return walk
}
