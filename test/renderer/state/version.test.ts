/** From one version of the cache to the next: unchanged parts stay identical objects, and outdated answers are dropped. */
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { sameLevels } from '../../../src/renderer/state/queries/sameLevels.ts'
import { forgetOlder } from '../../../src/renderer/state/version.ts'
import type { TreeNode } from '../../../src/shared/contract/index.ts'

function level(id: string, shards = 1): TreeNode {
  return {
    id,
    parent: null,
    level: 'encoder',
    label: id,
    scope: { encoder: id },
    shards,
    rows: 1,
    withoutRowCount: 0,
    bytes: 1,
    health: { verified: shards }
  }
}

describe('levels of the tree', () => {
  it('are identical objects if nothing changed', () => {
    const before = [level('a'), level('b')]
    expect(sameLevels(before, [level('a'), level('b')])).toBe(before)
  })

  it('are new if something changed, was added or removed, and the same elsewhere', () => {
    const before = [level('a'), level('b'), level('c'), level('e')]
    const now = [level('b'), level('c', 2), level('d'), level('e')]
    const levels = sameLevels(before, now)
    expect(levels).toEqual(now)
    expect(levels.map(each => before.includes(each))).toEqual([true, false, false, true])
  })

  it('are reported when the last of them is gone', () => {
    expect(sameLevels([level('a'), level('b')], [level('a')])).toEqual([level('a')])
    expect(sameLevels([level('a')], [])).toEqual([])
  })

  it('follow if only their order changed', () => {
    expect(sameLevels([level('a'), level('b')], [level('b'), level('a')]).map(({ id }) => id)).toEqual(['b', 'a'])
  })
})

describe('answers of an earlier version', () => {
  it('are forgotten unless they are shown, while others stay', () => {
    const queries = new QueryClient()
    const keys = [
      ['tree', 'cache', { version: 1 }],
      ['tree', 'cache', { version: 2 }],
      ['lane', 'cache', '', { version: 1 }],
      ['shards', 'cache', 'filter', 1],
      ['info'],
      ['shards.heatMap', 'cache', null, { width: 1 }]
    ]
    for (const queryKey of keys) queries.setQueryData(queryKey, 'answer')
    const stop = new QueryObserver(queries, {
      queryKey: keys[2] ?? [],
      queryFn: () => 'answer',
      staleTime: Number.POSITIVE_INFINITY
    }).subscribe(() => {})
    const left = (): unknown[] =>
      queries
        .getQueryCache()
        .getAll()
        .map(({ queryKey }) => queryKey)
    forgetOlder(queries, { version: 2 })
    expect(left()).toEqual(keys.slice(1))
    stop()
    forgetOlder(queries, { version: 2 })
    expect(left()).toEqual([keys[1], ...keys.slice(3)])
    queries.clear()
  })
})
