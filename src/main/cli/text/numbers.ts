/** Numbers, sizes and times as text: thousands separators, binary units, UTC. */

import { formatCounted, formatInteger, formatSize } from '../../../shared/text/numbers.ts'

/** `1234567` → `1,234,567`; a dash for an unknown value. */
export function countText(value: number | bigint | null): string {
  return value === null ? '-' : formatInteger(value)
}

/** A count with its noun: `1 shard`, `2,000 shards`. */
export const countOf = formatCounted

/** `1536` → `1.5 KiB`. */
export const bytesText = formatSize

/** UTC nanoseconds → `2026-05-28 20:26:40`; a dash for an unknown value. */
export function timeText(ns: bigint | null): string {
  if (ns === null) return '-'
  const time = new Date(Number(ns / 1_000_000n))
  return Number.isNaN(time.getTime()) ? `${ns} ns` : time.toISOString().slice(0, 19).replace('T', ' ')
}

/** A duration in seconds, with suitable precision. */
export function secondsText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${rest} s`
}

/** Six significant digits, enough for a float16 and for comparison by eye. */
export function valueText(value: number | null): string {
  if (value === null) return '-'
  return Object.is(value, -0) ? '-0' : String(Number(value.toPrecision(6)))
}
