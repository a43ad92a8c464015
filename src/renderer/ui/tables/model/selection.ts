/** Which rows of a table are selected, by their keys. Pure. */
import type { Pointing } from './grid.ts'

export type Selected = {
  /** The key of the row with the cursor when `keys` was made. */
  readonly cursor: string | null
  /** The row that a range begins at. */
  readonly anchor: string | null
  readonly keys: ReadonlySet<string>
}

export const NOTHING_SELECTED: Selected = { cursor: null, anchor: null, keys: new Set() }

/** The selection as it is for a cursor: one that was moved from elsewhere selects its row alone. */
export function selectionAt(selected: Selected, cursor: string | null): Selected {
  if (selected.cursor === cursor) return selected
  return { cursor, anchor: cursor, keys: new Set(cursor === null ? [] : [cursor]) }
}

/** The selection after a row was pointed at. @param order keys of all rows between the anchor and the row, both included */
export function pointAt(before: Selected, key: string, how: Pointing, order: readonly string[]): Selected {
  const kept = how.add ? before.keys : []
  if (how.extend) return { cursor: key, anchor: before.anchor, keys: new Set([...kept, ...order]) }
  const keys = new Set(kept)
  if (!(how.add && keys.delete(key))) keys.add(key)
  return { cursor: key, anchor: key, keys }
}
