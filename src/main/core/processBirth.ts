/** Tells a process from a later one that was given the same pid. */
import { readFileSync } from 'node:fs'
import { failedWith } from './systemError.ts'

/**
 * The boot of the machine and the moment in it at which a process began (`/proc/PID/stat`, field 22).
 * @returns `ended` for one that is no more than an entry in the list of processes; null where the system does not say, or when there is no such process
 */
export function processBirth(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The name of the program, in parentheses, may hold spaces and parentheses itself.
    const [, fields = ''] = /^.*\)\s+(.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    const [state, ...rest] = fields.split(' ')
    // A process that was killed and that nobody has asked after yet (Z) does nothing any more.
    return state === 'Z' || state === 'X' ? 'ended' : `${boot} ${rest[18]}`
  } catch {
    return null
  }
}

/** Whether no process of this host has a pid just now. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return failedWith(error, 'ESRCH')
  }
}
