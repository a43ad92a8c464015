/** Temporary folders for data that does not fit into memory, or for copies of files that must not be touched. Each is removed after use. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { type CacheError, SystemError } from '../../../shared/model/errors.ts'
import { isGone } from './processStartTime.ts'
import { asSystemError } from './systemError.ts'

const OLD_MS = 86_400_000

/** `$TMPDIR`, and the folders that Python tries as well. A relative one is skipped, because it may be in a cache. */
function temporaryPlaces(): string[] {
  const places = process.platform === 'win32' ? [tmpdir()] : [tmpdir(), '/tmp', '/var/tmp']
  return [...new Set(places)].filter(place => isAbsolute(place))
}

/**
 * Creates a folder in the first writable one of these, and removes those with the same prefix whose process was killed a day ago or longer.
 * @param prefix ends in `-`
 * @throws SystemError if there can be none
 */
export function makeTemporaryFolder(prefix: string): string {
  const places = temporaryPlaces()
  let refusal: CacheError | undefined
  for (const place of places) {
    try {
      removeOldFolders(place, prefix)
      return mkdtempSync(join(place, `${prefix}${process.pid}-`))
    } catch (error) {
      refusal ??= asSystemError(error, 'create a temporary folder in', place)
    }
  }
  throw refusal ?? new SystemError('there is no folder for temporary files', { call: 'mkdtemp' })
}

function removeOldFolders(place: string, prefix: string): void {
  for (const name of namesIn(place)) {
    const [, pid] = name.startsWith(prefix) ? (/^(\d+)-/.exec(name.slice(prefix.length)) ?? []) : []
    if (pid !== undefined && isGone(Number(pid))) removeIfOld(join(place, name))
  }
}

/** None, for a folder that can be written to but not listed. */
function namesIn(place: string): string[] {
  try {
    return readdirSync(place)
  } catch {
    return []
  }
}

function removeIfOld(folder: string): void {
  try {
    if (Date.now() - statSync(folder).mtimeMs > OLD_MS) rmSync(folder, { recursive: true, force: true })
  } catch {
    // It belongs to another user, or no longer exists.
  }
}
