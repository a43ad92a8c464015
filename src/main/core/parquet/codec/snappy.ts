/**
 * Snappy decompression into a buffer of the declared size, without ever writing beyond it. (In hyparquet, a literal of more than 2^31 bytes
 * moves the position back two billion steps.) Source: https://github.com/google/snappy/blob/main/format_description.txt
 */
import { counted } from '../../../../shared/text/numbers.ts'
import { DecodeError } from '../encodings/decodeError.ts'

/**
 * Decompresses one Snappy block.
 * @returns `size` bytes
 * @throws DecodeError if the output is not exactly `size` bytes
 */
export function decompressSnappy(input: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size)
  let from = 0
  let to = 0
  const little = (count: number): number => {
    let value = 0
    for (let i = 0, scale = 1; i < count; i++, scale *= 256) {
      const byte = input[from++]
      if (byte === undefined) throw new DecodeError('Snappy: the block is truncated')
      value += byte * scale
    }
    return value
  }
  let declared = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = little(1)
    declared += (byte & 0x7f) * scale
    if (byte < 128) break
    if (scale > 2 ** 28) throw new DecodeError('Snappy: the length has too many bytes')
  }
  if (declared !== size) throw new DecodeError(counted`Snappy: ${declared} bytes instead of ${size}`)
  while (from < input.length) {
    const tag = little(1)
    const kind = tag & 3
    if (kind === 0) {
      const short = tag >> 2
      const length = (short < 60 ? short : little(short - 59)) + 1
      if (length > input.length - from || length > size - to) throw new DecodeError('Snappy: a literal exceeds the end')
      output.set(input.subarray(from, from + length), to)
      from += length
      to += length
      continue
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const distance = kind === 1 ? ((tag >> 5) << 8) + little(1) : little(kind === 2 ? 2 : 4)
    if (distance === 0 || distance > to || length > size - to) throw new DecodeError('Snappy: a copy exceeds the output')
    for (let i = 0; i < length; i++) output[to + i] = output[to + i - distance] ?? 0
    to += length
  }
  if (to !== size) throw new DecodeError(counted`Snappy: ${to} bytes instead of ${size}`)
  return output
}
