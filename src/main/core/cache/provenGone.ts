/** Whether a path of the cache is known to be free: what the system does not show may exist. */
import { lstatSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { standInNames } from '../parquet/file/placeholders.ts'

/**
 * Whether no file can be at a path. A dangling link, a file that stands for the shard, a folder that may not be entered or a server that does not answer proves nothing.
 * @param root absolute
 * @param path relative to it, `/`-separated
 */
export function isProvenGone(root: string, path: string): boolean {
  let at = root
  try {
    for (const part of path.split('/')) {
      at = join(at, part)
      const entry = lstatSync(at, { throwIfNoEntry: false })
      if (entry === undefined)
        return standInNames(part).every(name => lstatSync(join(dirname(at), name), { throwIfNoEntry: false }) === undefined)
      if (entry.isSymbolicLink() && statSync(at, { throwIfNoEntry: false }) === undefined) return false
    }
  } catch {
    // Refused: the path may exist.
  }
  return false
}
