/** Keyboard movement in a table or a list. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineAfterKey } from '../../../../src/renderer/ui/tables/model/lineAfterKey.ts'

describe('the current line', () => {
  it.each([
    ['ArrowDown', null, 0],
    ['ArrowDown', 7, 8],
    ['ArrowUp', null, 99],
    ['ArrowUp', 7, 6],
    ['ArrowUp', 0, 0],
    ['PageDown', 7, 17],
    ['PageDown', 95, 99],
    ['PageUp', 7, 0],
    ['Home', 50, 0],
    ['End', 50, 99],
    ['End', 99, 99]
  ])('%s from %s goes to %s', (key, from, to) => {
    expect(lineAfterKey(key, from, 100, 10)).toBe(to)
  })

  it('does not move with other keys or in an empty table', () => {
    expect([lineAfterKey('a', 1, 100, 10), lineAfterKey('toString', 1, 100, 10), lineAfterKey('End', null, 0, 10)]).toEqual([
      null,
      null,
      null
    ])
  })

  it('never leaves the table', () => {
    const keys = fc.constantFrom('ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End')
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 1e5 }), fc.nat(200), fc.nat(), (key, total, shown, at) => {
        const target = lineAfterKey(key, at % total, total, shown)
        return target !== null && target >= 0 && target < total
      })
    )
  })
})
