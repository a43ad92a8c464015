/** The program's log: a file in its data folder, one JSON line an entry, the one before kept when it grows too long. */
import { closeSync, constants, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'

const LONGEST = 4 * 2 ** 20
const TAIL_BYTES = 512 * 1024

export function logFileIn(dataFolder: string): string {
  return join(dataFolder, 'inspector.log')
}

/** Opens the log for writing; every entry is in the file when the call that made it returns. */
export function openLog(file: string): pino.Logger {
  try {
    const stat = statSync(file)
    // A pipe would keep whoever writes waiting for a reader.
    if (!stat.isFile() || stat.size > LONGEST) renameSync(file, `${file}.1`)
  } catch {
    // There is none yet, or another process has just put it aside.
  }
  return pino({ base: { pid: process.pid } }, pino.destination({ dest: file, sync: true, mkdir: true }))
}

/** The log's last lines, oldest first. */
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
