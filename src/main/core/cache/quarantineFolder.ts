/** The folder of the quarantine. If a link is in its place, its target is never listed, written to or cleaned up. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { CacheCorruptError } from '../../../shared/model/errors.ts'
import { QUARANTINE_PATH } from '../layouts/paths.ts'

/**
 * @param root absolute
 * @returns its absolute path; it may not exist yet
 * @throws CacheCorruptError if it is a symbolic link
 */
export function quarantineFolder(root: string): string {
  const folder = join(root, QUARANTINE_PATH)
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return folder
  throw new CacheCorruptError(`${QUARANTINE_PATH} is a symbolic link, which is not followed; replace it with a folder`, {
    path: QUARANTINE_PATH
  })
}
