/** A table whose rows are all in memory: sorted here, and selected by their keys. */
import { useMemo, useState } from 'react'
import type { GridColumn, GridSelection, GridSort, GridSource } from './grid.ts'
import { sortRows } from './sortRows.ts'
import { type KeyedSource, useGridSelection } from './useGridSelection.ts'

export type MemoryGrid<Row> = {
  readonly source: GridSource<Row>
  readonly selection: GridSelection<Row>
  readonly sort: GridSort | null
  readonly onSort: (sort: GridSort) => void
}

/**
 * @param rows in their order before the user sorts them
 * @param cursor the key of the row with the cursor, null for none
 * @param onMove the row with the cursor is another one
 */
export function useMemoryGrid<Row>(
  rows: readonly Row[],
  columns: readonly GridColumn<Row>[],
  keyOf: (row: Row) => string,
  cursor: string | null,
  onMove: (row: Row, byKey: boolean) => void
): MemoryGrid<Row> {
  const [sort, onSort] = useState<GridSort | null>(null)
  const sorted = useMemo(() => {
    const column = columns.find(({ id }) => id === sort?.by)
    return sort === null || column === undefined ? rows : sortRows(rows, column.value, sort.descending)
  }, [rows, columns, sort])
  const source = useMemo<KeyedSource<Row>>(() => {
    const keys = sorted.map(keyOf)
    const indexes = new Map(keys.map((key, index) => [key, index]))
    return {
      total: sorted.length,
      at: index => sorted[index],
      between: (from, to) => sorted.slice(Math.min(from, to), Math.max(from, to) + 1),
      keyAt: index => keys[index],
      indexOf: key => indexes.get(key) ?? null,
      rowsOf: chosen => sorted.filter((_, index) => chosen.has(keys[index] ?? ''))
    }
  }, [sorted, keyOf])
  const selection = useGridSelection(source, cursor === null ? null : source.indexOf(cursor), (index, byKey) => {
    const row = sorted[index]
    if (row !== undefined) onMove(row, byKey)
  })
  return { source, selection, sort, onSort }
}
