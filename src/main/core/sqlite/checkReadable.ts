/** Tells an index that is spoiled from one that the system does not read just now: SQLite often takes the second for the first. */
import { closeSync, openSync, readSync } from 'node:fs'
import { asSystemError } from '../fs/systemError.ts'

const PIECE_BYTES = 1024 * 1024
/** A file may claim any size. */
const AT_MOST_MS = 5_000

/**
 * Reads a file, as far as five seconds reach, and forgets it. Only for whoever holds the cache's lock, and has closed the index: closing a file takes the locks of
 * this process's other connections away (POSIX), which then are readers at most.
 * @throws SystemError when the system refuses some of it
 */
export function checkReadable(path: string): void {
  try {
    const fd = openSync(path, 'r')
    try {
      const piece = Buffer.allocUnsafe(PIECE_BYTES)
      const deadline = performance.now() + AT_MOST_MS
      for (let at = 0, read = 1; read > 0 && performance.now() < deadline; at += read) read = readSync(fd, piece, 0, piece.length, at)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    throw asSystemError(error, 'read', path)
  }
}
