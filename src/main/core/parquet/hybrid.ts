/**
 * Parquet's RLE/bit-packed hybrid: levels and dictionary indices.
 * Source: https://parquet.apache.org/docs/file-format/data-pages/encodings/#run-length-encoding--bit-packing-hybrid-rle--3
 */

/** Why a hybrid stream cannot be what it should be. */
export class HybridError extends Error {}

type Target = Uint8Array | Uint16Array | Uint32Array

/** Bits that the largest level or index takes. */
export function bitWidthOf(largest: number): number {
  return 32 - Math.clz32(largest)
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
  const runBytes = (bitWidth + 7) >> 3
  let position = 0
  let filled = 0
  let largest = 0
  while (filled < count) {
    let head = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[position++]
      if (byte === undefined) throw new HybridError(`the stream ends after ${filled} of ${count} values`)
      head += (byte & 0x7f) * scale
      if (byte < 128) break
      if (scale > 2 ** 28) throw new HybridError('a run length takes too many bytes')
    }
    if (head % 2 === 0) {
      const run = Math.min(head / 2, count - filled)
      if (run === 0) throw new HybridError('a run of no values')
      if (position + runBytes > bytes.length) throw new HybridError('the stream ends inside a run')
      let value = 0
      for (let i = 0; i < runBytes; i++) value += (bytes[position + i] ?? 0) * 2 ** (8 * i)
      position += runBytes
      if (value > largest) largest = value
      out.fill(value, filled, filled + run)
      filled += run
    } else {
      const groups = (head - 1) / 2
      const run = Math.min(groups * 8, count - filled)
      if (run === 0) throw new HybridError('a run of no values')
      // Writers may leave the padding of the last group away: only the bits that are needed must be there.
      if (position + Math.ceil((run * bitWidth) / 8) > bytes.length) throw new HybridError('the stream ends inside a run')
      const top = unpack(bytes, position, bitWidth, run, out, filled)
      if (top > largest) largest = top
      position += groups * bitWidth
      filled += run
    }
  }
  // A stream that is read with the wrong width or from the wrong place rarely ends where its bytes do.
  if (position < bytes.length) throw new HybridError(`${bytes.length - position} bytes are left behind its ${count} values`)
  return largest
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

/** Unpacks `count` values, least significant bit first; the bytes are there. Returns the largest. */
function unpack(bytes: Uint8Array, start: number, bitWidth: number, count: number, out: Target, at: number): number {
  let largest = 0
  const mask = bitWidth === 32 ? 0xffffffff : (1 << bitWidth) - 1
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // Values that a 32-bit read at their first byte covers whole and inside the buffer.
  const fast = bitWidth <= 25 ? Math.max(0, Math.min(count, Math.floor(((bytes.length - start - 4) * 8) / bitWidth))) : 0
  let bit = start * 8
  let i = 0
  for (; i < fast; i++, bit += bitWidth) {
    const value = (view.getUint32(bit >>> 3, true) >>> (bit & 7)) & mask
    out[at + i] = value
    if (value > largest) largest = value
  }
  for (; i < count; i++) {
    let value = 0
    for (let b = 0; b < bitWidth; b++) {
      const position = (i * bitWidth + b) >>> 3
      const shift = (i * bitWidth + b) & 7
      if ((((bytes[start + position] ?? 0) >>> shift) & 1) === 1) value += 2 ** b
    }
    out[at + i] = value
    if (value > largest) largest = value
  }
  return largest
}
