/** Keyboard movement in a list or table. Pure. */

/**
 * @param line the current line, null for none
 * @param page number of visible lines
 * @returns the new line, null if the key does not move
 */
export function lineAfterKey(key: string, line: number | null, total: number, page: number): number | null {
  if (total === 0) return null
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: line === null ? 0 : line + 1,
    ArrowUp: line === null ? total - 1 : line - 1,
    PageDown: (line ?? 0) + page,
    PageUp: (line ?? 0) - page,
    Home: 0,
    End: total - 1
  }
  const next = Object.hasOwn(steps, key) ? steps[key] : undefined
  return next === undefined ? null : Math.min(total - 1, Math.max(0, next))
}
