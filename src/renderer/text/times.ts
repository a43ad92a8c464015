/** Times in the window: the age, with the exact time for a hover. */
import { UNKNOWN } from './numbers.ts'

const STEPS: readonly (readonly [seconds: number, unit: string])[] = [
  [31_557_600, 'y'],
  [2_629_800, 'mo'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min']
]

/** Whole milliseconds of UTC nanoseconds. */
export function millisecondsOf(ns: bigint): number {
  return Number(ns / 1_000_000n)
}

/**
 * `just now`, `4 min ago`, `2 h ago`, `3 d ago`. `in the future` if clocks disagree, a dash for null.
 * @param atMs ms since 1970
 */
export function formatAgo(atMs: number | null, nowMs: number = Date.now()): string {
  if (atMs === null) return UNKNOWN
  const seconds = (nowMs - atMs) / 1000
  if (seconds < -60) return 'in the future'
  for (const [length, unit] of STEPS) if (seconds >= length) return `${Math.floor(seconds / length)} ${unit} ago`
  return 'just now'
}

/** `2026-03-04 05:06:07` in local time, or a dash for null. */
export function formatTime(atMs: number | null): string {
  if (atMs === null) return UNKNOWN
  const at = new Date(atMs)
  if (Number.isNaN(at.getTime())) return UNKNOWN
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** `4 s`, `2 min 05 s`, `1 h 20 min`, or a dash for null. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return UNKNOWN
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}
