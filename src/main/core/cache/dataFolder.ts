/** The folder for the program's own data, which is never in a cache. */
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join, sep } from 'node:path'
import { SystemError } from '../../../shared/model/errors.ts'
import { asSystemError } from '../fs/systemError.ts'
import { cacheAround, realPlaceOf } from '../layouts/cachePlaces.ts'

const NAME = 'geno-lewm-cache-inspector'

/**
 * `$LEWM_CACHE_DATA`, else the platform's folder for application data. As the XDG base directory specification requires, a variable that is
 * empty or relative counts as unset. A folder in a cache is skipped.
 * @param root absolute path of the present cache, which may not be recognizable by its contents
 * @returns an absolute path
 * @throws SystemError if no folder is left
 */
export function dataFolder(env: NodeJS.ProcessEnv = process.env, root?: string): string {
  const found = candidates(env).find(path => path !== '' && refusal(path, root) === null)
  if (found !== undefined) return found
  throw new SystemError('there is no folder for application data: set LEWM_CACHE_DATA to a folder outside of every cache', {
    variable: 'LEWM_CACHE_DATA'
  })
}

/** Why `$LEWM_CACHE_DATA` is set and not used, as a clause; null if it is used or not set. */
export function ignoredDataFolder(env: NodeJS.ProcessEnv = process.env, root?: string): string | null {
  const { LEWM_CACHE_DATA: given } = env
  return given ? refusal(given, root) : null
}

function refusal(path: string, root: string | undefined): string | null {
  if (!isAbsolute(path)) return 'it is not an absolute path'
  try {
    const place = realPlaceOf(path)
    const cache = root !== undefined && isInside(place, root) ? root : cacheAround(place)
    return cache === null ? null : `it is in the cache ${cache}`
  } catch (error) {
    return asSystemError(error, 'use', path).message
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}

/** In order of preference. */
function candidates(env: NodeJS.ProcessEnv): string[] {
  const own = env.LEWM_CACHE_DATA ?? ''
  const homes = process.platform === 'win32' ? [homedir()] : [env.HOME ?? '', homeByName()]
  if (process.platform === 'win32') {
    const local = [env.LOCALAPPDATA ?? '', ...homes.map(home => join(home, 'AppData', 'Local'))]
    return [own, ...local.map(folder => join(folder, NAME))]
  }
  if (process.platform === 'darwin') return [own, ...homes.map(home => join(home, 'Library', 'Application Support', NAME))]
  const shares = [env.XDG_DATA_HOME ?? '', ...homes.map(home => join(home, '.local', 'share'))]
  return [own, ...shares.map(folder => join(folder, NAME))]
}

/** The home folder in the user database, independent of `$HOME`; empty if there is none. */
function homeByName(): string {
  try {
    return userInfo().homedir
  } catch {
    return ''
  }
}
