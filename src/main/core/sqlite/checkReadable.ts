/** Distinguishes a damaged index from one that cannot be read at present, which SQLite often confuses. */
import { closeSync, openSync, readSync } from 'node:fs'
import { asSystemError } from '../fs/systemError.ts'

const PIECE_BYTES = 1024 * 1024
/** A file may claim any size. */
const AT_MOST_MS = 5_000

/**
 * Reads a file for up to five seconds, and discards the data. Only for the owner of the cache's lock, after closing the index: closing a
 * file releases the locks of other connections of this process (POSIX), which are then only readers.
 * @throws SystemError if a part cannot be read
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
