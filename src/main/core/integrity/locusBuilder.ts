/** The loci of a shard's rows: a fingerprint for each row, and all of them as a few regular runs where they are regular. */
import type { IntegerColumn, RowColumns } from '../parquet/rowColumns.ts'
import { type Print, printLocus, type Salt, saltOf } from './keyPrint.ts'

/** `count` windows of `length` bp, the first at `start`, each `step` bp after the one before. 0-based. */
export type LocusRun = {
  readonly chrom: string
  readonly start: number
  readonly length: number
  readonly step: number
  readonly count: number
}

/** More runs than this are not worth keeping: the windows are irregular. */
const MOST_RUNS = 32
const WORD = 2 ** 32

export class LocusBuilder {
  /** Two words a row. */
  readonly prints: Uint32Array
  private readonly print: Print = { low: 0, high: 0 }
  private next = 0
  private runs: { chrom: string; start: number; length: number; step: number; count: number }[] | null = []

  constructor(rows: number) {
    this.prints = new Uint32Array(2 * rows)
  }

  add({ rows, chrom, startBp, endBp }: RowColumns): void {
    const salts: (Salt | undefined)[] = []
    const start = halvesOf(startBp)
    const end = halvesOf(endBp)
    for (let row = 0; row < rows; row++) {
      const code = chrom.codes[row] ?? 0
      const text = chrom.texts[code] ?? ''
      salts[code] ??= saltOf(text)
      const salt = salts[code]
      if (salt === undefined) throw new TypeError('a contig without its salt')
      const [startLow, startHigh, endLow, endHigh] = [start.low(row), start.high(row), end.low(row), end.high(row)]
      printLocus(startLow, startHigh, endLow, endHigh, salt, this.print)
      this.prints[2 * this.next] = this.print.low
      this.prints[2 * this.next + 1] = this.print.high
      this.next += 1
      this.extend(text, startHigh * WORD + startLow, endHigh * WORD + endLow)
    }
  }

  /** Null where the loci are irregular, or beyond what a number holds exactly. */
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

/** The two words of each value of a column; a negative one has a negative high word. */
function halvesOf({ values }: IntegerColumn): { low(row: number): number; high(row: number): number } {
  if (values instanceof BigInt64Array) {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
    return { low: row => words[2 * row] ?? 0, high: row => (words[2 * row + 1] ?? 0) | 0 }
  }
  return { low: row => (values[row] ?? 0) >>> 0, high: row => Math.floor((values[row] ?? 0) / WORD) | 0 }
}
