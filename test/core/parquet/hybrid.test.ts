/** The hybrid encoding compared with its own inverse, with another implementation, and with invalid streams. */
import fc from 'fast-check'
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../../src/main/core/parquet/encodings/decodeError.ts'
import { bitWidthOf, decodeHybrid, zerosOf } from '../../../src/main/core/parquet/encodings/hybrid.ts'
import { encodeBitLevels, encodeHybrid } from '../../../src/main/core/parquet/write/encodeHybrid.ts'
import { packed, run, varint } from '../handmadeShard.ts'

/** A bit width, and values that fit it: runs of any length between random values. */
const stream = fc
  .integer({ min: 0, max: 32 })
  .chain(bitWidth =>
    fc.tuple(
      fc.constant(bitWidth),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** bitWidth - 1 }), fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 }))), {
        maxLength: 60
      })
    )
  )
  .map(([bitWidth, runs]) => ({ bitWidth, values: runs.flatMap(([value, length]) => new Array<number>(length).fill(value)) }))

function decode(bytes: Uint8Array, bitWidth: number, count: number): { values: number[]; largest: number } {
  const out = new Uint32Array(count)
  const largest = decodeHybrid(bytes, bitWidth, count, out)
  return { values: [...out], largest }
}

test('encoded values are decoded, with the largest value', () => {
  fc.assert(
    fc.property(stream, ({ bitWidth, values }) => {
      const { values: decoded, largest } = decode(encodeHybrid(values, bitWidth), bitWidth, values.length)
      expect(decoded).toEqual(values)
      expect(largest).toBe(values.reduce((a, b) => Math.max(a, b), 0))
    }),
    { numRuns: 300 }
  )
})

test('hyparquet reads the encoded values', () => {
  fc.assert(
    fc.property(
      stream.filter(({ bitWidth }) => bitWidth >= 1 && bitWidth <= 24),
      ({ bitWidth, values }) => {
        const bytes = Uint8Array.from(encodeHybrid(values, bitWidth))
        const output = new Array<number>(values.length).fill(-1)
        readRleBitPackedHybrid({ view: new DataView(bytes.buffer), offset: 0 }, bitWidth, output, bytes.length)
        expect(output.slice(0, values.length)).toEqual(values)
      }
    ),
    { numRuns: 200 }
  )
})

test('levels round-trip', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 3), fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 200 }), (max, levels) => {
      const within = Uint8Array.from(levels, level => Math.min(level, max))
      expect(decode(encodeBitLevels(within, within.length, max), bitWidthOf(max), within.length).values).toEqual([...within])
      expect(decode(encodeBitLevels(null, 50, max), bitWidthOf(max), 50).values).toEqual(new Array(50).fill(max))
    })
  )
})

test('packed values of every width, in every kind of array, are unpacked like by hyparquet', () => {
  for (let bitWidth = 1; bitWidth <= 24; bitWidth++) {
    const values = Array.from({ length: 1019 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> (32 - bitWidth))
    const bytes = Uint8Array.from(encodeHybrid(values, bitWidth))
    const theirs = new Array<number>(values.length).fill(-1)
    readRleBitPackedHybrid({ view: new DataView(bytes.buffer), offset: 0 }, bitWidth, theirs, bytes.length)
    const targets = [
      new Uint32Array(1019),
      ...(bitWidth <= 16 ? [new Uint16Array(1019)] : []),
      ...(bitWidth <= 8 ? [new Uint8Array(1019)] : [])
    ]
    for (const out of targets) {
      expect(decodeHybrid(bytes, bitWidth, values.length, out)).toBe(Math.max(...values))
      expect([...out]).toEqual(theirs)
    }
  }
})

test('the positions of zeros among levels are found', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 1100 })), { maxLength: 40 }), runs => {
      const levels = runs.flatMap(([one, length]) => new Array<number>(length).fill(one ? 1 : 0))
      const zeros = [...levels.entries()].filter(([, level]) => level === 0).map(([at]) => at)
      expect([...zerosOf(encodeHybrid(levels, 1), levels.length)]).toEqual(zeros)
    })
  )
})

test('long runs need no space', () => {
  expect(encodeHybrid(new Uint8Array(1_000_000), 1).length).toBeLessThan(8)
})

describe('handmade streams', () => {
  test.each([
    { name: 'a run', bytes: run(5, 3, 2), bitWidth: 2, count: 5, values: [3, 3, 3, 3, 3] },
    { name: 'a run longer than required', bytes: run(2 ** 30, 1, 1), bitWidth: 1, count: 3, values: [1, 1, 1] },
    {
      name: 'a packed run',
      bytes: packed(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7), 3),
      bitWidth: 3,
      count: 8,
      values: [0, 1, 2, 3, 4, 5, 6, 7]
    },
    { name: 'without the padding of the last group', bytes: Uint8Array.of(3, 0b1), bitWidth: 1, count: 1, values: [1] },
    {
      name: 'a run after a packed run',
      bytes: Buffer.concat([packed(Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0), 1), run(2, 1, 1)]),
      bitWidth: 1,
      count: 10,
      values: [1, 0, 1, 0, 1, 0, 1, 0, 1, 1]
    },
    { name: 'zero bits', bytes: Uint8Array.of(8), bitWidth: 0, count: 4, values: [0, 0, 0, 0] },
    { name: 'nothing due', bytes: new Uint8Array(0), bitWidth: 7, count: 0, values: [] },
    { name: '32 bits', bytes: Uint8Array.of(2, 0xff, 0xff, 0xff, 0xff), bitWidth: 32, count: 1, values: [4_294_967_295] }
  ])('$name', ({ bytes, bitWidth, count, values }) => {
    expect(decode(bytes, bitWidth, count).values).toEqual(values)
  })

  test.each([
    { name: 'an empty stream', bytes: [], bitWidth: 1 },
    { name: 'an empty stream of zero bits', bytes: [], bitWidth: 0 },
    { name: 'a run without its value', bytes: [10], bitWidth: 1 },
    { name: 'an empty run', bytes: [0, 1], bitWidth: 1 },
    { name: 'an empty packed run', bytes: [1], bitWidth: 1 },
    { name: 'a packed run without its bits', bytes: [3], bitWidth: 8 },
    { name: 'a stream that ends before the values', bytes: [4, 1], bitWidth: 1 },
    { name: 'an endless run length', bytes: [255, 255, 255, 255, 255, 255, 255, 255], bitWidth: 1 },
    { name: 'more than 32 bits per value', bytes: [2, 0, 0, 0, 0, 0], bitWidth: 33 }
  ])('$name is refused', ({ bytes, bitWidth }) => {
    expect(() => decode(Uint8Array.from(bytes), bitWidth, 8)).toThrow(DecodeError)
  })
})

test('any bytes give the required values, or a DecodeError, and nothing after them is read', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 500 }),
      (bytes, bitWidth, count) => {
        const out = new Uint32Array(count + 4).fill(0xdead)
        try {
          const largest = decodeHybrid(bytes, bitWidth, count, out)
          expect(largest).toBe(out.subarray(0, count).reduce((a, b) => Math.max(a, b), 0))
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
        }
        expect([...out.subarray(count)]).toEqual([0xdead, 0xdead, 0xdead, 0xdead])
      }
    ),
    { numRuns: 2000 }
  )
})

test('a run of two billion unneeded values costs nothing', () => {
  const bytes = Uint8Array.from([...varint(2 ** 31), 1])
  expect(decode(bytes, 1, 10).values).toEqual(new Array(10).fill(1))
})
