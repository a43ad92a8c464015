/** The rows of a shard as a table has them: loaded in pages, or all at once when the table is sorted. */
import { useMemo, useState } from 'react'
import { PAGE_ROWS } from '../../../shared/contract/constants.ts'
import type { RowLine } from '../../../shared/contract/index.ts'
import { type RowPages, useLoadRows, useRowPages } from '../../state/queries/rowPages.ts'
import { sentenceOf } from '../../ui/faults.ts'
import type { GridSort } from '../../ui/tables/model/grid.ts'
import { range } from '../../ui/tables/model/range.ts'
import { sortRows } from '../../ui/tables/model/sortRows.ts'
import type { KeyedSource } from '../../ui/tables/model/useGridSelection.ts'
import { ROW_COLUMNS } from './rowColumns.tsx'

/** Larger shards are not sorted: all of their rows would have to be loaded. */
export const MOST_SORTED = 20_000

const NOT_SHOWN = 'cannot be shown: its page is damaged, or GenoLeWM does not know its pool type or dtype'

/** Row offsets in the order of the table; null for the order of the shard. */
function orderOf(pages: RowPages, total: number, sort: GridSort | null): readonly number[] | null {
  const column = ROW_COLUMNS.find(({ id }) => id === sort?.by)
  if (sort === null || column === undefined) return null
  const offsets = Array.from({ length: total }, (_, offset) => offset)
  // Until all rows are loaded, they stay in the order of the shard.
  if (offsets.some(offset => pages.rowAt(offset) === undefined)) return null
  const valueAt = (offset: number) => {
    const row = pages.rowAt(offset)
    return row === null || row === undefined ? null : column.value(row)
  }
  return sortRows(offsets, valueAt, sort.descending)
}

export function useRowSource(shardPath: string, total: number, sort: GridSort | null): KeyedSource<RowLine> {
  const [[first, last], setInView] = useState<readonly [number, number]>([0, 0])
  const wanted = sort === null ? range(first, last) : range(0, Math.ceil(total / PAGE_ROWS) - 1)
  const pages = useRowPages(
    shardPath,
    wanted.map(page => page * PAGE_ROWS)
  )
  const load = useLoadRows(shardPath)
  const order = useMemo(() => orderOf(pages, total, sort), [pages, total, sort])
  return useMemo(() => {
    const indexes = order === null ? null : new Map(order.map((offset, index) => [offset, index]))
    const offsetAt = (index: number): number => order?.[index] ?? index
    const indexOf = (offset: number): number => indexes?.get(offset) ?? offset
    const rowsAt = (offsets: readonly number[]): readonly RowLine[] | Promise<readonly RowLine[]> => {
      const there = offsets.map(pages.rowAt)
      return there.includes(undefined) ? load(offsets) : there.filter(row => row !== null && row !== undefined)
    }
    return {
      total,
      isBusy: sort !== null && order === null,
      numberAt: offsetAt,
      at: index => pages.rowAt(offsetAt(index)) ?? undefined,
      noteAt: index => {
        const row = pages.rowAt(offsetAt(index))
        if (row === null) return NOT_SHOWN
        return row === undefined && pages.error !== null ? sentenceOf(pages.error) : undefined
      },
      between: (from, to) => rowsAt(range(from, to).map(offsetAt)),
      paging: { size: PAGE_ROWS, onView: (firstPage, lastPage) => setInView([firstPage, lastPage]) },
      keyAt: index => (index < total ? String(offsetAt(index)) : undefined),
      indexOf: key => indexOf(Number(key)),
      rowsOf: keys => rowsAt(Array.from(keys, Number).sort((a, b) => indexOf(a) - indexOf(b)))
    }
  }, [pages, order, total, sort, load])
}
