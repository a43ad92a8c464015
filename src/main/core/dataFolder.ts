/** Where the program keeps its own data, never in a cache. Loads nothing, so that the desktop's main process can ask as well. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `$LEWM_CACHE_DATA`, else the platform's place for it. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LEWM_CACHE_DATA !== undefined) return env.LEWM_CACHE_DATA
  const name = 'geno-lewm-cache-inspector'
  if (process.platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), name)
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name)
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), name)
}
