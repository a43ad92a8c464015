/** The kernels, in WebAssembly and in plain JavaScript, compared with value-by-value implementations. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type * as Kernels from '../../../src/main/core/kernels/kernels.ts'
import { WIDEST_PACKED } from '../../../src/main/core/kernels/kernels.ts'
import { toFloat16 } from '../../../src/main/core/parquet/encodings/float16.ts'

/** Bits one by one, least significant first. */
function unpackSlowly(bytes: Uint8Array, from: number, bitWidth: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    let value = 0
    for (let bit = 0; bit < bitWidth; bit++) {
      const at = i * bitWidth + bit
      value += (((bytes[from + (at >>> 3)] ?? 0) >>> (at & 7)) & 1) * 2 ** bit
    }
    return value
  })
}

const widths = Array.from({ length: WIDEST_PACKED }, (_, i) => i + 1)
/** Floats from random bits, which cover every kind of number. */
const floats = fc
  .array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 0, maxLength: 70 })
  .map(bits => new Float32Array(Uint32Array.from(bits).buffer))
/** Floats near float16 values, where rounding and ties matter. */
const nearHalves = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 0x5000 }), fc.boolean(), fc.integer({ min: 0, max: 0x3fff })), { maxLength: 70 })
  .map(
    parts =>
      new Float32Array(
        Uint32Array.from(
          parts,
          ([exponentAndMore, negative, low]) => ((negative ? 0x80000000 : 0) | (0x33000000 + exponentAndMore * 0x4000 + low)) >>> 0
        ).buffer
      )
  )

/** Another instance of the module, whose memory `refuse` may refuse. @returns the instance, and its remarks on first use */
async function freshKernels(refuse: boolean): Promise<{ readonly kernels: typeof Kernels; readonly remarks: string[] }> {
  vi.resetModules()
  const remarks: string[] = []
  const { onRemark } = await import('../../../src/main/core/base/remarks.ts')
  onRemark((_subject, sentence) => remarks.push(sentence))
  const kernels = await import('../../../src/main/core/kernels/kernels.ts')
  if (refuse) {
    vi.stubGlobal('WebAssembly', {
      Memory: class {
        constructor() {
          throw new RangeError('WebAssembly.Memory(): could not allocate memory')
        }
      }
    })
  }
  kernels.regionOf('body', 1)
  kernels.regionOf('body', 2)
  vi.unstubAllGlobals()
  return { kernels, remarks }
}

describe.each([
  ['WebAssembly', false],
  ['plain JavaScript', true]
])('in %s', async (_name, refuse) => {
  const { kernels, remarks } = await freshKernels(refuse)
  const { areHalvesFinite, rangeOfHalves, regionOf, roundToHalves, unpackGroups } = kernels

  test('is reported once, if it is not the usual one', () => {
    expect(remarks).toEqual(
      refuse ? [expect.stringMatching(/^WebAssembly is not used \(.*could not allocate memory\)\. Plain JavaScript/)] : []
    )
  })

  describe('bit-packed values', () => {
    test.each(widths)('of %i bits', bitWidth => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 300 }),
          fc.integer({ min: 0, max: 7 }),
          fc.boolean(),
          fc.nat(),
          (groups, from, inPlace, seed) => {
            const length = from + groups * bitWidth
            const bytes = inPlace ? regionOf('body', length) : new Uint8Array(length)
            for (let i = 0, state = seed + 1; i < length; i++) {
              state = Math.imul(state, 1_103_515_245) + 12_345
              bytes[i] = state >>> 16
            }
            const size = bitWidth <= 16 ? 2 : 4
            const region = inPlace ? regionOf('codes', (groups * 8 + 3) * size) : new Uint8Array((groups * 8 + 3) * size)
            const slots = groups * 8 + 3
            const out =
              size === 2
                ? new Uint16Array(region.buffer, region.byteOffset, slots)
                : new Uint32Array(region.buffer, region.byteOffset, slots)
            out.fill(7)
            const largest = unpackGroups(bytes, from, bitWidth, groups, out, 2)
            const expected = unpackSlowly(bytes, from, bitWidth, groups * 8)
            expect([...out]).toEqual([7, 7, ...expected, 7])
            expect(largest).toBe(Math.max(...expected))
          }
        ),
        { numRuns: 40 }
      )
    })

    test('several pieces', () => {
      const groups = 10_000
      const bytes = Uint8Array.from({ length: groups * 15 }, (_, i) => (i * 2_654_435_761) >>> 13)
      const out = new Uint16Array(groups * 8)
      unpackGroups(bytes, 0, 15, groups, out, 0)
      expect([...out]).toEqual(unpackSlowly(bytes, 0, 15, groups * 8))
    })
  })

  describe('float16', () => {
    test('from floats, equal to one-by-one conversion', () => {
      fc.assert(
        fc.property(fc.oneof(floats, nearHalves), values => {
          const out = new Uint16Array(values.length + 2).fill(5)
          const overflowed = roundToHalves(values, out, 1)
          const float16s = Array.from(values, toFloat16)
          expect([...out]).toEqual([5, ...float16s, 5])
          expect(overflowed).toBe(float16s.filter((half, i) => (half & 0x7fff) === 0x7c00 && Number.isFinite(values[i])).length)
        }),
        { numRuns: 3000 }
      )
    })

    test('every float16 and every tie between two is rounded correctly', () => {
      for (let high = 0; high < 0x8000; high++) {
        const values = Float32Array.of(high * 2 ** -24, (high + 0.5) * 2 ** -24, -(high + 0.25) * 2 ** -20, (high * 2 + 1) * 2 ** -6)
        const out = new Uint16Array(4)
        roundToHalves(values, out, 0)
        if (![...out].every((half, i) => half === toFloat16(values[i] ?? 0))) expect([...out]).toEqual(Array.from(values, toFloat16))
      }
    })

    test('many at once', () => {
      const values = Float32Array.from({ length: 100_003 }, (_, i) => Math.sin(i) * 10 ** ((i % 12) - 6))
      const out = new Uint16Array(values.length)
      roundToHalves(values, out, 0)
      expect([...out]).toEqual(Array.from(values, toFloat16))
    })

    test.each([false, true])('non-finite values are found at any position (in place: %s)', inPlace => {
      for (const length of [1, 7, 8, 9, 64, 100_001]) {
        const region = inPlace ? regionOf('values', 2 * length) : new Uint8Array(2 * length)
        const float16s = new Uint16Array(region.buffer, region.byteOffset, length).fill(0xfbff)
        expect(areHalvesFinite(float16s)).toBe(true)
        for (const at of new Set([0, length >> 1, length - 1])) {
          for (const strange of [0x7c00, 0xfc00, 0x7e00, 0xffff]) {
            float16s[at] = strange
            expect(areHalvesFinite(float16s)).toBe(false)
            float16s[at] = 0
          }
        }
      }
    })

    test('their range is that of their numbers', () => {
      const place = (half: number): number => (half < 0x8000 ? half : ~(half & 0x7fff))
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 }), bits => {
          const { smallest, largest } = rangeOfHalves(Uint16Array.from(bits))
          expect(smallest).toBe(Math.min(0x7fff, ...bits.map(place)))
          expect(largest).toBe(Math.max(-0x8000, ...bits.map(place)))
        })
      )
    })
  })
})
