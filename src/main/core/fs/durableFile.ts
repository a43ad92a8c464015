/** Writes files completely or not at all: temporary file in the same folder, fsync, rename, fsync of the folder. */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writevSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { asSystemError, failedWith } from './systemError.ts'

/** A name for a temporary file in the folder of the final file. No reader treats it as a shard. */
export function tempBeside(path: string): string {
  return join(dirname(path), `.lewm-tmp-${randomBytes(6).toString('hex')}`)
}

/** With the journal files of a temporary index. No other names: such a file belongs to the user and may be a shard. */
const TEMP_NAME = /^\.lewm-tmp-[0-9a-f]{12}(-journal|-wal|-shm)?$/

/** Whether a name is that of a temporary file of this program. While a process holds the cache's lock, others are leftovers of crashes. */
export function isTempName(name: string): boolean {
  return TEMP_NAME.test(name)
}

/** Removes leftovers of crashes in a folder. The caller holds the lock. */
export function sweepTempFiles(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (isTempName(entry.name) && !entry.isDirectory()) removeFile(join(folder, entry.name))
    }
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw asSystemError(error, 'clean up', folder)
  }
}

/**
 * Writes a file under its final name in one step. A crash leaves the old state or the new one.
 * @throws SystemError; nothing is left behind
 */
export function writeFileDurably(path: string, pieces: readonly Uint8Array[]): void {
  makeFolder(dirname(path))
  const temp = tempBeside(path)
  try {
    writeWholeFile(temp, pieces)
    renameCertainly(temp, path)
    syncFolder(dirname(path))
  } catch (error) {
    removeQuietly(temp)
    throw asSystemError(error, 'write', path)
  }
}

/**
 * Writes a file under a free name. A link fails where a rename would overwrite, even if the name was taken a moment ago.
 * @returns false if the name is taken
 * @throws SystemError; nothing is left behind
 */
export function writeNewFileDurably(path: string, pieces: readonly Uint8Array[]): boolean {
  makeFolder(dirname(path))
  const temp = tempBeside(path)
  try {
    writeWholeFile(temp, pieces)
    const named = nameUnlessTaken(temp, path)
    syncFolder(dirname(path))
    return named
  } catch (error) {
    throw asSystemError(error, 'write', path)
  } finally {
    removeQuietly(temp)
  }
}

/** Codes of file systems without hard links. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

function nameUnlessTaken(temp: string, path: string): boolean {
  try {
    linkSync(temp, path)
    return true
  } catch (error) {
    // A network file system may have linked and lost the reply.
    if (failedWith(error, 'EEXIST')) return isSameFile(temp, path)
    if (!WITHOUT_LINKS.some(code => failedWith(error, code))) throw error
    if (isThere(path)) return false
    renameCertainly(temp, path)
    return true
  }
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [lstatSync(one, { bigint: true }), lstatSync(other, { bigint: true, throwIfNoEntry: false })]
  return a.dev === b?.dev && a.ino === b.ino
}

/** Creates a new file and syncs it to disk. @throws what Node throws; a partial file may then remain */
export function writeWholeFile(path: string, pieces: readonly Uint8Array[]): void {
  const fd = openSync(path, 'wx', 0o666)
  try {
    writeAll(fd, pieces)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Whether a name is in use, even by a dangling link. @throws what Node throws if that cannot be determined */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** If `lstat` fails, assume that the path exists. */
export function mayBeThere(path: string): boolean {
  try {
    return isThere(path)
  } catch {
    return true
  }
}

/** Removes a file if it exists. @throws what Node throws if it cannot */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error
  }
}

/** Cleans up after a failure without hiding it. Anything that cannot be removed is removed by the next run. */
export function removeQuietly(path: string): void {
  try {
    removeFile(path)
  } catch {
    // The original failure is the one to report.
  }
}

/** Renames. After an error, checks whether the file moved: on a network file system, rename may succeed although the call fails. */
export function renameCertainly(from: string, to: string): void {
  const { dev, ino } = lstatSync(from, { bigint: true })
  try {
    renameSync(from, to)
  } catch (error) {
    const there = lstatSync(to, { bigint: true, throwIfNoEntry: false })
    const moved = there?.dev === dev && there.ino === ino && lstatSync(from, { throwIfNoEntry: false }) === undefined
    if (!moved) throw error
  }
}

function writeAll(fd: number, pieces: readonly Uint8Array[]): void {
  let rest = pieces.filter(piece => piece.length > 0)
  while (rest.length > 0) {
    const batch = rest.slice(0, 512)
    let written = writevSync(fd, batch)
    let taken = 0
    while (taken < batch.length && written >= (batch[taken]?.length ?? 0)) written -= batch[taken++]?.length ?? 0
    const cut = batch[taken]
    rest = [...(cut === undefined ? [] : [cut.subarray(written)]), ...rest.slice(taken + (cut === undefined ? 0 : 1))]
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    throw asSystemError(error, 'inspect', path)
  }
}

/** Creates a folder and its parents, each durable in its parent. (Node's own `recursive` never returns below /proc.) */
export function makeFolder(folder: string): void {
  if (dirname(folder) === folder || isFolder(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
    syncFolder(dirname(folder))
  } catch (error) {
    if (!failedWith(error, 'EEXIST')) throw asSystemError(error, 'create the folder', folder)
  }
}

/** Moves a file. The move is durable when this returns. Both folders are on the cache's file system. */
export function moveFile(from: string, to: string): void {
  makeFolder(dirname(to))
  try {
    renameCertainly(from, to)
    syncFolder(dirname(to))
    syncFolder(dirname(from))
  } catch (error) {
    throw asSystemError(error, `move ${basename(from)} to`, to)
  }
}

/** Whether a failed move took place, so that only making it durable failed. */
export function hasMoved(from: string, to: string): boolean {
  try {
    return isThere(to) && !isThere(from)
  } catch {
    return false
  }
}

/** Makes renames in a folder durable. Not possible on Windows and some network file systems; there a rename is as durable as it gets. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } catch (error) {
    if (!failedWith(error, 'EINVAL') && !failedWith(error, 'ENOTSUP')) throw error
  } finally {
    closeSync(fd)
  }
}
