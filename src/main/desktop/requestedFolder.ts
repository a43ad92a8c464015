/** The folder that a command line asks for, as an absolute path. */
import { isAbsolute, resolve } from 'node:path'

/** How `lewm-cache open` names it: Chromium takes the order of other arguments apart. */
const OPEN_SWITCH = '--open='

/**
 * @param argv as the system started us
 * @param packaged whether plain arguments are ours: before packaging, the first of them is the program
 * @param cwd what relative paths are relative to
 * @returns null when none was asked for
 */
export function requestedFolder(argv: readonly string[], packaged: boolean, cwd: string): string | null {
  const named = argv.find(argument => argument.startsWith(OPEN_SWITCH))?.slice(OPEN_SWITCH.length)
  const path = named ?? (packaged ? argv.slice(1).find(argument => !argument.startsWith('-')) : undefined)
  if (path === undefined || path === '') return null
  return isAbsolute(path) ? path : resolve(cwd, path)
}
