/** Number formats of the window: thousands separators, binary units, and the same width for the same magnitude. */

import { formatCounted, formatInteger, formatSize } from '../../shared/text/numbers.ts'

export { formatCounted }

/** Shown in place of an unknown number. */
export const UNKNOWN = '–'

/** `1,024`, or a dash for null. */
export function formatCount(value: number | bigint | null): string {
  return value === null ? UNKNOWN : formatInteger(value)
}

/**
 * `1,024 rows`, or `at least 1,024 rows` if the number of rows of some shards is unknown.
 * @param rows null while unknown
 * @param withoutRowCount shards whose rows are not included
 */
export function formatRows(rows: number | null, withoutRowCount: number): string {
  if (rows === null) return 'rows not known yet'
  return `${withoutRowCount === 0 ? '' : 'at least '}${formatCounted(rows, 'row')}`
}

/** `512 B`, `1.5 KiB`, `2.0 MiB`, or a dash for null. */
export function formatBytes(bytes: number | null): string {
  return bytes === null ? UNKNOWN : formatSize(bytes)
}

/** `2.0 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.max(0, Math.round(bytesPerSecond)))}/s`
}

/** A float with at most `digits` significant digits. NaN, Infinity and null by name. */
export function formatFloat(value: number | null, digits = 5): string {
  if (value === null) return UNKNOWN
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞'
  return String(Number(value.toPrecision(digits))).replaceAll('-', '−')
}

/** `42 %`, and 100 % only when everything is done. */
export function formatShare(done: number, total: number): string {
  if (total <= 0) return '0 %'
  return `${done >= total ? 100 : Math.min(99, Math.floor((100 * done) / total))} %`
}
