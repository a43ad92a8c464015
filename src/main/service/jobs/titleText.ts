/** Counts and times in the titles of jobs. */

import { formatCounted } from '../../../shared/text/numbers.ts'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000]
] as const

/** In the largest unit that gives an integer. */
export function duration(ms: number): string {
  const [unit, length] = UNITS.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1]
  const count = ms / length
  return formatCounted(count, unit, unit === 'ms' ? unit : `${unit}s`)
}
