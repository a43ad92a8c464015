/** A double becomes the half that numpy makes of it: every half, every border between two of them, and numbers from everywhere. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { fromFloat16, toFloat16 } from '../../src/main/core/parquet/encodings/float16.ts'
import { describeWith } from '../support/capabilities.ts'
import { type Peer, packedValues, startPeer } from './peer.ts'
import { randomNumbers } from './rows.ts'

const ALL_HALVES = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)

async function numpyHalves(peer: Peer, values: ArrayLike<number>): Promise<Uint16Array> {
  const bytes = Buffer.from(await peer.ask(z.string(), 'to_float16', { values: packedValues(values) }), 'hex')
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(i * 2))
}

/** The values that we round in another way than numpy; a NaN only has to stay one. */
async function differing(peer: Peer, values: ArrayLike<number>): Promise<{ value: number; ours: number; numpy: number }[]> {
  const numpy = await numpyHalves(peer, values)
  expect(numpy.length).toBe(values.length)
  const bits = (half: number): number => ((half & 0x7fff) > 0x7c00 ? 0x7e00 : half)
  return Array.from(values)
    .map((value, i) => ({ value, ours: bits(toFloat16(value)), numpy: bits(numpy[i] ?? 0) }))
    .filter(({ ours, numpy: theirs }) => ours !== theirs)
}

const words = new DataView(new ArrayBuffer(8))

/** The double that lies `steps` doubles further from zero. */
function neighbour(value: number, steps: bigint): number {
  words.setFloat64(0, value)
  words.setBigUint64(0, words.getBigUint64(0) + steps)
  return words.getFloat64(0)
}

function randomDoubles(count: number): Float64Array {
  const random = randomNumbers(20_260_101)
  const bits = Uint32Array.from({ length: count * 2 }, () => random() * 2 ** 32)
  return new Float64Array(bits.buffer)
}

describeWith('python', 'rounding to float16', python => {
  const peer = startPeer(python)

  test('every half is itself', async () => {
    const floats = fromFloat16(ALL_HALVES)
    expect(await differing(peer, floats)).toEqual([])
    expect(Array.from(floats, toFloat16).filter((half, bits) => half !== bits && (bits & 0x7fff) <= 0x7c00)).toEqual([])
  })

  test('the middle between two halves, and the doubles beside it', async () => {
    const floats = fromFloat16(ALL_HALVES.subarray(0, 0x7c00))
    // The one above the largest half is 65,536: from the middle on, a value is infinite.
    const middles = Float64Array.from(floats, (value, i) => (value + (floats[i + 1] ?? 65_536)) / 2)
    const values = [-1n, 0n, 1n].flatMap(steps => Array.from(middles, middle => neighbour(middle, steps)))
    expect(values.length).toBe(3 * 31_744)
    expect(await differing(peer, [...values, ...values.map(value => -value)])).toEqual([])
  })

  test('200,000 random bit patterns, and 200,000 numbers of the size that halves have', async () => {
    const doubles = randomDoubles(200_000)
    expect(await differing(peer, doubles)).toEqual([])
    const random = randomNumbers(7)
    const sized = Float64Array.from({ length: 200_000 }, () => (random() - 0.5) * 2 ** (random() * 46 - 28))
    expect(await differing(peer, sized)).toEqual([])
  })

  test('whatever fast-check thinks of', async () => {
    const lists = fc.array(fc.double(), { minLength: 1, maxLength: 200 })
    const holds = fc.asyncProperty(lists, async values => {
      expect(await differing(peer, values)).toEqual([])
    })
    await fc.assert(holds, { numRuns: 200 })
  })
})
