/**
 * Parquet's RLE/bit-packed hybrid: levels and dictionary indices.
 * Source: https://parquet.apache.org/docs/file-format/data-pages/encodings/#run-length-encoding--bit-packing-hybrid-rle--3
 */

import { unpackGroups, WIDEST_PACKED } from '../kernels/kernels.ts'

type Target = Uint8Array | Uint16Array | Uint32Array

/** Why a hybrid stream cannot be what it should be. */
export class HybridError extends Error {}

/** Bits that the largest level or index takes. */
export function bitWidthOf(largest: number): number {
  return 32 - Math.clz32(largest)
}

/** What a stream is made of, in order; `at` is the position of a run's first value, `from` of its first byte. */
type Runs = {
  repeated(value: number, at: number, count: number): void
  packed(from: number, at: number, count: number): void
}

/**
 * Goes through the runs of `count` values of `bitWidth` bits (1 to 32).
 * @throws HybridError when the stream ends early, a run is impossible, or bytes are left behind the values
 */
function walkRuns(bytes: Uint8Array, bitWidth: number, count: number, runs: Runs): void {
  const runBytes = (bitWidth + 7) >> 3
  let position = 0
  let filled = 0
  while (filled < count) {
    let head = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[position++]
      if (byte === undefined) throw new HybridError(`the stream ends after ${filled} of ${count} values`)
      head += (byte & 0x7f) * scale
      if (byte < 128) break
      if (scale > 2 ** 28) throw new HybridError('a run length takes too many bytes')
    }
    const groups = Math.floor(head / 2)
    const run = Math.min(head % 2 === 0 ? groups : groups * 8, count - filled)
    if (run === 0) throw new HybridError('a run of no values')
    if (head % 2 === 0) {
      if (position + runBytes > bytes.length) throw new HybridError('the stream ends inside a run')
      let value = 0
      for (let i = 0; i < runBytes; i++) value += (bytes[position + i] ?? 0) * 2 ** (8 * i)
      runs.repeated(value, filled, run)
      position += runBytes
    } else {
      // Writers may leave the padding of the last group away: only the bits that are needed must be there.
      if (position + Math.ceil((run * bitWidth) / 8) > bytes.length) throw new HybridError('the stream ends inside a run')
      runs.packed(position, filled, run)
      position += groups * bitWidth
    }
    filled += run
  }
  // A stream that is read with the wrong width or from the wrong place rarely ends where its bytes do.
  if (position < bytes.length) throw new HybridError(`${bytes.length - position} bytes are left behind its ${count} values`)
}

/**
 * Decodes `count` values of `bitWidth` bits into `out`, from its start.
 * @returns the largest value met
 * @throws HybridError when the stream ends early or a run is impossible
 */
export function decodeHybrid(bytes: Uint8Array, bitWidth: number, count: number, out: Target): number {
  if (bitWidth > 32) throw new HybridError(`${bitWidth} bits a value`)
  if (bitWidth === 0) {
    out.fill(0, 0, count)
    return 0
  }
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
 * Where the zeros stand among `count` levels of one bit, in order. A list column begins a row at each, and all else is long runs of
 * ones: nothing is unpacked to find them.
 * @throws HybridError as decodeHybrid, and for a level above one
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
      if (value > 1) throw new HybridError('a level is too high')
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

/**
 * The value of a stream that is one run of at least `count`, as the levels of columns without nulls are; null for any other.
 */
export function constantOf(bytes: Uint8Array, bitWidth: number, count: number): number | null {
  let head = 0
  let position = 0
  for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
    const byte = bytes[position++] ?? 0
    head += (byte & 0x7f) * scale
    if (byte >= 128) continue
    const runBytes = (bitWidth + 7) >> 3
    if (head % 2 === 1 || head / 2 < count || runBytes !== 1 || position + 1 !== bytes.length) return null
    return bytes[position] ?? null
  }
  return null
}

/** So few groups of eight are unpacked sooner one by one. */
const FEW_GROUPS = 8

/** Unpacks `count` values, least significant bit first; the bytes are there. Returns the largest. */
function unpack(bytes: Uint8Array, start: number, bitWidth: number, count: number, out: Target, at: number): number {
  let done = 0
  let largest = 0
  if (!(out instanceof Uint8Array) && bitWidth <= WIDEST_PACKED) {
    // The last group may lack its padding.
    const groups = Math.min(count >>> 3, Math.floor((bytes.length - start) / bitWidth))
    if (groups > FEW_GROUPS) {
      largest = unpackGroups(bytes, start, bitWidth, groups, out, at)
      done = groups * 8
    }
  }
  for (let i = done; i < count; i++) {
    const first = start + Math.floor((i * bitWidth) / 8)
    const shift = (i * bitWidth) % 8
    let value = 0
    for (let byte = 0; byte * 8 < shift + bitWidth; byte++) value += (bytes[first + byte] ?? 0) * 2 ** (8 * byte)
    value = Math.floor(value / 2 ** shift) % 2 ** bitWidth
    out[at + i] = value
    if (value > largest) largest = value
  }
  return largest
}
