/** Rows of a table as text for a spreadsheet. Pure. */
import { toTsv } from '../../../text/export/tsv.ts'
import type { GridColumn } from './grid.ts'

/** All columns, also those that are hidden. */
export function gridTsv<Row>(columns: readonly GridColumn<Row>[], rows: readonly Row[]): string {
  return toTsv(
    columns.map(({ name }) => name),
    rows.map(row => columns.map(({ value }) => value(row)))
  )
}
