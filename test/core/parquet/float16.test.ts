/** All float16 values, and the doubles on both sides of every midpoint between two of them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { float16Table, fromFloat16, toFloat16 } from '../../../src/main/core/parquet/encodings/float16.ts'

/** The number of float16 bits by IEEE 754. */
function numberOf(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The adjacent double, further from zero or nearer to it. */
function nextDouble(value: number, step: 1n | -1n): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  view.setBigUint64(0, view.getBigUint64(0) + step)
  return view.getFloat64(0)
}

const ALL = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)

test('all 65,536 float16 values have the correct numbers', () => {
  const floats = fromFloat16(ALL)
  const wrong = [...ALL].filter(bits => !Object.is(floats[bits], numberOf(bits)) || !Object.is(float16Table()[bits], numberOf(bits)))
  expect(wrong).toEqual([])
})

test('all of them round-trip, with their sign and as NaN', () => {
  const isNaN16 = (bits: number): boolean => (bits & 0x7fff) > 0x7c00
  const wrong = [...ALL].filter(bits => {
    const back = toFloat16(numberOf(bits))
    return isNaN16(bits) ? !isNaN16(back) : back !== bits
  })
  expect(wrong).toEqual([])
})

test('a NaN keeps its payload in the conversion to a float', () => {
  const float16s = Uint16Array.of(0x7e00, 0x7c01, 0xfdff)
  const bits = new Uint32Array(fromFloat16(float16s).buffer)
  expect([...bits].map(each => each.toString(16))).toEqual(['7fc00000', '7f802000', 'ffbfe000'])
})

test('between two float16 values: the midpoint rounds to the even one, its neighbours to the nearest', () => {
  const wrong: number[] = []
  for (let bits = 0; bits < 0x7c00; bits++) {
    const low = numberOf(bits)
    const high = bits === 0x7bff ? 65_536 : numberOf(bits + 1)
    const middle = (low + high) / 2
    const even = bits % 2 === 0 ? bits : bits + 1
    for (const sign of [1, -1]) {
      const flag = sign < 0 ? 0x8000 : 0
      if (toFloat16(sign * middle) !== (flag | even)) wrong.push(sign * middle)
      if (toFloat16(sign * nextDouble(middle, -1n)) !== (flag | bits)) wrong.push(sign * nextDouble(middle, -1n))
      if (toFloat16(sign * nextDouble(middle, 1n)) !== (flag | (bits + 1))) wrong.push(sign * nextDouble(middle, 1n))
    }
  }
  expect(wrong).toEqual([])
})

test.each([
  ['a tenth', 0.1, 0x2e66],
  ['the largest float16', 65_504, 0x7bff],
  ['just below the limit to infinity', nextDouble(65_520, -1n), 0x7bff],
  ['the limit to infinity', 65_520, 0x7c00],
  ['beyond', -1e300, 0xfc00],
  ['infinity', Number.POSITIVE_INFINITY, 0x7c00],
  ['NaN', Number.NaN, 0x7e00],
  ['minus zero', -0, 0x8000],
  ['half the smallest subnormal', 2 ** -25, 0],
  ['the next double above it', nextDouble(2 ** -25, 1n), 1],
  ['the smallest double', Number.MIN_VALUE, 0],
  // Through a float, this would be rounded twice, to 0x3c00.
  ['a double whose float is a tie', 1 + 2 ** -11 + 2 ** -40, 0x3c01]
])('%s', (_, value, bits) => {
  expect(toFloat16(value)).toBe(bits)
})

test('no float16 is nearer than the chosen one', () => {
  fc.assert(
    fc.property(fc.double({ min: -70_000, max: 70_000, noNaN: true }), value => {
      const bits = toFloat16(value)
      const error = Math.abs(numberOf(bits) - value)
      for (const other of [bits - 1, bits + 1]) {
        const neighbour = numberOf(other & 0xffff)
        if (Number.isFinite(neighbour) && Number.isFinite(numberOf(bits))) expect(Math.abs(neighbour - value)).toBeGreaterThanOrEqual(error)
      }
    }),
    { numRuns: 2000 }
  )
})
