/** The folder that a window opens. It must be a folder; the window reports whether it is a cache. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { InputError } from '../../../shared/model/errors.ts'
import { asSystemError, failedWith } from '../../core/index.ts'

/**
 * @returns its absolute path
 * @throws InputError if there is no such folder, SystemError
 */
export async function folderToOpen(dir: string): Promise<string> {
  const path = resolve(dir)
  if (!(await isFolder(path))) throw new InputError(`there is no folder ${dir}`, { field: 'dir', value: dir })
  return path
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (failedWith(error, 'ENOENT') || failedWith(error, 'ENOTDIR')) return false
    throw asSystemError(error, 'open', path)
  }
}
