/** The program's log: a file in its data folder, one JSON line per entry. When it grows too long, the previous one is kept. */
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'

const LONGEST = 4 * 2 ** 20
const TAIL_BYTES = 512 * 1024

export function logFileIn(dataFolder: string): string {
  return join(dataFolder, 'inspector.log')
}

/** Opens the log for writing. Every entry is in the file when the call returns. */
export function openLog(file: string): pino.Logger {
  try {
    const stat = statSync(file)
    // A pipe would make the writer wait for a reader.
    if (!stat.isFile() || stat.size > LONGEST) renameSync(file, `${file}.1`)
  } catch {
    // There is none yet, or another process has just renamed it.
  }
  return pino({ base: { pid: process.pid } }, pino.destination({ dest: file, sync: true, mkdir: true }))
}

/** The last lines of the log, oldest first. */
export function readLog(file: string, lines: number): string[] {
  let fd: number
  try {
    fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch {
    return []
  }
  try {
    const { size } = fstatSync(fd)
    const length = Math.min(size, TAIL_BYTES)
    const bytes = Buffer.alloc(length)
    const read = readSync(fd, bytes, 0, length, size - length)
    const all = bytes.toString('utf8', 0, read).split('\n').filter(Boolean)
    // The first one may have been cut.
    return (length < size ? all.slice(1) : all).slice(-lines)
  } finally {
    closeSync(fd)
  }
}
