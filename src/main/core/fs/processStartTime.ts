/** Identifies a process beyond its pid: by its start time, its PID namespace and its machine. */
import { readFileSync, readlinkSync } from 'node:fs'
import { failedWith } from './systemError.ts'

/**
 * The boot of the machine and the start of a process in it (`/proc/PID/stat`, field 22).
 * @returns `ended` for a process that is only an entry in the process list; null if the operating system does not provide it, or if there
 * is no such process
 */
export function processBirth(pid: number): string | null {
  try {
    // A /proc of another PID namespace describes other processes under the same pids.
    if (readlinkSync('/proc/self') !== String(process.pid)) return null
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The name of the program, in parentheses, may contain spaces and parentheses itself.
    const [, fields = ''] = /^.*\)\s+(.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    const [state, ...rest] = fields.split(' ')
    // A process that has ended and has not been reaped yet (Z) does nothing any more.
    return state === 'Z' || state === 'X' ? 'ended' : `${boot} ${rest[18]}`
  } catch {
    return null
  }
}

/** The scope in which a pid is valid; null for parts that the operating system does not provide. */
export type PidScope = {
  /** As in `readlink /proc/self/ns/pid`. Two containers on one host differ, and neither sees the processes of the other. */
  readonly pidNamespace: string | null
  /** `/etc/machine-id`: constant over reboots, and different on another machine with the same host name. */
  readonly machine: string | null
}

/** The scope of this process's pids. */
export function pidScope(): PidScope {
  return {
    pidNamespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
    machine: orNull(() => readFileSync('/etc/machine-id', 'utf8').trim() || null)
  }
}

function orNull(read: () => string | null): string | null {
  try {
    return read()
  } catch {
    return null
  }
}

/** The PID namespace of the machine itself has this number on every Linux. */
const FIRST_NAMESPACE = 'pid:[4026531836]'

/** Whether a process is outside of all containers. */
export function isOnMachineItself({ pidNamespace }: PidScope): boolean {
  return pidNamespace === FIRST_NAMESPACE
}

/** The boot in which a process started; null if the operating system does not provide it. */
export function bootOf(born: string | null): string | null {
  const [boot, start] = born?.split(' ') ?? []
  return boot === undefined || start === undefined ? null : boot
}

/** Whether no process on this host has a pid at this moment. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return failedWith(error, 'ESRCH')
  }
}
