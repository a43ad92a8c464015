/** Which cache a command works on, and which shard a person means. */
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { checkCacheRoot, defaultCacheDir } from '../../core/index.ts'
import type { Context } from './context.ts'

/** The folder as given, or the default; it may not exist yet. */
export function cacheDirOf(context: Context): string {
  return context.cache ?? defaultCacheDir(context.io.env)
}

/**
 * The absolute path of a cache that exists.
 * @throws InputError that says what was found instead, SystemError
 */
export function cacheRootOf(context: Context): Promise<string> {
  return checkCacheRoot(cacheDirOf(context))
}

/**
 * The shard's path relative to the cache root, `/`-separated: as printed by the commands, or as the shell completes it (absolute or
 * relative to the working directory).
 */
export function shardPathOf(root: string, argument: string): string {
  if (argument.startsWith('embeddings/')) return argument
  const fromRoot = relative(root, resolve(argument))
  const isInside = fromRoot !== '' && !isAbsolute(fromRoot) && fromRoot.split(sep)[0] !== '..'
  return isInside ? slashed(fromRoot) : slashed(argument)
}

/** With `/` whatever the system separates with. */
export function slashed(path: string): string {
  return path.split(sep).join('/')
}
