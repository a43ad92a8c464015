/**
 * DELTA_BINARY_PACKED integers, every number bounded before it is read. (hyparquet decodes it too, but follows a varint of any
 * length, in time that grows with its square.) Source: parquet-format, Encodings.md
 */

/**
 * Decodes `out.length` values from `offset` on.
 * @returns where the encoded values end
 * @throws RangeError when the bytes end early or a header is impossible
 */
export function decodeDeltas(bytes: Uint8Array, offset: number, out: Int32Array | BigInt64Array): number {
  const cursor = { bytes, position: offset }
  const blockSize = Number(varint(cursor))
  const miniblocks = Number(varint(cursor))
  const total = Number(varint(cursor))
  let value = zigZag(cursor)
  const perMiniblock = blockSize / miniblocks
  if (blockSize === 0 || blockSize % 128 !== 0 || blockSize > 65_536 || miniblocks === 0 || perMiniblock % 32 !== 0) {
    throw new RangeError(`delta blocks of ${blockSize} values in ${miniblocks} parts`)
  }
  if (total !== out.length) throw new RangeError(`${total} delta values, ${out.length} are due`)
  const put = writer(out)
  if (total > 0) put(0, value)
  for (let filled = 1; filled < total; ) {
    const smallest = zigZag(cursor)
    const widths = cursor.bytes.subarray(cursor.position, cursor.position + miniblocks)
    if (widths.length < miniblocks) throw new RangeError('the deltas end early')
    cursor.position += miniblocks
    for (const width of widths) {
      if (filled >= total) break
      if (width > 64) throw new RangeError(`deltas of ${width} bits`)
      const count = Math.min(perMiniblock, total - filled)
      const needed = Math.ceil((count * width) / 8)
      if (cursor.position + needed > bytes.length) throw new RangeError('the deltas end early')
      for (let i = 0; i < count; i++) {
        value = BigInt.asIntN(64, value + smallest + bitsAt(bytes, cursor.position * 8 + i * width, width))
        put(filled++, value)
      }
      cursor.position += (perMiniblock * width) / 8
    }
  }
  return Math.min(cursor.position, bytes.length)
}

function writer(out: Int32Array | BigInt64Array): (at: number, value: bigint) => void {
  if (out instanceof BigInt64Array) {
    return (at, value) => {
      out[at] = value
    }
  }
  return (at, value) => {
    out[at] = Number(BigInt.asIntN(32, value))
  }
}

type Cursor = { readonly bytes: Uint8Array; position: number }

/** Unsigned LEB128 of at most ten bytes. */
function varint(cursor: Cursor): bigint {
  let value = 0n
  for (let shift = 0n; shift <= 63n; shift += 7n) {
    const byte = cursor.bytes[cursor.position++]
    if (byte === undefined) throw new RangeError('the deltas end early')
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 128) return BigInt.asUintN(64, value)
  }
  throw new RangeError('a number takes more than ten bytes')
}

function zigZag(cursor: Cursor): bigint {
  const value = varint(cursor)
  return (value >> 1n) ^ -(value & 1n)
}

/** `width` bits from bit `at` on, least significant first. */
function bitsAt(bytes: Uint8Array, at: number, width: number): bigint {
  if (width === 0) return 0n
  let value = 0
  let scale = 1
  let high = 0n
  for (let done = 0; done < width; ) {
    const bit = at + done
    const take = Math.min(8 - (bit & 7), width - done)
    const part = ((bytes[bit >>> 3] ?? 0) >>> (bit & 7)) & ((1 << take) - 1)
    if (done + take <= 48) {
      value += part * scale
      scale *= 2 ** take
    } else {
      high |= BigInt(part) << BigInt(done)
    }
    done += take
  }
  return BigInt(value) + high
}
