/** How old something is by a clock that may have been wrong. */

/** Whether a clock that was ahead recorded a time: it says nothing. @param atMs UTC ms */
export function isFuture(atMs: number, nowMs: number): boolean {
  return atMs > nowMs
}

/**
 * Whether something was done longer ago than `ageMs`, or never. A time that lies in the future says nothing and counts as never.
 * @param atMs UTC ms; null for never
 */
export function isOlderThan(atMs: number | null, ageMs: number, nowMs: number): boolean {
  return atMs === null || isFuture(atMs, nowMs) || nowMs - atMs > ageMs
}
