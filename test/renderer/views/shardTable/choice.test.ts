/** Which shards are selected, and their totals. */
import { describe, expect, it } from 'vitest'
import { chooseAlso, chooseOnly, NOTHING, refreshed, rowsText, toggle, totalsOf } from '../../../../src/renderer/views/shardTable/choice.ts'
import { shardRow } from '../../shardRow.ts'

const a = shardRow('a', { rows: 5, bytes: 100 })
const b = shardRow('b', { rows: null, bytes: 20 })

describe('a selection', () => {
  it('adds and removes without changing the earlier one', () => {
    const both = chooseAlso(chooseOnly([a]), [b, a])
    expect([...both.keys()]).toEqual(['a', 'b'])
    expect([...toggle(both, a).keys()]).toEqual(['b'])
    expect([...toggle(NOTHING, a).keys()]).toEqual(['a'])
    expect([both.size, NOTHING.size]).toEqual([2, 0])
  })

  it('takes the current data of the pages, and is the same object if nothing changed', () => {
    const choice = chooseOnly([a, b])
    const page = { total: 2, rows: 0, withoutRowCount: 0, bytes: 0, entries: [{ ...a, rows: 6 }, b, shardRow('c')] }
    const next = refreshed(choice, new Map([[0, page]]))
    expect([...next.values()].map(({ shardPath, rows }) => [shardPath, rows])).toEqual([
      ['a', 6],
      ['b', null]
    ])
    expect(refreshed(next, new Map([[0, page]]))).toBe(next)
  })

  it('adds up known values, and reports unknown ones', () => {
    expect(totalsOf(chooseOnly([a, b]))).toEqual({ shards: 2, rows: 5, bytes: 120, unknown: 1 })
    expect([[a], [a, b], [b]].map(rows => rowsText(totalsOf(chooseOnly(rows))))).toEqual([
      '5 rows',
      '5 rows (those of 1 not known)',
      'rows not known'
    ])
    expect(totalsOf(NOTHING)).toEqual({ shards: 0, rows: 0, bytes: 0, unknown: 0 })
  })
})
