/** Selects rows of a table whose cursor belongs to its owner, as that is often the selection of the window. */
import { useState } from 'react'
import type { GridSelection, GridSource } from './grid.ts'
import { range } from './range.ts'
import { NOTHING_SELECTED, pointAt, selectionAt } from './selection.ts'

/** More rows are not selected at once: their keys are all in memory. */
const MOST = 1_000_000

/** A source whose rows have keys. */
export type KeyedSource<Row> = GridSource<Row> & {
  /** Undefined outside of the table. */
  readonly keyAt: (index: number) => string | undefined
  readonly indexOf: (key: string) => number | null
  /** The rows with these keys in the order of the table. */
  readonly rowsOf: (keys: ReadonlySet<string>) => readonly Row[] | Promise<readonly Row[]>
}

/** @param onMove another row has the cursor, or the same one was pointed at again */
export function useGridSelection<Row>(
  { total, keyAt, indexOf, rowsOf }: KeyedSource<Row>,
  cursor: number | null,
  onMove: (index: number, byKey: boolean) => void
): GridSelection<Row> {
  const [kept, keep] = useState(NOTHING_SELECTED)
  const cursorKey = (cursor === null ? undefined : keyAt(cursor)) ?? null
  const selected = selectionAt(kept, cursorKey)
  const keysBetween = (from: number, to: number): readonly string[] => {
    const [low, high] = from < to ? [from, to] : [to, from]
    return range(low, high)
      .map(keyAt)
      .filter(key => key !== undefined)
  }
  return {
    cursor,
    revealed: cursorKey,
    count: selected.keys.size,
    isSelected: index => selected.keys.has(keyAt(index) ?? ''),
    point: (index, how) => {
      const key = keyAt(index)
      if (key === undefined) return
      const anchor = selected.anchor === null ? null : indexOf(selected.anchor)
      const order = how.extend ? keysBetween(anchor ?? index, index).slice(0, MOST) : []
      keep(pointAt(selected, key, how, order))
      onMove(index, how.byKey)
    },
    selectAll: () => keep({ ...selected, keys: new Set(keysBetween(0, Math.min(total, MOST) - 1)) }),
    selectNone: () => keep({ ...selected, keys: new Set(cursorKey === null ? [] : [cursorKey]) }),
    rows: () => rowsOf(selected.keys)
  }
}
