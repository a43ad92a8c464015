/** The layout of a vector as a strip of cells, from left to right and then in the next line, as wide as the space permits. */

export type StripLayout = {
  /** Cells per line. A power of two, so that lines begin at round numbers. */
  readonly columns: number
  readonly lines: number
  /** CSS pixels. The width may be fractional. */
  readonly cellWidth: number
  readonly cellHeight: number
}

const SMALLEST_CELL = 4
const HEIGHT = 144

/** @param width available CSS pixels */
export function layOutStrip(values: number, width: number): StripLayout {
  let columns = 8
  while (columns * 2 * SMALLEST_CELL <= width && columns < values) columns *= 2
  const lines = Math.max(1, Math.ceil(values / columns))
  return {
    columns,
    lines,
    cellWidth: Math.max(1, width / columns),
    cellHeight: Math.min(24, Math.max(SMALLEST_CELL, Math.floor(HEIGHT / lines)))
  }
}

/** The value at a position in CSS pixels. Null outside the vector. */
export function valueAt({ columns, lines, cellWidth, cellHeight }: StripLayout, values: number, x: number, y: number): number | null {
  const [column, line] = [Math.floor(x / cellWidth), Math.floor(y / cellHeight)]
  const index = line * columns + column
  return column < 0 || column >= columns || line < 0 || line >= lines || index >= values ? null : index
}

/** The value that an arrow key leads to. Null for any other key. */
export function moveIn({ columns }: StripLayout, values: number, index: number, key: string): number | null {
  const steps: Record<string, number> = {
    ArrowRight: index + 1,
    ArrowLeft: index - 1,
    ArrowDown: index + columns,
    ArrowUp: index - columns,
    PageDown: index + 4 * columns,
    PageUp: index - 4 * columns,
    Home: 0,
    End: values - 1
  }
  const next = steps[key]
  return next === undefined ? null : Math.min(values - 1, Math.max(0, next))
}
