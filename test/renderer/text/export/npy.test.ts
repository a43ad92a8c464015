/** Vectors as .npy: NumPy reads the same values, bit for bit, in half the bytes if that is exact. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromFloat16, toFloat16 } from '../../../../src/main/core/parquet/encodings/float16.ts'
import { float16Bits, npyOf } from '../../../../src/renderer/text/export/npy.ts'
import { describeWith } from '../../../support/capabilities.ts'
import { temporaryFolder } from '../../../support/temporaryFolder.ts'

const FLOAT16S = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)

function descrOf(npy: Uint8Array): string {
  return /'descr': '(<f\d)'/.exec(new TextDecoder('latin1').decode(npy.subarray(0, 128)))?.[1] ?? ''
}

describe('a double as float16 bits', () => {
  test('every float16 gives its own bits, every NaN one of them', () => {
    const values = fromFloat16(FLOAT16S)
    const wrong = FLOAT16S.filter(bits => float16Bits(values[bits] ?? 0) !== ((bits & 0x7fff) > 0x7c00 ? 0x7e00 : bits))
    expect([...wrong]).toEqual([])
  })

  test('an inexact value is refused', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), value => {
        const rounded = fromFloat16(Uint16Array.of(toFloat16(value)))[0]
        expect(float16Bits(value)).toBe(Object.is(rounded, value) ? toFloat16(value) : null)
      })
    )
    expect([0.1, 65_520, 2 ** -25, 1 + 2 ** -11, Number.MIN_VALUE].map(float16Bits)).toEqual([null, null, null, null, null])
    expect([65_504, 2 ** -24, 1 + 2 ** -10, -0].map(float16Bits)).toEqual([0x7bff, 1, 0x3c01, 0x8000])
  })
})

test('float16 if every value is one, float64 otherwise', () => {
  expect(descrOf(npyOf(Float64Array.of(0.5, Number.NaN, Infinity)))).toBe('<f2')
  expect(descrOf(npyOf(Float64Array.of(0.5, 0.1)))).toBe('<f8')
})

test('the data begins at a multiple of 64 bytes, for any length of the header', () => {
  for (const length of [0, 1, 9, 10, 4096, 100_000]) expect((npyOf(new Float64Array(length)).length - 2 * length) % 64).toBe(0)
})

describeWith('python', 'NumPy', python => {
  const read = `
import json, numpy, sys
for path in sys.argv[1:]:
    a = numpy.load(path)
    print(json.dumps([a.dtype.str, list(a.shape), a.astype('<f8').view('<u8').tolist() if a.dtype.itemsize == 8 else a.view('<u2').tolist()]))
`
  test('reads the same bits back', () => {
    const folder = temporaryFolder()
    const doubles = Float64Array.of(0.1, -0, 1e300, Number.MIN_VALUE, Infinity, -Infinity, 1 / 3)
    const vectors = [Float64Array.from(fromFloat16(FLOAT16S)), doubles, new Float64Array(0)]
    const paths = vectors.map((values, at) => {
      writeFileSync(join(folder, `${at}.npy`), npyOf(values))
      return join(folder, `${at}.npy`)
    })
    const { stdout, stderr } = spawnSync(python, ['-c', read, ...paths], { encoding: 'utf8', maxBuffer: 2 ** 24 })
    expect(stderr).toBe('')
    const [float16s, eights, none] = stdout.trim().split('\n')
    expect(JSON.parse(float16s ?? '')).toEqual(['<f2', [65_536], [...FLOAT16S].map(bits => ((bits & 0x7fff) > 0x7c00 ? 0x7e00 : bits))])
    // Too large for JSON.parse to keep exact, so it is compared as text.
    expect(eights).toBe(`["<f8", [7], [${[...new BigUint64Array(doubles.buffer)].join(', ')}]]`)
    expect(JSON.parse(none ?? '')).toEqual(['<f2', [0], []])
  })
})
