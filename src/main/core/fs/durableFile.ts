/** Files that are whole or not there: temp file in the same folder, fsync, rename, fsync of the folder. */
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

/** A name for a temp file in the folder of the file that it will become; no reader takes it for a shard. */
export function tempBeside(path: string): string {
  return join(dirname(path), `.lewm-tmp-${randomBytes(6).toString('hex')}`)
}

/** With what SQLite puts beside a temp index. Nothing else: whatever is called otherwise is somebody's, a shard perhaps. */
const TEMP_NAME = /^\.lewm-tmp-[0-9a-f]{12}(-journal|-wal|-shm)?$/

/** Whether a name is that of a temp file of ours; while one holds the cache's lock, those of others are what crashes left. */
export function isTempName(name: string): boolean {
  return TEMP_NAME.test(name)
}

/** Removes what crashes left in a folder; the caller holds the lock. */
export function sweepTempFiles(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (isTempName(entry.name) && !entry.isDirectory()) removeFile(join(folder, entry.name))
    }
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw asSystemError(error, 'tidy up', folder)
  }
}

/**
 * Writes a file under its final name in one step: a crash leaves the old state, or the new one.
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
 * Writes a file whose name nobody has: a link refuses what a rename would overwrite, be it there since a moment ago.
 * @returns false when the name is taken
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

/** Codes of file systems that have no links. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

function nameUnlessTaken(temp: string, path: string): boolean {
  try {
    linkSync(temp, path)
    return true
  } catch (error) {
    // A network file system may have linked and lost the answer.
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

/** Makes a file that is not there yet, and brings it to the disk. @throws what Node throws; the file may be there in part then */
export function writeWholeFile(path: string, pieces: readonly Uint8Array[]): void {
  const fd = openSync(path, 'wx', 0o666)
  try {
    writeAll(fd, pieces)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Whether a name is in use, be it by a link that leads nowhere. @throws what Node throws when the system does not tell */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** What the system does not let us look at may be there. */
export function mayBeThere(path: string): boolean {
  try {
    return isThere(path)
  } catch {
    return true
  }
}

/** Removes a file, if it is there. @throws what Node throws when the system refuses */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw error
  }
}

/** For clearing up after a failure, which must not hide it: what cannot be removed now, the next run sweeps away. */
export function removeQuietly(path: string): void {
  try {
    removeFile(path)
  } catch {
    // The failure that made us clear up is the one to tell of.
  }
}

/** Renames; a failure is believed only if the file did not move: a network file system may lose the answer and not the deed. */
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
    throw asSystemError(error, 'look at', path)
  }
}

/** Makes a folder and those above it, each durable in its parent. (Node's own `recursive` never returns below /proc.) */
export function makeFolder(folder: string): void {
  if (dirname(folder) === folder || isFolder(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder)
    syncFolder(dirname(folder))
  } catch (error) {
    if (!failedWith(error, 'EEXIST')) throw asSystemError(error, 'make the folder', folder)
  }
}

/** Moves a file; the move is durable when this returns. Both folders are on one file system: the cache's. */
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

/** Whether a move that failed was done all the same: what the system refused was to make it durable. */
export function hasMoved(from: string, to: string): boolean {
  try {
    return isThere(to) && !isThere(from)
  } catch {
    return false
  }
}

/** Makes renames in a folder durable. Windows and some network file systems cannot: there a rename is as durable as it gets. */
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
