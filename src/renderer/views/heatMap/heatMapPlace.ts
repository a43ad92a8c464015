/** The geometry of the heat map: cells, rows, values and axis marks, separate from the drawing. */

export type Picture = {
  /** Cells in each direction. */
  readonly width: number
  readonly height: number
  readonly rows: number
  readonly dimensions: number
  readonly cells: Float32Array
}

/** A position in the picture: the row, the values that the cell averages, and their mean. */
export type Spot = { readonly row: number; readonly firstValue: number; readonly lastValue: number; readonly mean: number }

/** The cell at a row and a column of the picture. Value `i` is in column ⌊i × width / dimensions⌋, row `r` in line ⌊r × height / rows⌋. */
export function spotAt({ width, height, rows, dimensions, cells }: Picture, column: number, row: number): Spot {
  const line = Math.floor((row * height) / rows)
  const firstValue = Math.ceil((column * dimensions) / width)
  const after = Math.ceil(((column + 1) * dimensions) / width)
  return { row, firstValue, lastValue: after - 1, mean: cells[line * width + column] ?? Number.NaN }
}

/** The index of the part, of `count` equal parts, that contains a position from 0 to 1. */
export function partAt(place: number, count: number): number {
  return clamp(Math.floor(place * count), count)
}

/** Limits a value to 0 … `count` − 1. */
export function clamp(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value))
}

/** The first line of cells from which on all are empty. Null if the last line is not empty. */
export function firstEmptyLine({ width, height, cells }: Picture): number | null {
  let line = height
  while (line > 0 && cells.subarray((line - 1) * width, line * width).every(Number.isNaN)) line -= 1
  return line === height ? null : line
}

/** At most `most` round numbers from 0 to below `count`: 0, 20, 40, or 0, 128, 256 with `binary`. */
export function ticks(count: number, most: number, binary = false): readonly number[] {
  let step = 1
  for (let i = 0; Math.ceil(count / step) > Math.max(1, most); i++) step *= binary ? 2 : i % 3 === 1 ? 2.5 : 2
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step)
}
