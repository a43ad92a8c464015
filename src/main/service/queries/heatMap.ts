/**
 * A shard as an image. Each cell is the mean of the finite values in it. It is read page by page, so that memory is bounded by the image
 * and a page, and a damaged shard is drawn up to its damage.
 */

import { setImmediate } from 'node:timers/promises'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { counted } from '../../../shared/text/numbers.ts'
import { CancelledError, listShard, readVectors, type ShardEntry, type VectorBatch } from '../../core/index.ts'
import { stampOf } from './shardReads.ts'

export type HeatMapRequest = {
  readonly root: string
  readonly shardPath: string
  /** Maximum number of cells across and down. */
  readonly width: number
  readonly height: number
}

export type HeatMap = {
  readonly width: number
  readonly height: number
  readonly rows: number
  readonly dimensions: number
  readonly low: number
  readonly high: number
  readonly cells: Float32Array<ArrayBuffer>
  readonly damage: string | null
}

/** Values that are sampled for the colour range. */
const SAMPLES = 2 ** 17

/** @throws NotFoundError, CancelledError; a damaged shard is drawn as far as it can be read */
export async function drawHeatMap(request: HeatMapRequest, signal: AbortSignal): Promise<HeatMap> {
  const { root, shardPath } = request
  stampOf(root, shardPath)
  const entry = listShard(root, shardPath)
  const dimensions = entry.dimensions ?? (await longestRow(root, shardPath, signal))
  const picture = new Picture(entry, dimensions, request)
  let read = 0
  const batches = readVectors(root, shardPath)
  for (let next = batches.next(); ; next = batches.next()) {
    if (next.done) return picture.result(next.value === null ? null : damageText(describeFinding(next.value), read, entry.rows))
    picture.add(next.value)
    read = next.value.firstRow + next.value.rows
    await pause(signal)
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate()
  if (signal.aborted) throw new CancelledError()
}

function damageText(message: string, read: number, rows: number | null): string {
  if (rows === null) return `the shard cannot be read: ${message}`
  return read === 0 ? `no row can be read: ${message}` : counted`rows ${read} to ${rows - 1} cannot be read: ${message}`
}

/** Rows of a shard may differ in length. Then the image is as wide as the longest one. */
async function longestRow(root: string, shardPath: string, signal: AbortSignal): Promise<number> {
  let longest = 0
  for (const { rows, offsets } of readVectors(root, shardPath)) {
    for (let i = 0; i < rows; i++) longest = Math.max(longest, (offsets[i + 1] ?? 0) - (offsets[i] ?? 0))
    await pause(signal)
  }
  return longest
}

class Picture {
  private readonly rows: number
  private readonly dimensions: number
  private readonly width: number
  private readonly height: number
  private readonly sums: Float64Array
  private readonly counts: Uint32Array
  private readonly column: Uint32Array
  private readonly samples: number[] = []
  private readonly stride: number
  private seen = 0

  constructor(entry: ShardEntry, dimensions: number, wanted: HeatMapRequest) {
    this.rows = entry.rows ?? 0
    this.dimensions = dimensions
    this.width = Math.max(1, Math.min(wanted.width, dimensions))
    this.height = Math.max(1, Math.min(wanted.height, this.rows))
    this.sums = new Float64Array(this.width * this.height)
    this.counts = new Uint32Array(this.width * this.height)
    this.column = Uint32Array.from({ length: dimensions }, (_, i) => Math.floor((i * this.width) / dimensions))
    this.stride = Math.max(1, Math.ceil((this.rows * dimensions) / SAMPLES))
  }

  add({ firstRow, rows, offsets, values }: VectorBatch): void {
    const { sums, counts, column, width, samples, stride } = this
    for (let i = 0; i < rows; i++) {
      const start = offsets[i] ?? 0
      const length = Math.min((offsets[i + 1] ?? 0) - start, this.dimensions)
      const line = Math.floor(((firstRow + i) * this.height) / this.rows) * width
      for (let at = 0; at < length; at++) {
        const value = values[start + at] ?? Number.NaN
        // x - x is 0 only for a finite x.
        if (value - value !== 0) continue
        const cell = line + (column[at] ?? 0)
        sums[cell] = (sums[cell] ?? 0) + value
        counts[cell] = (counts[cell] ?? 0) + 1
        if (this.seen++ % stride === 0) samples.push(value)
      }
    }
  }

  result(damage: string | null): HeatMap {
    const { width, height, rows, dimensions } = this
    const cells = Float32Array.from(this.sums, (sum, cell) => {
      const count = this.counts[cell] ?? 0
      return count === 0 ? Number.NaN : sum / count
    })
    const sorted = Float64Array.from(this.samples).sort()
    const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0
    return { width, height, rows, dimensions, low: at(0.01), high: at(0.99), cells, damage }
  }
}
