/** What lies among the shards and cannot be read as one, though somebody may have meant it to be. */
import { type Dirent, lstatSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { type Finding, finding } from '../../shared/model/finding.ts'
import { EMBEDDINGS_DIR } from './layout.ts'

/**
 * @param root absolute
 * @param folder relative to it
 * @returns null for shards, folders and whatever has nothing to do with the cache
 */
export function findingOfEntry(root: string, folder: string, entry: Dirent): Finding | null {
  const path = `${folder}/${entry.name}`
  const shard = entry.name.endsWith('.parquet')
  if (entry.isFile())
    return shard && isUnnameable(join(root, path), entry.name)
      ? finding('unreadable', path, 'its name is not UTF-8 text, so that it can be neither opened nor moved; rename it')
      : null
  if (shard) return finding('not_a_file', path, `is called like a shard and is ${whatIs(entry)}; it was not read and is not indexed`)
  if (!entry.isSymbolicLink() || !leadsOut(root, path)) return null
  const message = 'is a symbolic link to a folder outside of the cache; what lies there was not read and is not indexed'
  return finding('not_a_file', path, message)
}

function whatIs(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'a symbolic link, which we do not follow'
  return entry.isDirectory() ? 'a folder' : 'a pipe, socket or device'
}

/** Node puts U+FFFD where a name has bytes that are no text, and then finds no such file. */
function isUnnameable(path: string, name: string): boolean {
  return name.includes('\ufffd') && lstatSync(path, { throwIfNoEntry: false }) === undefined
}

/** Links that lead nowhere lead nobody out; shards that are also reached without the link are read there. */
function leadsOut(root: string, path: string): boolean {
  try {
    const target = realpathSync(join(root, path))
    return statSync(target).isDirectory() && !`${target}${sep}`.startsWith(`${realpathSync(join(root, EMBEDDINGS_DIR))}${sep}`)
  } catch {
    return false
  }
}
