/** Reads small files of unknown origin in a cache. Never waits for a pipe, follows no link, and reads no large file into memory. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { failedWith } from './systemError.ts'

/** Opens a path of unknown kind. Waits for no pipe and follows no link. */
export const READ_PLAIN = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

const AT_MOST_BYTES = 16 * 1024 * 1024

/**
 * @returns the bytes; null for anything but a regular file of at most 16 MiB
 * @throws what Node throws if it cannot be read, also if there is no such file
 */
export function readSmallFile(path: string): Buffer | null {
  let fd: number
  try {
    fd = openSync(path, READ_PLAIN)
  } catch (error) {
    if (NOT_PLAIN.some(code => failedWith(error, code))) return null
    throw error
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile() || stat.size > AT_MOST_BYTES) return null
    const bytes = Buffer.alloc(stat.size)
    let read = 0
    for (let count = 1; count > 0 && read < bytes.length; read += count) count = readSync(fd, bytes, read, bytes.length - read, null)
    return bytes.subarray(0, read)
  } finally {
    closeSync(fd)
  }
}

/** The JSON in such a file. @throws SyntaxError for anything else, and what Node throws if it cannot be read */
export function readSmallJson(path: string): unknown {
  return JSON.parse(readSmallFile(path)?.toString() ?? '')
}

/** The error codes for links, sockets and devices without a driver; on Windows for folders. */
const NOT_PLAIN = ['ELOOP', 'ENXIO', 'EISDIR']
