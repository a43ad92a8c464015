/** Where things lie in the picture of a shard: cells, rows, values and ticks, apart from how they are drawn. */

export type Picture = {
  /** Cells across and down. */
  readonly width: number
  readonly height: number
  readonly rows: number
  readonly dimensions: number
  readonly cells: Float32Array
}

/** A place in a picture: the row, the values whose mean the cell is, and that mean. */
export type Spot = { readonly row: number; readonly firstValue: number; readonly lastValue: number; readonly mean: number }

/**
 * What the cell says that a row and a column of the picture share. Value `i` lies in column ⌊i × width / dimensions⌋, row `r` in line
 * ⌊r × height / rows⌋.
 */
export function spotAt({ width, height, rows, dimensions, cells }: Picture, column: number, row: number): Spot {
  const line = Math.floor((row * height) / rows)
  const firstValue = Math.ceil((column * dimensions) / width)
  const after = Math.ceil(((column + 1) * dimensions) / width)
  return { row, firstValue, lastValue: after - 1, mean: cells[line * width + column] ?? Number.NaN }
}

/** Which of `count` equal parts a place from 0 to 1 is in. */
export function partAt(place: number, count: number): number {
  return clamp(Math.floor(place * count), count)
}

/** The nearest of 0 to `count` − 1. */
export function clamp(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value))
}

/** The first line of cells from which on nothing is drawn; null when the last line has something. */
export function firstEmptyLine({ width, height, cells }: Picture): number | null {
  let line = height
  while (line > 0 && cells.subarray((line - 1) * width, line * width).every(Number.isNaN)) line -= 1
  return line === height ? null : line
}

/** Round numbers from 0 up to below `count`, at most `most` of them: 0, 20, 40; or 0, 128, 256 with `binary`. */
export function ticks(count: number, most: number, binary = false): readonly number[] {
  let step = 1
  for (let i = 0; Math.ceil(count / step) > Math.max(1, most); i++) step *= binary ? 2 : i % 3 === 1 ? 2.5 : 2
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step)
}
