/**
 * LZ4 blocks into a buffer of the declared size, never a byte more. (hyparquet-compressors has one too, but lets a length of the
 * input's choosing drive its copy loop.) Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */

/**
 * Decompresses one LZ4 block.
 * @returns `size` bytes
 * @throws RangeError when the block does not give exactly `size` bytes
 */
export function decompressLz4Block(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size)
  let from = 0
  let to = 0
  const byte = (): number => {
    const value = input[from++]
    if (value === undefined) throw new RangeError('LZ4: the block ends early')
    return value
  }
  const extend = (nibble: number): number => {
    let length = nibble
    if (nibble === 15) {
      for (let more = 255; more === 255; length += more) more = byte()
    }
    return length
  }
  while (from < input.length) {
    const token = byte()
    const literals = extend(token >> 4)
    if (literals > input.length - from || literals > size - to) throw new RangeError('LZ4: literals pass the end')
    output.set(input.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from === input.length) break
    const distance = byte() | (byte() << 8)
    const length = extend(token & 15) + 4
    if (distance === 0 || distance > to || length > size - to) throw new RangeError('LZ4: a copy passes the border')
    if (distance >= length) output.copyWithin(to, to - distance, to - distance + length)
    else for (let i = 0; i < length; i++) output[to + i] = output[to + i - distance] ?? 0
    to += length
  }
  if (to !== size) throw new RangeError(`LZ4: ${to} bytes instead of ${size}`)
  return output
}

/**
 * Decompresses Hadoop's framing of LZ4 blocks (Parquet's deprecated codec "LZ4"): big-endian sizes before each block; some
 * writers left the frames out.
 */
export function decompressLz4Hadoop(input: Uint8Array, size: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const blocks: Uint8Array[] = []
  let from = 0
  let total = 0
  while (from + 8 <= input.length) {
    const blockSize = view.getUint32(from)
    const length = view.getUint32(from + 4)
    if (blockSize > size - total || length > input.length - from - 8) return decompressLz4Block(input, size)
    blocks.push(decompressLz4Block(input.subarray(from + 8, from + 8 + length), blockSize))
    from += 8 + length
    total += blockSize
  }
  return total === size && from === input.length ? Buffer.concat(blocks, size) : decompressLz4Block(input, size)
}
