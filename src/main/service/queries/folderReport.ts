/** Paths that users enter: their meaning, and their contents. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { FolderReport } from '../../../shared/contract/index.ts'
import { CacheError, checkCacheRoot, InputError, nearestCacheRoot } from '../../core/index.ts'

/**
 * A path that a user typed, made absolute; a leading `~` is the home folder.
 * @throws InputError for an empty path, and for one that no system accepts
 */
export function absolutePath(path: string): string {
  const text = path.trim()
  if (text === '') throw new InputError('the path of a cache folder is missing', { field: 'path', value: path })
  if (text.includes('\0')) throw new InputError('a path cannot contain a NUL character', { field: 'path', value: path })
  if (text === '~') return homedir()
  return /^~[/\\]/.test(text) ? join(homedir(), text.slice(2)) : resolve(text)
}

/** The kind of a folder. Never fails because of its contents. */
export async function inspectFolder(path: string): Promise<FolderReport> {
  let absolute = path
  try {
    absolute = absolutePath(path)
    return { path: await checkCacheRoot(absolute), isCache: true, found: 'a GenoLeWM cache', nearestRoot: null }
  } catch (error) {
    if (!(error instanceof CacheError)) throw error
    const known = error.details.nearest_root
    const nearest = typeof known === 'string' ? known : path.trim() === '' || path.includes('\0') ? null : await nearestCacheRoot(absolute)
    return { path: absolute, isCache: false, found: error.message, nearestRoot: nearest }
  }
}
