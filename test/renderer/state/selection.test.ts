/** Back and Forward in the selection history. */
import { describe, expect, it } from 'vitest'
import { keepSelection, keptSelectionsSchema, selectionOf } from '../../../src/renderer/state/keptSelection.ts'
import { back, forward, go, newHistory, START } from '../../../src/renderer/state/selection.ts'

describe('the history', () => {
  it('moves back and forward through different selections', () => {
    const there = go(go(newHistory(), { shardPath: 'a' }), { tab: 'rows' })
    expect(there.now).toEqual({ ...START, shardPath: 'a', tab: 'rows' })
    const once = back(there)
    expect(once.now).toEqual({ ...START, shardPath: 'a' })
    expect(back(once).now).toEqual(START)
    expect(forward(once)).toEqual(there)
    expect(back(newHistory())).toEqual(newHistory())
    expect(forward(there)).toBe(there)
  })

  it('ignores the same selection, and a new one discards the steps ahead', () => {
    const one = go(newHistory(), { shardPath: 'a' })
    expect(go(one, { shardPath: 'a' })).toBe(one)
    expect(go(back(one), { shardPath: 'b' }).future).toEqual([])
  })

  it('keeps a bounded past', () => {
    let history = newHistory()
    for (let row = 0; row < 500; row++) history = go(history, { rowOffset: row })
    expect(history.past.length).toBeLessThanOrEqual(200)
    expect(back(history).now.rowOffset).toBe(498)
  })
})

describe('the last selection of a cache', () => {
  it('is kept for the most recently opened caches', () => {
    let kept = keepSelection([], '/a', { ...START, tab: 'map' })
    expect(selectionOf(kept, '/a').tab).toBe('map')
    expect(selectionOf(kept, '/b')).toEqual(START)
    for (let n = 0; n < 12; n++) kept = keepSelection(kept, `/${n}`, START)
    expect(kept).toHaveLength(10)
    expect(selectionOf(kept, '/a')).toEqual(START)
    expect(keptSelectionsSchema.parse(structuredClone(kept))).toEqual(kept)
    expect(keepSelection(kept, '/5', START)).toHaveLength(10)
  })
})
