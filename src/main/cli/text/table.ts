/** Rows of text under a header, in columns of the necessary width. Cells are made safe for a terminal here. */
import stringWidth from 'string-width'
import { terminalSafe } from '../../../shared/text/terminalText.ts'

export type Column<Row> = {
  readonly head: string
  readonly cell: (row: Row) => string
  /** Aligns numbers to the right. */
  readonly right?: boolean
}

/** @returns one line for the head and one for each row, each ending in a newline; `indent` spaces before every line. */
export function tableText<Row>(columns: readonly Column<Row>[], rows: readonly Row[], indent = 0): string {
  const lines = [columns.map(({ head }) => head), ...rows.map(row => columns.map(({ cell }) => terminalSafe(cell(row))))]
  const widths = columns.map((_, column) => lines.reduce((width, line) => Math.max(width, stringWidth(line[column] ?? '')), 0))
  const margin = ' '.repeat(indent)
  const text = lines.map(line =>
    line
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] ?? 0) - stringWidth(cell))
        return columns[column]?.right ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd()
  )
  return text.map(line => `${margin}${line}\n`).join('')
}
