/**
 * Peak memory of a process. Preloaded (`node --import`), it writes the peak to the file named by $LEWM_BENCH_PEAK at the end.
 * `process.resourceUsage` would, on Linux, include the memory that the parent had when it started the process.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.env.LEWM_BENCH_PEAK
if (file !== undefined) process.on('exit', () => writeFileSync(file, String(peakBytes())))

/** The peak memory of this process so far, in bytes. */
export function peakBytes(): number {
  const ownStatus = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(ownStatus) ?? []
  return 1024 * (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes))
}
