/**
 * Preloaded into a process (`node --import`), it writes the process's peak memory to the file named by $LEWM_BENCH_PEAK at the end.
 * `process.resourceUsage` would, on Linux, include whatever the parent held when it started the process.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.env.LEWM_BENCH_PEAK
if (file !== undefined) process.on('exit', () => writeFileSync(file, String(peakBytes())))

function peakBytes(): number {
  const ownStatus = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(ownStatus) ?? []
  return 1024 * (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes))
}
