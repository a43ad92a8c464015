/**
 * The most memory that a process takes. Preloaded (`node --import`), it writes that to the file named by $LEWM_BENCH_PEAK at the end.
 * `process.resourceUsage` would, on Linux, include whatever the parent held when it started the process.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.env.LEWM_BENCH_PEAK
if (file !== undefined) process.on('exit', () => writeFileSync(file, String(peakBytes())))

/** The most memory that this process has held so far, in bytes. */
export function peakBytes(): number {
  const ownStatus = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(ownStatus) ?? []
  return 1024 * (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes))
}
