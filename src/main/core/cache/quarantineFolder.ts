/** The folder of the quarantine. What is behind a link in its place is not the cache's to list, write to or tidy up. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { CacheCorruptError } from '../../../shared/model/errors.ts'
import { QUARANTINE_PATH } from '../layouts/paths.ts'

/**
 * @param root absolute
 * @returns its absolute path; it may not exist yet
 * @throws CacheCorruptError when it is a symbolic link
 */
export function quarantineFolder(root: string): string {
  const folder = join(root, QUARANTINE_PATH)
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return folder
  throw new CacheCorruptError(`${QUARANTINE_PATH} is a symbolic link, which is not followed; a folder belongs there`, {
    path: QUARANTINE_PATH
  })
}
