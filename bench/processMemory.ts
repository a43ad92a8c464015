/** Memory of a program's processes, from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Proportional set size (shared pages are divided among the processes that share them) of a process and all its descendants, individually
 * and in total.
 * @returns one line, in MiB
 */
export function processTree(root: number): string {
  const parents = new Map(
    readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(name => [Number(name), parentOf(Number(name))])
  )
  const isBelow = (pid: number): boolean => pid === root || isBelowParent(parents.get(pid))
  const isBelowParent = (pid: number | null | undefined): boolean => pid !== null && pid !== undefined && pid > 1 && isBelow(pid)
  const sizes = [...parents.keys()].filter(isBelow).flatMap(pid => {
    const size = proportionalSize(pid)
    return size === null ? [] : [{ name: roleOf(pid), ...size }]
  })
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  const files = sizes.reduce((sum, { fileBytes }) => sum + fileBytes, 0)
  const each = sizes.map(({ name, bytes }) => `${name} ${mebibytes(bytes)}`).join(', ')
  return `${each}; together ${mebibytes(total)} MiB, of which ${mebibytes(files)} are files in memory, as the runtime's code`
}

/** Null for a process that has just ended. */
function parentOf(pid: number): number | null {
  const stat = read(pid, 'stat')
  const parent = stat === null ? undefined : /^ \S (\d+)/.exec(stat.slice(stat.lastIndexOf(')') + 1))?.[1]
  return parent === undefined ? null : Number(parent)
}

/** `fileBytes`: pages that are also in files, such as code, and that the operating system can drop. */
function proportionalSize(pid: number): { bytes: number; fileBytes: number } | null {
  const rollup = read(pid, 'smaps_rollup') ?? ''
  const bytesOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) * 1024
  const [bytes, fileBytes] = [bytesOf('Pss'), bytesOf('Pss_File')]
  return Number.isNaN(bytes) || Number.isNaN(fileBytes) ? null : { bytes, fileBytes }
}

/** Chromium's name for the process type, or the name of the program. */
function roleOf(pid: number): string {
  const words = (read(pid, 'cmdline') ?? '').split(/[\0 ]/)
  const type = words.find(word => word.startsWith('--type='))?.slice('--type='.length)
  if (type !== undefined) return type
  return words.some(word => word.endsWith('serviceProcess.cjs')) ? 'service' : 'main'
}

function read(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return null
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0)
}
