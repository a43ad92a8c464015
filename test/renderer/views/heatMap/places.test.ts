/** The positions of values, rows and axis marks, and keyboard movement: the strip, the heat map and the table of rows. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { layOutStrip, moveIn, valueAt } from '../../../../src/renderer/ui/plots/stripLayout.ts'
import { firstEmptyLine, type Picture, partAt, spotAt, ticks } from '../../../../src/renderer/views/heatMap/heatMapPlace.ts'

describe('the strip', () => {
  test('has a cell for every value, and finds it again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 40, max: 900 }), (values, width) => {
        const layout = layOutStrip(values, width)
        expect(layout.columns * layout.cellWidth).toBeLessThanOrEqual(width + 0.001)
        for (const index of [0, Math.floor(values / 2), values - 1]) {
          const x = ((index % layout.columns) + 0.5) * layout.cellWidth
          const y = (Math.floor(index / layout.columns) + 0.5) * layout.cellHeight
          expect(valueAt(layout, values, x, y)).toBe(index)
        }
        expect(valueAt(layout, values, width + 1, 1)).toBeNull()
        expect(valueAt(layout, values, 1, layout.lines * layout.cellHeight + 1)).toBeNull()
      })
    )
  })

  test('keys move by a value or by a line, and stop at the ends', () => {
    const layout = layOutStrip(1024, 340)
    expect(layout.columns).toBe(64)
    expect(['ArrowRight', 'ArrowDown', 'Home', 'End', 'ArrowLeft'].map(key => moveIn(layout, 1024, 1000, key))).toEqual([
      1001, 1023, 0, 1023, 999
    ])
    expect(moveIn(layout, 1024, 3, 'ArrowUp')).toBe(0)
    expect(moveIn(layout, 1024, 3, 'a')).toBeNull()
  })
})

describe('the heat map', () => {
  const picture: Picture = { width: 3, height: 2, rows: 5, dimensions: 7, cells: Float32Array.of(0, 1, 2, 3, 4, 5) }

  test('gives the cell of the service for every value', () => {
    for (let row = 0; row < picture.rows; row++) {
      for (let value = 0; value < picture.dimensions; value++) {
        const column = Math.floor((value * picture.width) / picture.dimensions)
        const spot = spotAt(picture, column, row)
        expect(spot.firstValue).toBeLessThanOrEqual(value)
        expect(spot.lastValue).toBeGreaterThanOrEqual(value)
        expect(spot.mean).toBe(3 * Math.floor((row * picture.height) / picture.rows) + column)
      }
    }
    expect(spotAt(picture, 2, 4).lastValue).toBe(6)
  })

  test('a position outside belongs to the nearest part', () => {
    expect([-0.1, 0, 0.49, 0.5, 1].map(place => partAt(place, 2))).toEqual([0, 0, 0, 1, 1])
  })

  test('finds the first line without data', () => {
    expect(firstEmptyLine(picture)).toBeNull()
    expect(firstEmptyLine({ ...picture, cells: Float32Array.of(0, NaN, NaN, NaN, NaN, NaN) })).toBe(1)
    expect(firstEmptyLine({ ...picture, cells: new Float32Array(6).fill(NaN) })).toBe(0)
  })

  test('axis marks are round, start at 0, and are few enough', () => {
    expect(ticks(32, 20)).toEqual(Array.from({ length: 16 }, (_, i) => 2 * i))
    expect(ticks(1024, 14, true)).toEqual([0, 128, 256, 384, 512, 640, 768, 896])
    expect(ticks(1, 5)).toEqual([0])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000_000 }), fc.double({ min: 0.5, max: 60, noNaN: true }), (count, most) => {
        const marks = ticks(count, most)
        expect(marks.length).toBeLessThanOrEqual(Math.max(1, most))
        expect(marks.every(mark => Number.isInteger(mark) && mark < count)).toBe(true)
        const step = marks[1]
        if (step !== undefined) expect(String(step)).toMatch(/^(1|2|25?|5)0*$/)
      })
    )
  })
})
