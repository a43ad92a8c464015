/**
 * DELTA_BINARY_PACKED integers, as Arrow reads them: blocks of any size that the format allows. The padding of the last miniblock is
 * required. Every number is checked before it is used. Source:
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#delta-encoding-delta_binary_packed--5
 */
import { DecodeError } from './decodeError.ts'

type DeltaTarget = Int32Array | BigInt64Array

/** A stream of 32-bit or 64-bit integers, decoded on demand. */
export class DeltaReader {
  private readonly bytes: Uint8Array
  private readonly bits: 32 | 64
  private position: number
  private readonly miniblocks: number
  private readonly perMiniblock: number
  /** The number of values that the stream declares. */
  readonly total: number
  private left: number
  private last: bigint
  private smallest = 0n
  private hasBlock = false
  private widths: Uint8Array = new Uint8Array(0)
  private miniblock = 0
  private width = 0
  private leftInMiniblock = 0
  /** Used bits of the current byte. */
  private bit = 0

  /**
   * @param offset start of the stream
   * @throws DecodeError if its header is truncated or invalid
   */
  constructor(bytes: Uint8Array, offset: number, bits: 32 | 64) {
    this.bytes = bytes
    this.position = offset
    this.bits = bits
    const blockSize = Number(this.varint(32))
    this.miniblocks = Number(this.varint(32))
    this.total = Number(this.varint(32))
    this.last = this.zigZag()
    this.perMiniblock = Math.floor(blockSize / this.miniblocks)
    if (blockSize === 0 || blockSize % 128 !== 0 || this.miniblocks === 0 || this.perMiniblock === 0 || this.perMiniblock % 32 !== 0) {
      throw new DecodeError(`a delta block has ${blockSize} values in ${this.miniblocks} miniblocks`)
    }
    this.left = this.total
  }

  /** The end of the stream, once all of its values are read. */
  get end(): number {
    return this.position + (this.bit > 0 ? 1 : 0)
  }

  /**
   * Reads the next values into `out`, from its start.
   * @returns number of values read. It is less than the length of `out` at the end of the stream
   * @throws DecodeError if the bytes end early or a block is invalid
   */
  read(out: DeltaTarget): number {
    const count = Math.min(out.length, this.left)
    if (count === 0) return 0
    let done = 0
    if (!this.hasBlock) {
      put(out, done++, this.last)
      if (done < count || this.total !== 1) this.beginBlock()
      if (done === count) {
        this.left -= count
        return count
      }
    }
    while (done < count) {
      if (this.leftInMiniblock === 0) this.nextMiniblock()
      const step = Math.min(this.leftInMiniblock, count - done)
      this.need(step)
      for (let i = 0; i < step; i++) {
        this.last = BigInt.asIntN(this.bits, this.last + this.smallest + this.bitsAt(this.position * 8 + this.bit + i * this.width))
        put(out, done++, this.last)
      }
      this.advance(step)
      this.leftInMiniblock -= step
    }
    this.left -= count
    if (this.left === 0) {
      this.need(this.leftInMiniblock)
      this.advance(this.leftInMiniblock)
      this.leftInMiniblock = 0
    }
    return count
  }

  private beginBlock(): void {
    this.smallest = this.zigZag()
    this.widths = this.bytes.subarray(this.position, this.position + this.miniblocks)
    if (this.widths.length < this.miniblocks) throw new DecodeError('the deltas are truncated')
    this.position += this.miniblocks
    this.hasBlock = true
    this.miniblock = -1
    this.nextMiniblock()
  }

  private nextMiniblock(): void {
    this.miniblock += 1
    const width = this.widths[this.miniblock]
    if (width === undefined) {
      this.beginBlock()
      return
    }
    if (width > this.bits) throw new DecodeError(`a delta has ${width} bits`)
    this.width = width
    this.leftInMiniblock = this.perMiniblock
  }

  /** @throws DecodeError if fewer bits are left */
  private need(values: number): void {
    if (this.position * 8 + this.bit + values * this.width > this.bytes.length * 8) throw new DecodeError('the deltas are truncated')
  }

  private advance(values: number): void {
    const bits = this.bit + values * this.width
    this.position += Math.floor(bits / 8)
    this.bit = bits % 8
  }

  /** An unsigned LEB128 number of at most `bits` bits. */
  private varint(bits: 32 | 64): bigint {
    let value = 0n
    for (let shift = 0n; shift < bits; shift += 7n) {
      const byte = this.bytes[this.position++]
      if (byte === undefined) throw new DecodeError('the deltas are truncated')
      value |= BigInt(byte & 0x7f) << shift
      if (byte >= 128) continue
      if (BigInt.asUintN(bits, value) !== value) break
      return value
    }
    throw new DecodeError(`a number has more than ${bits} bits`)
  }

  private zigZag(): bigint {
    const value = this.varint(this.bits)
    return (value >> 1n) ^ -(value & 1n)
  }

  /** `width` bits from bit `at`, least significant first. */
  private bitsAt(at: number): bigint {
    const { bytes, width } = this
    if (width === 0) return 0n
    let value = 0
    let scale = 1
    let high = 0n
    for (let done = 0; done < width; ) {
      const bit = at + done
      const take = Math.min(8 - (bit & 7), width - done)
      const part = ((bytes[Math.floor(bit / 8)] ?? 0) >>> (bit & 7)) & ((1 << take) - 1)
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
}

function put(out: DeltaTarget, at: number, value: bigint): void {
  if (out instanceof BigInt64Array) out[at] = value
  else out[at] = Number(value)
}
