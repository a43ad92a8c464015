/** The columns, the rows and the selection of a table, as plain data. Every table of the window is a `DataGrid` of these. */
import type { ReactNode } from 'react'

export type GridColumn<Row> = {
  readonly id: string
  /** The heading. */
  readonly name: string
  /** Explains the heading. */
  readonly title?: string
  /** Aligned right. */
  readonly number?: boolean
  /** CSS pixels, until the user changes it. */
  readonly width: number
  /** The smallest width, CSS pixels. */
  readonly least?: number
  /** The column's share of the space that is left. Without it, the column keeps its width. */
  readonly grow?: number
  /** Hidden until the user chooses it. */
  readonly hidden?: boolean
  /** Cannot be hidden. */
  readonly fixed?: boolean
  /** The lower the number, the sooner the column is hidden in a table that is too narrow. Without it, the column stays. */
  readonly givesWay?: number
  /** Stays at the right edge when the table is scrolled. Only for the last column. */
  readonly atEnd?: boolean
  /** The number of the row itself. It is also shown while the row is loaded, and beside a note. */
  readonly isIndex?: boolean
  /** Whether the heading sorts the table. */
  readonly sorts?: boolean
  /** The value to copy, to export and to sort by. */
  readonly value: (row: Row) => string | number | bigint | null
  /** The contents of the cell; by default the value as text. */
  readonly cell?: (row: Row) => ReactNode
  /** Shown on hover. */
  readonly hint?: (row: Row) => string | undefined
}

export type GridSort = { readonly by: string; readonly descending: boolean }

/** Rows of a table in the order in which they are shown. They may be loaded in pages. */
export type GridSource<Row> = {
  readonly total: number
  /** Undefined while the row is loaded, and for a row that has a note. */
  readonly at: (index: number) => Row | undefined
  /** Why a row cannot be shown. */
  readonly noteAt?: (index: number) => string | undefined
  /** The number of a row, where it is not its place in the table. */
  readonly numberAt?: (index: number) => number
  readonly isBusy?: boolean
  /** Rows from one index to another, both included. Rows that cannot be shown are left out. */
  readonly between: (from: number, to: number) => readonly Row[] | Promise<readonly Row[]>
  /** Receives the pages in view. */
  readonly paging?: { readonly size: number; readonly onView: (firstPage: number, lastPage: number) => void }
}

/** How a row is pointed at. */
export type Pointing = {
  /** All rows from the one that was pointed at before. */
  readonly extend: boolean
  /** The other selected rows stay selected. */
  readonly add: boolean
  readonly byKey: boolean
}

/** The cursor of a table and its selected rows. */
export type GridSelection<Row> = {
  readonly cursor: number | null
  /** Whenever it changes, the cursor is scrolled into view. */
  readonly revealed: string | number | null
  readonly count: number
  readonly isSelected: (index: number) => boolean
  readonly point: (index: number, how: Pointing) => void
  readonly selectAll: () => void
  readonly selectNone: () => void
  /** The selected rows in the order of the table. */
  readonly rows: () => readonly Row[] | Promise<readonly Row[]>
}

/** Widths and visible columns as the user chose them. */
export type GridLayout = {
  readonly widths: Readonly<Record<string, number>>
  /** Null until the user chooses. Columns that are not named are visible. */
  readonly visible: Readonly<Record<string, boolean>> | null
  readonly keepWidths: (widths: Record<string, number>) => void
  readonly keepVisible: (visible: Record<string, boolean>) => void
}

/** An entry of the menu of a table's rows. */
export type GridAction = {
  readonly id: string
  readonly name: string
  readonly keys?: string
  readonly isOff?: boolean
  readonly run: () => void
}

export type DataGridProps<Row> = {
  /** Begins the ids of the rows. */
  readonly id: string
  readonly name: string
  /** Must be the same array as long as the columns are the same. */
  readonly columns: readonly GridColumn<Row>[]
  readonly source: GridSource<Row>
  readonly selection: GridSelection<Row>
  readonly sort?: GridSort | null
  readonly onSort?: (sort: GridSort) => void
  readonly layout: GridLayout
  /** If it changes, the table is scrolled to its first row. */
  readonly shows?: string
  /** Whether the pane of the table is entered by the table. */
  readonly isPaneEntry?: boolean
  /** Actions on the selected rows. Copying and exporting are always offered. */
  readonly actions?: readonly GridAction[]
  /** Enter and a double click. */
  readonly onOpen?: (index: number) => void
  /** The name of an exported file, without its extension. */
  readonly fileName: string
  /** Rows as tab-separated values; all columns by default. */
  readonly toText?: (rows: readonly Row[]) => string
}
