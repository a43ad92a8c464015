/** Where the keys take the cursor of a table. Pure. */

/**
 * The line that a key leads to, within the table; null for a key that does not move.
 * @param cursor where it stands, null when nowhere yet
 * @param shown lines that fit into the view
 */
export function cursorTarget(key: string, cursor: number | null, shown: number, total: number): number | null {
  if (total === 0) return null
  const at = cursor ?? -1
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + shown,
    PageUp: at - shown,
    Home: 0,
    End: total - 1
  }
  const target = Object.hasOwn(targets, key) ? targets[key] : undefined
  return target === undefined ? null : Math.min(total - 1, Math.max(0, target))
}
