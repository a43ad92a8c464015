/**
 * The colours: 0 has the colour of the background, larger values are further from it, and both sides are distinct for colour-blind readers.
 */
import { describe, expect, test } from 'vitest'
import { colourAt, colourTable, limitOf, type Rgb, type Theme, wordFor } from '../../../../src/renderer/ui/plots/colourMap.ts'

type Linear = readonly [number, number, number]

/** Colours as seen with red, green and blue blindness (Machado, Oliveira and Fernandes 2009), in linear light. */
const EYES: Readonly<Record<string, readonly Linear[]>> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998]
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881]
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039]
  ]
}

function linear([red, green, blue]: Rgb): Linear {
  const of = (part: number): number => (part <= 10.31475 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4)
  return [of(red), of(green), of(blue)]
}

function seenBy(matrix: readonly Linear[], [red, green, blue]: Linear): Linear {
  const row = (at: number): number => {
    const [r, g, b] = matrix[at] ?? [0, 0, 0]
    return Math.min(1, Math.max(0, r * red + g * green + b * blue))
  }
  return [row(0), row(1), row(2)]
}

/** Oklab, in which distances represent visible differences. */
function oklab([r, g, b]: Linear): Linear {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  ]
}

function distance(a: Linear, b: Linear): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
}

const THEMES: readonly Theme[] = ['light', 'dark']

describe.each(THEMES)('%s', theme => {
  const lightness = (place: number): number => oklab(linear(colourAt(theme, place)))[0]

  test('lightness changes monotonically from 0 to either end', () => {
    const steps = Array.from({ length: 64 }, (_, i) => i / 64)
    for (const side of [-1, 1]) {
      for (const step of steps) {
        const change = lightness(side * (step + 1 / 64)) - lightness(side * step)
        expect(theme === 'light' ? -change : change).toBeGreaterThan(0)
      }
    }
  })

  test.each(Object.entries(EYES))('%s eyes distinguish below from above', (_, matrix) => {
    for (const size of [0.2, 0.4, 0.6, 0.8, 1]) {
      const seen = [-size, size].map(place => oklab(seenBy(matrix, linear(colourAt(theme, place)))))
      const [below, above] = seen
      expect(below && above ? distance(below, above) : 0).toBeGreaterThan(0.05)
    }
  })

  test('NaN has a colour that no value has', () => {
    const nan = oklab(linear(colourAt(theme, Number.NaN)))
    for (let i = -100; i <= 100; i++) expect(distance(nan, oklab(linear(colourAt(theme, i / 100))))).toBeGreaterThan(0.03)
  })

  test('the table equals the map, with the end colours beyond it', () => {
    const table = colourTable(theme)
    const word = ([red, green, blue]: Rgb): number => new DataView(Uint8Array.of(red, green, blue, 255).buffer).getUint32(0, true)
    expect(wordFor(table, -3, 2)).toBe(word(colourAt(theme, -1)))
    expect(wordFor(table, Infinity, 2)).toBe(word(colourAt(theme, 1)))
    expect(wordFor(table, 2, 2)).toBe(word(colourAt(theme, 1)))
    expect(wordFor(table, Number.NaN, 2)).toBe(word(colourAt(theme, Number.NaN)))
    expect(wordFor(table, -1, 2)).not.toBe(wordFor(table, 1, 2))
  })
})

test('both sides of 0 have the same scale, and an empty range has a default one', () => {
  expect(limitOf(-3, 1)).toBe(3)
  expect(limitOf(-1, 4)).toBe(4)
  expect([limitOf(null, null), limitOf(0, 0), limitOf(-Infinity, 1)]).toEqual([1, 1, 1])
})
