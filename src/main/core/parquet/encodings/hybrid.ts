/**
 * Parquet's RLE/bit-packed hybrid, used for levels and dictionary indices. One reader decodes valid streams at once. The other accepts what
 * Arrow accepts, value by value. Source:
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#run-length-encoding--bit-packing-hybrid-rle--3
 */

import { unpackGroups, WIDEST_PACKED } from '../../kernels/kernels.ts'
import { DecodeError } from './decodeError.ts'

type Target = Uint8Array | Uint16Array | Uint32Array

/** Number of bits of the largest level or index. */
export function bitWidthOf(largest: number): number {
  return 32 - Math.clz32(largest)
}

const MOST_GROUPS = Math.floor((2 ** 31 - 1) / 8)

type Run = {
  readonly isPacked: boolean
  /** Number of values. Smaller for a packed run with a truncated last group. */
  readonly count: number
  /** Start of its values, and start of the next run. */
  readonly from: number
  readonly end: number
}

/** The run at a position, by Arrow's rules. Null if it is invalid. */
function runAt(bytes: Uint8Array, position: number, bitWidth: number): Run | null {
  let head = 0
  let from = position
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[from++]
    if (byte === undefined || scale > 2 ** 28) return null
    head += (byte & 0x7f) * scale
    if (byte < 128) break
  }
  const groups = Math.floor(head / 2)
  if (head > 0xffffffff || groups === 0) return null
  if (head % 2 === 0) {
    const end = from + ((bitWidth + 7) >> 3)
    return end > bytes.length ? null : { isPacked: false, count: groups, from, end }
  }
  if (groups > MOST_GROUPS) return null
  const end = from + groups * bitWidth
  if (end <= bytes.length) return { isPacked: true, count: groups * 8, from, end }
  // Some writers omit the padding of the last group.
  const count = Math.floor(((bytes.length - from) * 8) / bitWidth)
  return count > (groups - 1) * 8 ? { isPacked: true, count, from, end: bytes.length } : null
}

function repeatedValue(bytes: Uint8Array, from: number, bitWidth: number): number {
  let value = 0
  for (let i = 0; i < (bitWidth + 7) >> 3; i++) value += (bytes[from + i] ?? 0) * 2 ** (8 * i)
  return value
}

/** Visitor for the runs of a stream, in order. `at` is the position of a run's first value, `from` that of its first byte. */
type Runs = {
  repeated(value: number, at: number, count: number): void
  packed(from: number, at: number, count: number): void
}

/**
 * Visits the runs of `count` values of `bitWidth` bits (0 to 32).
 * @throws DecodeError if the stream ends early, a run is invalid, or bytes follow the values
 */
function walkRuns(bytes: Uint8Array, bitWidth: number, count: number, runs: Runs): void {
  let position = 0
  let filled = 0
  while (filled < count) {
    const run = runAt(bytes, position, bitWidth)
    if (run === null) throw new DecodeError(`the stream ends after ${filled} of ${count} values`)
    const taken = Math.min(run.count, count - filled)
    if (run.isPacked) runs.packed(run.from, filled, taken)
    else runs.repeated(repeatedValue(bytes, run.from, bitWidth), filled, taken)
    position = run.end
    filled += taken
  }
  if (count === 0) return
  // A stream that is read with the wrong width or from the wrong position rarely ends at its last byte.
  if (position < bytes.length) throw new DecodeError(`${bytes.length - position} bytes follow its ${count} values`)
}

/**
 * Decodes `count` values of `bitWidth` bits into `out`, from its start.
 * @returns the largest value
 * @throws DecodeError if the stream ends early or a run is invalid
 */
export function decodeHybrid(bytes: Uint8Array, bitWidth: number, count: number, out: Target): number {
  if (bitWidth > 32) throw new DecodeError(`a value has ${bitWidth} bits`)
  let largest = 0
  walkRuns(bytes, bitWidth, count, {
    repeated: (value, at, run) => {
      if (value > largest) largest = value
      out.fill(value, at, at + run)
    },
    packed: (from, at, run) => {
      const top = unpack(bytes, from, bitWidth, run, out, at)
      if (top > largest) largest = top
    }
  })
  return largest
}

/**
 * The positions of zeros among `count` levels of one bit, in order. In a list column each zero begins a row, and the rest are long runs of
 * ones, so nothing is unpacked to find them.
 * @throws DecodeError like decodeHybrid, and for a level above one
 */
export function zerosOf(bytes: Uint8Array, count: number): Uint32Array {
  let zeros = new Uint32Array(1024)
  let found = 0
  const add = (at: number): void => {
    if (found === zeros.length) {
      const grown = new Uint32Array(found * 2)
      grown.set(zeros)
      zeros = grown
    }
    zeros[found++] = at
  }
  walkRuns(bytes, 1, count, {
    repeated: (value, at, run) => {
      if (value > 1) throw new DecodeError('a level is too high')
      if (value === 0) for (let i = 0; i < run; i++) add(at + i)
    },
    packed: (from, at, run) => {
      for (let i = 0; i < run; i += 8) {
        const byte = bytes[from + (i >>> 3)] ?? 0
        if (byte === 0xff) continue
        for (let bit = 0; bit < 8 && i + bit < run; bit++) if (((byte >>> bit) & 1) === 0) add(at + i + bit)
      }
    }
  })
  return zeros.subarray(0, found)
}

/** The value of a stream that is one run of at least `count`, as levels of columns without nulls are. Null for any other stream. */
export function constantOf(bytes: Uint8Array, bitWidth: number, count: number): number | null {
  if (count === 0 || bitWidth > 8) return null
  const run = runAt(bytes, 0, bitWidth)
  if (run === null || run.isPacked || run.count < count || run.end !== bytes.length) return null
  return bytes[run.from] ?? null
}

/** Below this number of groups of eight, unpacking one by one is faster. */
const FEW_GROUPS = 8

/** Unpacks `count` values, least significant bit first. The bytes must be present. Returns the largest value. */
function unpack(bytes: Uint8Array, start: number, bitWidth: number, count: number, out: Target, at: number): number {
  let done = 0
  let largest = 0
  if (!(out instanceof Uint8Array) && bitWidth > 0 && bitWidth <= WIDEST_PACKED) {
    // The last group may lack its padding.
    const groups = Math.min(count >>> 3, Math.floor((bytes.length - start) / bitWidth))
    if (groups > FEW_GROUPS) {
      largest = unpackGroups(bytes, start, bitWidth, groups, out, at)
      done = groups * 8
    }
  }
  for (let i = done; i < count; i++) {
    const value = packedAt(bytes, start, bitWidth, i)
    out[at + i] = value
    if (value > largest) largest = value
  }
  return largest
}

/** The `i`-th of the values packed from a byte on. */
function packedAt(bytes: Uint8Array, start: number, bitWidth: number, i: number): number {
  const first = start + Math.floor((i * bitWidth) / 8)
  const shift = (i * bitWidth) % 8
  let value = 0
  for (let byte = 0; byte * 8 < shift + bitWidth; byte++) value += (bytes[first + byte] ?? 0) * 2 ** (8 * byte)
  return Math.floor(value / 2 ** shift) % 2 ** bitWidth
}

/** The number of indices of a packed run that are checked against a dictionary at a time. */
const CHECKED_AT_ONCE = 1024

/** A stream that is decoded on demand. Bytes after the requested values are ignored. */
export class HybridReader {
  private readonly bytes: Uint8Array
  private readonly bitWidth: number
  private position = 0
  private run: Run | null = null
  private taken = 0

  constructor(bytes: Uint8Array, bitWidth: number) {
    this.bytes = bytes
    this.bitWidth = bitWidth
  }

  /** Bytes after the runs that were started. */
  get spareBytes(): number {
    return this.bytes.length - this.position
  }

  /**
   * Reads the next values.
   * @returns number of values read. It is less than `count` if the stream ends early or a run is invalid
   */
  read(out: Target, at: number, count: number): number {
    let done = 0
    while (done < count && this.inRun()) done += this.take(out, at + done, count - done)
    return done
  }

  /**
   * Reads indices into a dictionary. As in Arrow, an index out of range ends a packed run, and the next run is read.
   * @returns number of indices read
   */
  readIndices(out: Target, at: number, count: number, dictionaryLength: number): number {
    let done = 0
    if (dictionaryLength === 0) return 0
    while (done < count && this.inRun()) {
      const before = done
      const run = this.run
      while (done < count && this.run === run && run !== null) {
        const taken = this.taken
        const step = this.take(out, at + done, Math.min(count - done, run.isPacked ? CHECKED_AT_ONCE : count))
        if (!areBelow(out, at + done, step, dictionaryLength)) {
          this.taken = taken
          if (done === before) return done
          this.run = null
          break
        }
        done += step
      }
    }
    return done
  }

  /** Whether a run has values left. Starts the next run when the last one is used up. */
  private inRun(): boolean {
    if (this.run !== null) return true
    if (this.position >= this.bytes.length) return false
    const run = runAt(this.bytes, this.position, this.bitWidth)
    if (run === null) return false
    this.run = run
    this.taken = 0
    this.position = run.end
    return true
  }

  private take(out: Target, at: number, count: number): number {
    const { bytes, bitWidth, run } = this
    if (run === null) return 0
    const step = Math.min(count, run.count - this.taken)
    if (!run.isPacked) out.fill(repeatedValue(bytes, run.from, bitWidth), at, at + step)
    else if (this.taken === 0) unpack(bytes, run.from, bitWidth, step, out, at)
    else for (let i = 0; i < step; i++) out[at + i] = packedAt(bytes, run.from, bitWidth, this.taken + i)
    this.taken += step
    if (this.taken === run.count) this.run = null
    return step
  }
}

function areBelow(values: Target, at: number, count: number, limit: number): boolean {
  for (let i = at; i < at + count; i++) if ((values[i] ?? 0) >= limit) return false
  return true
}

/** Levels in the old bit-packed form without runs, least significant bit first, as Arrow reads them. */
export function unpackLevels(bytes: Uint8Array, bitWidth: number, count: number, out: Uint8Array): void {
  unpack(bytes, 0, bitWidth, count, out, 0)
}
