/** Where the keys of a list lead. */

/**
 * @param row the row at hand, null for none
 * @param page rows on the screen
 * @returns the row that a key leads to, null for a key that leads nowhere
 */
export function rowAfterKey(key: string, row: number | null, total: number, page: number): number | null {
  if (total === 0) return null
  const steps: Record<string, number> = {
    ArrowDown: row === null ? 0 : row + 1,
    ArrowUp: row === null ? total - 1 : row - 1,
    PageDown: (row ?? 0) + page,
    PageUp: (row ?? 0) - page,
    Home: 0,
    End: total - 1
  }
  const next = steps[key]
  return next === undefined ? null : Math.min(total - 1, Math.max(0, next))
}
