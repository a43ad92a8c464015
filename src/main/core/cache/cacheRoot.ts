/** Decides whether a folder is a cache. If not, describes it and finds the nearest cache. */
import { lstatSync, realpathSync } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { InputError } from '../../../shared/model/errors.ts'
import { linkTarget } from '../fs/links.ts'
import { asSystemError, failedWith } from '../fs/systemError.ts'
import { EMBEDDINGS_DIR } from '../layouts/layout.ts'

/**
 * Checks that a folder is a cache root, that is, contains a folder `embeddings`.
 * @returns its absolute real path
 * @throws InputError with `details.found` and `details.nearest_root`, SystemError if it cannot be read
 */
export async function checkCacheRoot(cacheDir: string): Promise<string> {
  const root = await existingFolder(cacheDir)
  checkEmbeddingsLink(root)
  if (await isCacheRoot(root)) {
    await readable(join(root, EMBEDDINGS_DIR))
    return root
  }
  const found = await describeFolder(root)
  const nearest = await nearestCacheRoot(root)
  const hint = nearest === null ? '' : `; the nearest cache is ${nearest}`
  throw new InputError(`${cacheDir} is not a GenoLeWM cache: it has no folder "${EMBEDDINGS_DIR}", it contains ${found}${hint}`, {
    field: 'cache',
    value: cacheDir,
    found,
    nearest_root: nearest
  })
}

/** @throws InputError if `embeddings` is a link that is dangling or not followed */
function checkEmbeddingsLink(root: string): void {
  const path = join(root, EMBEDDINGS_DIR)
  if (!isLink(path)) return
  const target = linkTarget(path)
  const fault =
    target.kind === 'nowhere'
      ? `is a symbolic link to ${target.target}, which does not exist`
      : target.kind === 'folder' && target.refusal !== null
        ? `is a symbolic link that was not followed: ${target.refusal}`
        : null
  if (fault === null) return
  throw new InputError(`${path} ${fault}`, { field: 'cache', value: root, found: 'a symbolic link', nearest_root: null })
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  } catch {
    // Reading the folder gives the reason.
    return false
  }
}

async function existingFolder(cacheDir: string): Promise<string> {
  try {
    const root = await realpath(cacheDir)
    if ((await stat(root)).isDirectory()) return root
  } catch (error) {
    if (!failedWith(error, 'ENOENT') && !failedWith(error, 'ENOTDIR')) throw asSystemError(error, 'open', cacheDir)
    throw new InputError(`the cache folder ${cacheDir} does not exist`, {
      field: 'cache',
      value: cacheDir,
      found: 'nothing',
      nearest_root: null
    })
  }
  const folder = dirname(realRoot(cacheDir))
  const nearest = (await isCacheRoot(folder)) ? folder : await nearestCacheRoot(folder)
  const hint = nearest === null ? '' : `; the nearest cache is ${nearest}`
  throw new InputError(`${cacheDir} is a file, not a cache folder${hint}`, {
    field: 'cache',
    value: cacheDir,
    found: 'a file',
    nearest_root: nearest
  })
}

async function readable(folder: string): Promise<void> {
  try {
    await readdir(folder)
  } catch (error) {
    throw asSystemError(error, 'read', folder)
  }
}

async function isCacheRoot(dir: string): Promise<boolean> {
  try {
    return (await stat(join(dir, EMBEDDINGS_DIR))).isDirectory()
  } catch {
    return false
  }
}

/** The absolute real path of a folder that may not exist yet. Links are resolved before `..`, as the operating system does. */
export function realRoot(cacheDir: string): string {
  try {
    return realpathSync.native(cacheDir)
  } catch (error) {
    const parent = dirname(cacheDir)
    if (!failedWith(error, 'ENOENT') || parent === cacheDir) throw asSystemError(error, 'open', cacheDir)
    return join(realRoot(parent), basename(cacheDir))
  }
}

const LEVELS_UP = 12

/** The cache that contains a folder or is just below it: a parent (up to twelve levels), else a child, else null. */
export async function nearestCacheRoot(dir: string): Promise<string | null> {
  let parent = dir
  for (let i = 0; i < LEVELS_UP && dirname(parent) !== parent; i++) {
    parent = dirname(parent)
    if (await isCacheRoot(parent)) return parent
  }
  try {
    for (const entry of (await readdir(dir, { withFileTypes: true })).slice(0, 1000)) {
      const child = join(dir, entry.name)
      if (entry.isDirectory() && (await isCacheRoot(child))) return child
    }
  } catch {
    // An unreadable folder has no children to offer.
  }
  return null
}

async function describeFolder(dir: string): Promise<string> {
  let names: string[]
  try {
    names = await readdir(dir)
  } catch (error) {
    throw asSystemError(error, 'read', dir)
  }
  if (names.length === 0) return 'nothing'
  const shown = names
    .sort()
    .slice(0, 5)
    .map(name => JSON.stringify(name))
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ')
}
