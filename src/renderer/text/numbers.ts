/** Numbers as they stand in the window: thousands separators, binary units, the same width for the same magnitude. */

import { formatCounted, formatInteger, formatSize } from '../../shared/text/numbers.ts'

export { formatCounted }

/** What stands where a number is not known. */
export const UNKNOWN = '–'

/** `1,024`; a dash for null. */
export function formatCount(value: number | bigint | null): string {
  return value === null ? UNKNOWN : formatInteger(value)
}

/**
 * `1,024 rows`; `at least 1,024 rows` when some shards do not say how many they hold.
 * @param rows null while that is not known of all
 * @param withoutRowCount shards whose rows are not among them
 */
export function formatRows(rows: number | null, withoutRowCount: number): string {
  if (rows === null) return 'rows not known yet'
  return `${withoutRowCount === 0 ? '' : 'at least '}${formatCounted(rows, 'row')}`
}

/** `512 B`, `1.5 KiB`, `2.0 MiB`; a dash for null. */
export function formatBytes(bytes: number | null): string {
  return bytes === null ? UNKNOWN : formatSize(bytes)
}

/** `2.0 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.max(0, Math.round(bytesPerSecond)))}/s`
}

/** A float in as few digits as tell it apart at a glance: at most `digits` significant ones; NaN, Infinity and null by name. */
export function formatFloat(value: number | null, digits = 5): string {
  if (value === null) return UNKNOWN
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
  return String(Number(value.toPrecision(digits))).replaceAll('-', '−')
}

/** `42 %`, never 100 % before all is done. */
export function formatShare(done: number, total: number): string {
  if (total <= 0) return '0 %'
  return `${done >= total ? 100 : Math.min(99, Math.floor((100 * done) / total))} %`
}
