/** A row of a table: its cells, a bar for each cell while it is loaded, or why it cannot be shown. */
// biome-ignore-all lint/a11y/useSemanticElements: see the grid
// biome-ignore-all lint/a11y/useFocusableInteractive: see the grid
import classes from './DataGrid.module.css'
import { cellClass, placeOf } from './gridPlace.ts'
import type { GridColumn } from './model/grid.ts'
import type { GridTable } from './useGridTable.ts'

export function GridRow<Row>({
  id,
  row,
  FlexRender,
  columns,
  start,
  isCursor,
  isSelected
}: {
  readonly id: string
  readonly row: GridTable<Row>['rows'][number]
  readonly FlexRender: GridTable<Row>['table']['FlexRender']
  /** By their ids. */
  readonly columns: ReadonlyMap<string, GridColumn<Row>>
  /** CSS pixels from the first row's place. */
  readonly start: number
  readonly isCursor: boolean
  readonly isSelected: boolean
}) {
  const { index, row: content, note } = row.original
  const cells = row.getVisibleCells().flatMap((cell, at) => {
    const column = columns.get(cell.column.id)
    return column === undefined || (note !== undefined && column.isIndex !== true) ? [] : [{ cell, column, at }]
  })
  return (
    <div
      id={id}
      role='row'
      className={classes.line}
      data-index={index}
      data-cursor={isCursor || undefined}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      style={{ transform: `translateY(${start}px)` }}
    >
      {cells.map(({ cell, column, at }) => (
        <div
          key={column.id}
          role='gridcell'
          className={cellClass(column)}
          style={placeOf(column, at)}
          title={content === undefined ? undefined : column.hint?.(content)}
        >
          {content === undefined && column.isIndex !== true ? <span className={classes.waiting} /> : <FlexRender cell={cell} />}
        </div>
      ))}
      {note !== undefined && (
        <div role='gridcell' className={classes.note} style={{ gridRow: 1, gridColumn: `${cells.length + 1} / -1` }}>
          {note}
        </div>
      )}
    </div>
  )
}
