/** What memory a program's processes take, from Linux's /proc. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * Proportional set size (shared pages divided among those who share them) of a process and all below it, one by one and together.
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

/** `fileBytes`: what lies in files as well, which the system lets go of when it needs the memory. */
function proportionalSize(pid: number): { bytes: number; fileBytes: number } | null {
  const rollup = read(pid, 'smaps_rollup') ?? ''
  const bytesOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]) * 1024
  const [bytes, fileBytes] = [bytesOf('Pss'), bytesOf('Pss_File')]
  return Number.isNaN(bytes) || Number.isNaN(fileBytes) ? null : { bytes, fileBytes }
}

/** What Chromium calls it, or its program's own name. */
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
