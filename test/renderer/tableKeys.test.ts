/** Where the keys take the cursor of a table. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cursorTarget } from '../../src/renderer/shards/tableKeys.ts'

describe('the cursor', () => {
  it.each([
    ['ArrowDown', null, 0],
    ['ArrowDown', 7, 8],
    ['ArrowUp', 7, 6],
    ['ArrowUp', 0, 0],
    ['PageDown', 7, 17],
    ['PageDown', 95, 99],
    ['PageUp', 7, 0],
    ['Home', 50, 0],
    ['End', 50, 99],
    ['End', 99, 99]
  ])('%s from %s goes to %s', (key, from, to) => {
    expect(cursorTarget(key, from, 10, 100)).toBe(to)
  })

  it('does not move by other keys or in an empty table', () => {
    expect([cursorTarget('a', 1, 10, 100), cursorTarget('toString', 1, 10, 100), cursorTarget('End', null, 10, 0)]).toEqual([
      null,
      null,
      null
    ])
  })

  it('never leaves the table', () => {
    const keys = fc.constantFrom('ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End')
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 1e5 }), fc.nat(200), fc.nat(), (key, total, shown, at) => {
        const target = cursorTarget(key, at % total, shown, total)
        return target !== null && target >= 0 && target < total
      })
    )
  })
})
