/** The folder that a command line requests, as an absolute path. */
import { isAbsolute, resolve } from 'node:path'

/** The option that `lewm-cache open` uses, because Chromium reorders other arguments. */
const OPEN_SWITCH = '--open='

/**
 * @param argv as the operating system passed it
 * @param packaged whether plain arguments are folders: before packaging, the first of them is the program
 * @param cwd base of relative paths
 * @returns null if none was requested
 */
export function requestedFolder(argv: readonly string[], packaged: boolean, cwd: string): string | null {
  const named = argv.find(argument => argument.startsWith(OPEN_SWITCH))?.slice(OPEN_SWITCH.length)
  const path = named ?? (packaged ? argv.slice(1).find(argument => !argument.startsWith('-')) : undefined)
  if (path === undefined || path === '') return null
  return isAbsolute(path) ? path : resolve(cwd, path)
}
