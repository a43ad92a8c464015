/** Statistics that describe embeddings, collected over any number of them. */
import type { VectorStatistics } from '../../../shared/model/shard.ts'
import { float16Table } from '../parquet/encodings/float16.ts'
import type { StoredValues } from '../parquet/pages/embeddingBatch.ts'

export class VectorSummary {
  private values = 0
  private finite = 0
  private nan = 0
  private zeros = 0
  private min = Number.POSITIVE_INFINITY
  private max = Number.NEGATIVE_INFINITY
  private mean = 0
  private squares = 0
  private minNorm = Number.POSITIVE_INFINITY
  private maxNorm = Number.NEGATIVE_INFINITY

  /** Adds one row. */
  add(row: StoredValues): void {
    const table = row instanceof Uint16Array ? float16Table() : null
    let norm = 0
    for (const stored of row) {
      const value = table === null ? stored : (table[stored] ?? 0)
      norm += value * value
      this.addValue(value)
    }
    if (!Number.isFinite(norm)) return
    this.minNorm = Math.min(this.minNorm, Math.sqrt(norm))
    this.maxNorm = Math.max(this.maxNorm, Math.sqrt(norm))
  }

  private addValue(value: number): void {
    this.values += 1
    if (Number.isNaN(value)) this.nan += 1
    if (!Number.isFinite(value)) return
    this.finite += 1
    if (value === 0) this.zeros += 1
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    // Welford's algorithm: stable for any number of values.
    const delta = value - this.mean
    this.mean += delta / this.finite
    this.squares += delta * (value - this.mean)
  }

  result(): VectorStatistics {
    const { values, finite, nan, zeros } = this
    const some = finite > 0
    const norms = this.maxNorm >= 0
    return {
      values,
      finite,
      nan,
      infinite: values - finite - nan,
      zeros,
      min: some ? this.min : null,
      max: some ? this.max : null,
      mean: some ? this.mean : null,
      standardDeviation: some ? Math.sqrt(this.squares / finite) : null,
      minNorm: norms ? this.minNorm : null,
      maxNorm: norms ? this.maxNorm : null
    }
  }
}
