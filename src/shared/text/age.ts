/** The age of events, on a clock that may have been wrong. */

/** Whether a time was recorded by a clock that was ahead, so that it is useless. @param atMs UTC ms */
export function isFuture(atMs: number, nowMs: number): boolean {
  return atMs > nowMs
}

/**
 * Whether something was done longer ago than `ageMs`, or never. A time in the future counts as never.
 * @param atMs UTC ms; null for never
 */
export function isOlderThan(atMs: number | null, ageMs: number, nowMs: number): boolean {
  return atMs === null || isFuture(atMs, nowMs) || nowMs - atMs > ageMs
}
