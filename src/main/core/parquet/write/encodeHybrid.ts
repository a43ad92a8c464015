/** Encoder for Parquet's RLE/bit-packed hybrid: long runs as runs, the rest packed in groups of eight. */

/**
 * Encodes values of `bitWidth` bits (0 to 32).
 */
export function encodeHybrid(values: ArrayLike<number>, bitWidth: number): Uint8Array {
  if (bitWidth === 0) return encodeRun(values.length, 0, 0)
  const pieces: Uint8Array[] = []
  let packedFrom = 0
  let at = 0
  while (at < values.length) {
    const end = endOfRun(values, at, bitWidth)
    // A packed run consists of whole groups of eight, so it may take values from the following run.
    const borrow = (8 - ((at - packedFrom) % 8)) % 8
    if (end - at - borrow >= 8) {
      if (at + borrow > packedFrom) pieces.push(encodePacked(values, packedFrom, at + borrow, bitWidth))
      pieces.push(encodeRun(end - at - borrow, values[at] ?? 0, bitWidth))
      packedFrom = end
    }
    at = end
  }
  if (packedFrom < values.length) pieces.push(encodePacked(values, packedFrom, values.length, bitWidth))
  return Buffer.concat(pieces)
}

function endOfRun(values: ArrayLike<number>, at: number, bitWidth: number): number {
  if (bitWidth === 1 && values instanceof Uint8Array) {
    const other = values.indexOf(1 - (values[at] ?? 0), at)
    return other === -1 ? values.length : other
  }
  let end = at + 1
  while (end < values.length && values[end] === values[at]) end++
  return end
}

/**
 * Encodes the levels of a page.
 * @param levels null if all are `max`
 */
export function encodeBitLevels(levels: Uint8Array | null, count: number, max: number): Uint8Array {
  const bitWidth = 32 - Math.clz32(max)
  if (levels === null || isThroughout(levels, max)) return encodeRun(count, max, bitWidth)
  return encodeHybrid(levels, bitWidth)
}

function isThroughout(levels: Uint8Array, level: number): boolean {
  for (let i = 0; i < levels.length; i++) if (levels[i] !== level) return false
  return true
}

function varint(value: number): number[] {
  const out: number[] = []
  let rest = value
  while (rest > 127) {
    out.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  out.push(rest)
  return out
}

function encodeRun(length: number, value: number, bitWidth: number): Uint8Array {
  const bytes = varint(length * 2)
  for (let i = 0; i < (bitWidth + 7) >> 3; i++) bytes.push(Math.floor(value / 2 ** (8 * i)) % 256)
  return Uint8Array.from(bytes)
}

function encodePacked(values: ArrayLike<number>, from: number, to: number, bitWidth: number): Uint8Array {
  const groups = Math.ceil((to - from) / 8)
  const head = varint(groups * 2 + 1)
  const out = new Uint8Array(head.length + groups * bitWidth)
  out.set(head)
  let bit = head.length * 8
  for (let i = from; i < to; i++) {
    const value = values[i] ?? 0
    for (let b = 0; b < bitWidth; b++, bit++) {
      if (Math.floor(value / 2 ** b) % 2 === 1) out[bit >>> 3] = (out[bit >>> 3] ?? 0) | (1 << (bit & 7))
    }
  }
  return out
}
