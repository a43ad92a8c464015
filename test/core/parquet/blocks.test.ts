/** LZ4 and Snappy: a round trip is exact, and no input produces more or fewer bytes than declared. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decompressLz4Block, decompressLz4Hadoop } from '../../../src/main/core/parquet/codec/lz4.ts'
import { decompressSnappy } from '../../../src/main/core/parquet/codec/snappy.ts'
import { DecodeError } from '../../../src/main/core/parquet/encodings/decodeError.ts'
import { lz4Literals, snappyLiterals } from '../handmadeShard.ts'
import { compressLz4, compressSnappy } from './blockCompressors.ts'

/** Bytes with repetitions, near and far, so that there are matches. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.integer({ min: 1, max: 40 })), { maxLength: 12 })
  .map(parts => Buffer.concat(parts.flatMap(([bytes, times]) => new Array<Uint8Array>(times).fill(bytes))))

const CODECS = [
  { name: 'LZ4', compress: compressLz4, literals: lz4Literals, decompress: decompressLz4Block },
  { name: 'Hadoop LZ4', compress: hadoop, literals: lz4Literals, decompress: decompressLz4Hadoop },
  { name: 'Snappy', compress: compressSnappy, literals: snappyLiterals, decompress: decompressSnappy }
]

/** Frames of at most 500 bytes, each with its two sizes. */
function hadoop(raw: Uint8Array): Uint8Array {
  const frames: Uint8Array[] = []
  for (let at = 0; at < raw.length; at += 500) {
    const part = raw.subarray(at, at + 500)
    const block = compressLz4(part)
    const sizes = Buffer.alloc(8)
    sizes.writeUInt32BE(part.length)
    sizes.writeUInt32BE(block.length, 4)
    frames.push(sizes, block)
  }
  return Buffer.concat(frames)
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

describe.each(CODECS)('$name', ({ compress, literals, decompress }) => {
  test('round trip', () => {
    fc.assert(
      fc.property(repetitive, raw => {
        expect(same(decompress(compress(raw), raw.length), raw)).toBe(true)
        expect(same(decompress(literals(raw), raw.length), raw)).toBe(true)
      }),
      { numRuns: 200 }
    )
  })

  test('a megabyte of one byte value, and 100,000 random bytes', () => {
    const plain = Buffer.alloc(2 ** 20, 'A')
    const block = compress(plain)
    expect(block.length).toBeLessThan(100_000)
    expect(same(decompress(block, plain.length), plain)).toBe(true)
    const random = Uint8Array.from({ length: 100_000 }, (_, i) => Math.imul(i + 1, 2_654_435_761) >>> 24)
    expect(same(decompress(compress(random), random.length), random)).toBe(true)
  })

  test('a block with more or less output than declared is refused', () => {
    fc.assert(
      fc.property(repetitive, fc.integer({ min: -30, max: 30 }), (raw, more) => {
        fc.pre(more !== 0 && raw.length + more >= 0)
        expect(() => decompress(compress(raw), raw.length + more)).toThrow(DecodeError)
      })
    )
  })

  test('a truncated block is refused', () => {
    fc.assert(
      fc.property(repetitive, fc.nat(), (raw, cut) => {
        const block = compress(raw)
        fc.pre(raw.length > 0)
        expect(() => decompress(block.subarray(0, cut % block.length), raw.length)).toThrow(DecodeError)
      })
    )
  })

  test('any bytes give exactly the declared size, or a DecodeError', () => {
    const mutated = fc.tuple(repetitive, fc.nat(), fc.nat(255)).map(([raw, at, value]) => {
      const block = Uint8Array.from(compress(raw))
      block[at % Math.max(block.length, 1)] = value
      return { block, size: raw.length }
    })
    const random = fc.record({ block: fc.uint8Array({ maxLength: 200 }), size: fc.nat(3000) })
    fc.assert(
      fc.property(fc.oneof(mutated, random), ({ block, size }) => {
        try {
          expect(decompress(block, size).length).toBe(size)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
      }),
      { numRuns: 2000 }
    )
  })
})

describe('handmade blocks', () => {
  const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex')
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

  test.each([
    ['literals only', '50 68656c6c6f', 'hello'],
    ['an overlapping copy', '16 61 0100 50 6263646566', `${'a'.repeat(11)}bcdef`],
    ['a length in more than one byte', `1f 61 0100 ff02 50 6263646566`, `${'a'.repeat(1 + 4 + 15 + 257)}bcdef`]
  ])('LZ4: %s', (_, block, expected) => {
    expect(text(decompressLz4Block(hex(block), expected.length))).toBe(expected)
  })

  test.each([
    ['literals beyond the block', '50 6865', 5],
    ['a copy from before the start', '10 61 0200 50 6263646566', 10],
    ['a copy at distance 0', '10 61 0000 50 6263646566', 10],
    ['a copy beyond the declared size', '1f 61 0100 ffffff00 00', 20],
    ['an endless length', `f0 ${'ff'.repeat(64)}`, 1000],
    ['no bytes', '', 1],
    ['a copy without its distance', '1061 01', 5]
  ])('LZ4 refuses %s', (_, block, size) => {
    expect(() => decompressLz4Block(hex(block), size)).toThrow(DecodeError)
  })

  test('LZ4 of the older kind without frames', () => {
    expect(text(decompressLz4Hadoop(hex('50 68656c6c6f'), 5))).toBe('hello')
    expect(text(decompressLz4Hadoop(hex('a0 68656c6c6f20776f726c'), 10))).toBe('hello worl')
  })

  test.each([
    ['literals only', '05 10 68656c6c6f', 'hello'],
    ['a literal with its length in a byte', `40 f03f ${'61'.repeat(64)}`, 'a'.repeat(64)],
    ['a copy of the first kind', '08 00 61 0d01', 'aaaaaaaa'],
    ['a copy of the second kind', '08 04 6162 160200', 'abababab'],
    ['a copy of the third kind', '08 04 6162 1702000000', 'abababab']
  ])('Snappy: %s', (_, block, expected) => {
    expect(text(decompressSnappy(hex(block), expected.length))).toBe(expected)
  })

  test.each([
    ['another length than declared', '06 10 68656c6c6f', 5],
    ['an endless length', 'ffffffffffffffff', 5],
    ['a literal of four gigabytes', '05 fc ffffffff 61', 5],
    ['a copy from before the start', '08 00 61 0d02', 8],
    ['a copy at distance 0', '08 00 61 0d00', 8],
    ['more than declared', '04 10 68656c6c6f', 4],
    ['less than declared', '09 10 68656c6c6f', 9],
    ['no bytes', '', 0]
  ])('Snappy refuses %s', (_, block, size) => {
    expect(() => decompressSnappy(hex(block), size)).toThrow(DecodeError)
  })
})
