/** Files that are whole or not there: temp file in the same folder, fsync, rename, fsync of the folder. */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writevSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { asSystemError, failedWith } from './systemError.ts'

/** Prefix of our temp files: never ends in `.parquet`, so that no reader takes one for a shard. */
export const TEMP_PREFIX = '.lewm-tmp-'

/**
 * Writes a file under its final name in one step: a crash leaves the old state, or the new one.
 * @throws SystemError; nothing is left behind
 */
export function writeFileDurably(path: string, pieces: readonly Uint8Array[]): void {
  makeFolder(dirname(path))
  const temp = join(dirname(path), `${TEMP_PREFIX}${randomBytes(6).toString('hex')}`)
  try {
    const fd = openSync(temp, 'wx', 0o666)
    try {
      writeAll(fd, pieces)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temp, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(temp, { force: true })
    throw asSystemError(error, 'write', path)
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

/** Makes a folder and those above it, each durable in its parent. (Node's own `recursive` never returns below /proc.) */
export function makeFolder(folder: string): void {
  if (existsSync(folder) || dirname(folder) === folder) return
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
    renameSync(from, to)
    syncFolder(dirname(to))
    syncFolder(dirname(from))
  } catch (error) {
    throw asSystemError(error, `move ${basename(from)} to`, to)
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
