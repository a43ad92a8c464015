/** The columns and the rows in view as TanStack Table has them. */
import {
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  tableFeatures,
  useTable
} from '@tanstack/react-table'
import type { VirtualItem } from '@tanstack/react-virtual'
import { useMemo } from 'react'
import { formatCount } from '../../text/index.ts'
import type { GridColumn, GridLayout, GridSource } from './model/grid.ts'

const features = tableFeatures({ columnSizingFeature, columnResizingFeature, columnVisibilityFeature })

/** A row in view. */
export type Line<Row> = {
  readonly index: number
  readonly number: number
  readonly row: Row | undefined
  readonly note: string | undefined
}

/** CSS pixels. Narrower columns are not readable. */
const LEAST = 44
const MOST = 900

function useColumns<Row>(columns: readonly GridColumn<Row>[]) {
  return useMemo(() => {
    const helper = createColumnHelper<typeof features, Line<Row>>()
    return helper.columns(
      columns.map(column =>
        helper.display({
          id: column.id,
          header: column.name,
          size: column.width,
          minSize: column.least ?? LEAST,
          maxSize: MOST,
          cell: ({ row: { original } }) => contentOf(column, original)
        })
      )
    )
  }, [columns])
}

function contentOf<Row>({ isIndex, cell, value }: GridColumn<Row>, { number, row }: Line<Row>) {
  if (isIndex === true) return formatCount(number)
  if (row === undefined) return null
  return cell === undefined ? String(value(row) ?? '') : cell(row)
}

function sameNumber(index: number): number {
  return index
}

/** @param shown which columns are visible */
export function useGridTable<Row>(
  columns: readonly GridColumn<Row>[],
  { at, noteAt, numberAt = sameNumber }: GridSource<Row>,
  items: readonly VirtualItem[],
  { widths, keepWidths }: Pick<GridLayout, 'widths' | 'keepWidths'>,
  shown: Readonly<Record<string, boolean>>
) {
  const first = items[0]?.index ?? 0
  const count = items.length
  const data = useMemo<Line<Row>[]>(
    () =>
      Array.from({ length: count }, (_, step) => {
        const index = first + step
        return { index, number: numberAt(index), row: at(index), note: noteAt?.(index) }
      }),
    [first, count, at, noteAt, numberAt]
  )
  const table = useTable({
    features,
    columns: useColumns(columns),
    data,
    getRowId: line => String(line.index),
    columnResizeMode: 'onChange',
    state: { columnSizing: { ...widths }, columnVisibility: { ...shown } },
    onColumnSizingChange: change => keepWidths(typeof change === 'function' ? change({ ...widths }) : change)
  })
  const byId = useMemo(() => new Map(columns.map(column => [column.id, column])), [columns])
  const headers = (table.getHeaderGroups()[0]?.headers ?? []).flatMap(header => {
    const column = byId.get(header.id)
    return column === undefined ? [] : [{ header, column }]
  })
  return { table, headers, rows: table.getRowModel().rows, byId }
}

export type GridTable<Row> = ReturnType<typeof useGridTable<Row>>
