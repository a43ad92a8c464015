/** Finds the cache and the shards that a command line names. */
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { checkCacheRoot, defaultCacheDir } from '../../core/index.ts'
import type { Context } from './context.ts'

/** The given folder or the default. It may not exist yet. */
export function cacheDirOf(context: Context): string {
  return context.cache ?? defaultCacheDir(context.io.env)
}

/**
 * The absolute path of a cache that exists.
 * @throws InputError that describes the folder found instead, SystemError
 */
export function cacheRootOf(context: Context): Promise<string> {
  return checkCacheRoot(cacheDirOf(context))
}

/**
 * The shard's path relative to the cache root, `/`-separated. Accepts paths as the commands print them, and as the shell completes them
 * (absolute or relative to the working directory).
 */
export function shardPathOf(root: string, argument: string): string {
  if (argument.startsWith('embeddings/')) return argument
  const fromRoot = relative(root, resolve(argument))
  const isInside = fromRoot !== '' && !isAbsolute(fromRoot) && fromRoot.split(sep)[0] !== '..'
  return isInside ? slashed(fromRoot) : slashed(argument)
}

/** With `/` instead of the system's separator. */
export function slashed(path: string): string {
  return path.split(sep).join('/')
}
