/** The loci of a shard's rows: a hash for each row, and all of them as a few regular runs if they are regular. */
import type { IntegerColumn, RowColumns } from '../parquet/pages/rowColumns.ts'
import { type Print, printLocus, type Salt, saltOf } from './keyPrint.ts'

/** `count` windows of `length` bp, the first at `start`, each `step` bp after the previous one. 0-based. */
export type LocusRun = {
  readonly chrom: string
  readonly start: number
  readonly length: number
  readonly step: number
  readonly count: number
}

/** Maximum number of runs. With more, the windows count as irregular. */
const MOST_RUNS = 32
const WORD = 2 ** 32

export class LocusBuilder {
  /** Two words per row. */
  readonly prints: Uint32Array
  private readonly print: Print = { low: 0, high: 0 }
  private next = 0
  private runs: { chrom: string; start: number; length: number; step: number; count: number }[] | null = []

  constructor(rows: number) {
    this.prints = new Uint32Array(2 * rows)
  }

  add({ rows, chrom, startBp, endBp }: RowColumns): void {
    const salts: (Salt | undefined)[] = []
    const starts = wordsOf(startBp)
    const ends = wordsOf(endBp)
    for (let row = 0; row < rows; row++) {
      const code = chrom.codes[row] ?? 0
      const text = chrom.texts[code] ?? ''
      let salt = salts[code]
      if (salt === undefined) {
        salt = saltOf(text)
        salts[code] = salt
      }
      const startLow = starts[2 * row] ?? 0
      const startHigh = (starts[2 * row + 1] ?? 0) | 0
      const endLow = ends[2 * row] ?? 0
      const endHigh = (ends[2 * row + 1] ?? 0) | 0
      printLocus(startLow, startHigh, endLow, endHigh, salt, this.print)
      this.prints[2 * this.next] = this.print.low
      this.prints[2 * this.next + 1] = this.print.high
      this.next += 1
      this.extend(text, startHigh * WORD + startLow, endHigh * WORD + endLow)
    }
  }

  /** Null if the loci are irregular, or exceed the exact range of a number. */
  regularRuns(): LocusRun[] | null {
    return this.runs
  }

  private extend(chrom: string, start: number, end: number): void {
    if (this.runs === null) return
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) {
      this.runs = null
      return
    }
    const length = end - start
    const last = this.runs.at(-1)
    if (last !== undefined && last.chrom === chrom && last.length === length) {
      if (last.count === 1) last.step = start - last.start
      if (start === last.start + last.step * last.count) {
        last.count += 1
        return
      }
    }
    if (this.runs.length === MOST_RUNS) this.runs = null
    else this.runs.push({ chrom, start, length, step: 0, count: 1 })
  }
}

/** The two words of each value of a column, the low one first; a negative value has a negative high word. */
function wordsOf({ values }: IntegerColumn): Uint32Array {
  const wide = values instanceof BigInt64Array ? values : BigInt64Array.from(values, BigInt)
  return new Uint32Array(wide.buffer, wide.byteOffset, wide.length * 2)
}
