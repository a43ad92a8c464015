/** Decides from folder names alone whether a path belongs to a cache, so that nothing else is written there. */
import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { EMBEDDINGS_DIR, INDEX_DB_NAME, QUARANTINE_DIR } from './layout.ts'

const LOCK_NAME = '.lewm-cache.lock'
/** The limit of Linux. */
const MAX_LINKS = 40

/** Whether a folder holds the shards of a cache. A folder that is only named `embeddings` does not. */
function holdsShards(folder: string): boolean {
  const names = namesIn(folder)
  return names.some(isOfCache) || names.some(encoder => hasLayers(join(folder, encoder)))
}

/** Whether there are shards where GenoLeWM puts them: layer, pool, shard. */
function hasLayers(encoder: string): boolean {
  return namesIn(encoder)
    .filter(name => /^-?\d+$/.test(name))
    .flatMap(layer => namesIn(join(encoder, layer)).map(pool => join(encoder, layer, pool)))
    .some(pool => namesIn(pool).some(name => name.endsWith('.parquet')))
}

/** The root of the cache that contains a path, at any depth; null for none. @param path absolute */
export function cacheAround(path: string): string | null {
  for (let folder = realPlaceOf(path); ; folder = dirname(folder)) {
    if (holdsShards(join(folder, EMBEDDINGS_DIR))) return folder
    if (dirname(folder) === folder) return null
  }
}

/** Whether a path is below the `embeddings` of a cache. @param path absolute, with its links resolved */
export function liesAmongShards(path: string): boolean {
  for (let folder = dirname(path); dirname(folder) !== folder; folder = dirname(folder)) {
    if (basename(folder) === EMBEDDINGS_DIR && (isOfCache(basename(path)) || holdsShards(folder))) return true
  }
  return false
}

/**
 * An absolute path with its links resolved. A dangling link is resolved to its target, and links are resolved before `..`, as the
 * system does.
 * @throws what Node throws for a circle of links
 */
export function realPlaceOf(path: string, links = MAX_LINKS): string {
  // `resolve` would remove `link/..` although the link may point elsewhere.
  const absolute = isAbsolute(path) ? path : `${process.cwd()}${sep}${path}`
  try {
    return realpathSync.native(absolute)
  } catch (error) {
    const parent = dirname(absolute)
    if (parent === absolute) return absolute
    const place = join(realPlaceOf(parent, links), basename(absolute))
    const target = linkTarget(place)
    if (target === null) return place
    if (links === 0) throw error
    return realPlaceOf(resolve(dirname(place), target), links - 1)
  }
}

/** The target of a symbolic link as written in it; null for anything else. */
export function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function isOfCache(name: string): boolean {
  return name.startsWith(INDEX_DB_NAME) || name === QUARANTINE_DIR || name.startsWith(LOCK_NAME)
}

/** Empty if it is not a folder or cannot be listed. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
