/** Where the cells of a column are, and how they look. */
import type { CSSProperties } from 'react'
import classes from './DataGrid.module.css'
import type { GridColumn } from './model/grid.ts'

type Placed = Pick<GridColumn<never>, 'atEnd' | 'number'>

export function placeOf({ atEnd }: Placed, at: number): CSSProperties {
  return { gridRow: 1, gridColumn: atEnd === true ? '1 / -1' : at + 1 }
}

export function headingClass({ atEnd, number }: Placed): string | undefined {
  if (atEnd === true) return `${classes.heading} ${classes.end}`
  return number === true ? classes.numberHeading : classes.heading
}

export function cellClass({ atEnd, number }: Placed): string | undefined {
  if (atEnd === true) return `${classes.cell} ${classes.end}`
  return number === true ? classes.number : classes.cell
}
