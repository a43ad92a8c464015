/**
 * LZ4 and Snappy compressors, greedy and small. They produce every kind of element of the formats, so that a decompressor meets them all.
 */
import { varint } from '../handmadeShard.ts'

type Copy = { readonly distance: number; readonly length: number }

/** The longest earlier occurrence of the next bytes, overlapping or not, up to `end`. Null below four bytes. */
function findCopy(raw: Uint8Array, at: number, end: number, seen: Map<string, number>): Copy | null {
  if (at + 4 > end) return null
  const key = raw.subarray(at, at + 4).join()
  const before = seen.get(key)
  seen.set(key, at)
  if (before === undefined || at - before > 65_535) return null
  let length = 4
  while (at + length < end && raw[at + length] === raw[before + length]) length++
  return { distance: at - before, length }
}

function lz4Length(length: number): number[] {
  if (length < 15) return []
  return [...new Array<number>(Math.floor((length - 15) / 255)).fill(255), (length - 15) % 255]
}

/** @param last minimum distance of the last copy from the end, in bytes: 12 by the format, which liblz4 enforces */
export function compressLz4(raw: Uint8Array, last = 12): Uint8Array {
  const pieces: Uint8Array[] = []
  const seen = new Map<string, number>()
  let from = 0
  const literals = (to: number, copy: Copy | null): void => {
    const match = copy === null ? 0 : copy.length - 4
    const token = (Math.min(to - from, 15) << 4) | Math.min(match, 15)
    pieces.push(Uint8Array.of(token, ...lz4Length(to - from)), raw.subarray(from, to))
    if (copy !== null) pieces.push(Uint8Array.of(copy.distance & 255, copy.distance >> 8, ...lz4Length(match)))
  }
  for (let at = 0; at < raw.length; ) {
    // The last five bytes of a block are always literals.
    const copy = at > raw.length - last ? null : findCopy(raw, at, raw.length - 5, seen)
    if (copy === null) {
      at++
      continue
    }
    literals(at, copy)
    at += copy.length
    from = at
  }
  literals(raw.length, null)
  return Buffer.concat(pieces)
}

export function compressSnappy(raw: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [Uint8Array.from(varint(raw.length))]
  const seen = new Map<string, number>()
  let from = 0
  const literal = (to: number): void => {
    if (to === from) return
    const length = to - from - 1
    if (length < 60) pieces.push(Uint8Array.of(length << 2))
    else if (length < 256) pieces.push(Uint8Array.of(60 << 2, length))
    else pieces.push(Uint8Array.of(62 << 2, length & 255, (length >> 8) & 255, length >> 16))
    pieces.push(raw.subarray(from, to))
  }
  for (let at = 0; at < raw.length; ) {
    const copy = findCopy(raw, at, raw.length, seen)
    if (copy === null) {
      at++
      continue
    }
    literal(at)
    for (let left = copy.length; left > 0; ) {
      const length = Math.min(left, 64)
      const { distance } = copy
      if (length >= 4 && length <= 11 && distance < 2048)
        pieces.push(Uint8Array.of(1 | ((length - 4) << 2) | ((distance >> 8) << 5), distance & 255))
      else if (distance % 2 === 0) pieces.push(Uint8Array.of(2 | ((length - 1) << 2), distance & 255, distance >> 8))
      else pieces.push(Uint8Array.of(3 | ((length - 1) << 2), distance & 255, distance >> 8, 0, 0))
      left -= length
    }
    at += copy.length
    from = at
  }
  literal(raw.length)
  return Buffer.concat(pieces)
}
