/**
 * Determines which known cache is at a path. The path alone is not enough: different disks can be mounted at one path, and caches are
 * moved, copied and restored from backups. The identity of the folder or the content decides.
 */
import { statSync } from 'node:fs'
import { lstat, opendir, realpath, stat as statFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileStamp } from '../../../shared/model/report.ts'
import { failedWith } from '../fs/systemError.ts'
import { EMBEDDINGS_DIR } from '../layouts/layout.ts'
import { shardFilePath } from '../layouts/paths.ts'
import { digestShard } from '../shards/digestShard.ts'
import type { KnownCache, Ledger } from './ledger.ts'

/** Number of shards to check, evenly spaced over all verified ones. */
const SAMPLE = 20
/** Number of shards to read if sizes and times prove nothing. */
const READ = 3

type Sampled = FileStamp & { readonly shardPath: string; readonly sha256: string | null }

/**
 * Determines which cache is at a path. From then on, the ledger returns the records of that cache. A cache that was at this path before is
 * the same one unless its folder is another and none of its shards is present. A cache that moved here is recognized by its folder, or by
 * more than half of a sample of its shards. In the second case its own records stay, because it may return.
 * @param root absolute real path of a cache
 * @returns the previous path of the cache; null if it is new or was known at this path
 */
export async function followMove(ledger: Ledger, root: string): Promise<string | null> {
  const folder = folderIdentity(root)
  const here = ledger.cachesAt(root)
  const same = here.find(cache => cache.folder !== null && cache.folder === folder) ?? (await sameByContent(ledger, root, here))
  if (same !== undefined) {
    if (!same.isCurrent || same.folder !== folder) ledger.setCurrent(root, same.id, folder)
    return null
  }
  for (const cache of ledger.knownCaches()) {
    if (cache.root === root) continue
    const isFolder = cache.folder !== null && cache.folder === folder
    // The old path is checked last, because it may be on a disk that does not respond.
    if (!isFolder && !(await holdsMost(root, ledger.sampleOf(cache.id, SAMPLE)))) continue
    if (!(await isGone(cache.root))) continue
    if (isFolder) ledger.setCurrent(root, cache.id, folder)
    else ledger.inherit(cache.id, root, folder)
    return cache.root
  }
  if (here.length > 0) ledger.setCurrent(root, null, folder)
  return null
}

/**
 * Distinguishes the folder of shards from others at its path at other times: its inode and birth time.
 * @returns null if it cannot be inspected
 */
export function folderIdentity(root: string): string | null {
  try {
    const { ino, birthtimeNs } = statSync(join(root, EMBEDDINGS_DIR), { bigint: true })
    return `${ino}:${birthtimeNs}`
  } catch {
    return null
  }
}

/** The cache among those that were here before of which a shard is present. If nothing is present at all, a cache has lost its shards. */
async function sameByContent(ledger: Ledger, root: string, caches: readonly KnownCache[]): Promise<KnownCache | undefined> {
  for (const cache of caches) {
    const sample = ledger.sampleOf(cache.id, SAMPLE)
    const stamps = await Promise.all(sample.map(shard => agrees(root, shard)))
    if (stamps.includes(true) || (await holdsBytes(root, sample))) return cache
  }
  const [last] = caches
  if (last === undefined) return undefined
  return last.folder === null || !(await hasShards(join(root, EMBEDDINGS_DIR))) ? last : undefined
}

async function holdsMost(root: string, sample: readonly Sampled[]): Promise<boolean> {
  const agreeing = await Promise.all(sample.map(shard => agrees(root, shard)))
  return agreeing.filter(Boolean).length * 2 > sample.length || holdsBytes(root, sample)
}

async function agrees(root: string, { shardPath, bytes, mtimeNs }: Sampled): Promise<boolean> {
  try {
    const stat = await statFile(shardFilePath(root, shardPath), { bigint: true })
    return stat.size === BigInt(bytes) && stat.mtimeNs === mtimeNs
  } catch {
    return false
  }
}

/** Whether one of the shards has its recorded digest. Files restored from a backup have other times. */
async function holdsBytes(root: string, sample: readonly Sampled[]): Promise<boolean> {
  let read = 0
  for (const { shardPath, bytes, sha256 } of sample) {
    if (sha256 === null || read === READ) continue
    try {
      if ((await statFile(shardFilePath(root, shardPath))).size !== bytes) continue
      read += 1
      if ((await digestShard(root, shardPath)) === sha256) return true
    } catch {
      // An unreadable file proves nothing.
    }
  }
  return false
}

async function hasShards(embeddings: string): Promise<boolean> {
  try {
    for await (const entry of await opendir(embeddings, { recursive: true })) if (entry.name.endsWith('.parquet')) return true
    return false
  } catch {
    return false
  }
}

/**
 * Whether a cache is no longer at its old path: nothing is there, or a link to somewhere else. If that cannot be determined, it may still
 * be there.
 */
async function isGone(root: string): Promise<boolean> {
  try {
    if ((await realpath(root)) !== root) return true
    await lstat(join(root, EMBEDDINGS_DIR))
    return false
  } catch (error) {
    return failedWith(error, 'ENOENT') || failedWith(error, 'ENOTDIR')
  }
}
