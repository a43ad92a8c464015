/** Decides whether a path of the cache is known to be free. If the check fails, the path may exist. */
import { lstatSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { standInNames } from '../parquet/file/placeholders.ts'

/**
 * Whether no file can be at a path. A dangling link, a placeholder, an inaccessible folder or an unreachable server proves nothing.
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
    // Not accessible: the path may exist.
  }
  return false
}
