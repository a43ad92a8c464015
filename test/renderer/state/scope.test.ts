/** Scopes of paths, and the address of the page. */
import { describe, expect, it } from 'vitest'
import { addressOf } from '../../../src/main/core/index.ts'
import { folderOf, isWhole, narrowed, scopeHolds, scopeKey, scopeText } from '../../../src/renderer/state/scope.ts'
import { fragmentOfPath, pathOfFragment } from '../../../src/renderer/state/urlPath.ts'

const path = 'embeddings/evo2/-1/centered_mean_64/chrchr7_alt_12.parquet'

import type { Scope, TreeNode } from '../../../src/shared/contract/index.ts'

describe('a scope', () => {
  it('contains shards by their address', () => {
    const address = addressOf(path)
    expect(scopeHolds({}, address)).toBe(true)
    expect(scopeHolds({ encoder: 'evo2', stateLayer: -1 }, address)).toBe(true)
    expect(scopeHolds({ encoder: 'evo2', stateLayer: 3 }, address)).toBe(false)
    expect(scopeHolds({ pool: 'centered_mean_64' }, address)).toBe(true)
    expect(scopeHolds({ pool: 'centered_mean' }, address)).toBe(false)
    expect(scopeHolds({ contig: 'chr7' }, address)).toBe(false)
    expect(scopeHolds({}, null)).toBe(true)
    expect(scopeHolds({ encoder: 'evo2' }, null)).toBe(false)
  })

  it('has words, a folder and one key', () => {
    expect([scopeText({}), scopeText({ encoder: 'e', stateLayer: -1, pool: 'p_0', contig: '1' })]).toEqual([
      'the whole cache',
      'e / layer -1 / p_0 / contig 1'
    ])
    expect([folderOf({}), folderOf({ encoder: 'e' }), folderOf({ encoder: 'e', stateLayer: 0, pool: 'p_0', contig: '1' })]).toEqual([
      'embeddings/',
      'embeddings/e/',
      'embeddings/e/0/p_0/'
    ])
    expect(scopeKey({ contig: '1', encoder: 'e' })).toBe(scopeKey({ encoder: 'e', contig: '1' }))
    expect([isWhole({}), isWhole({ stateLayer: 0 })]).toEqual([true, false])
  })
})

describe('a scope with a single level below it', () => {
  const node = (level: TreeNode['level'], scope: Scope, parent: string | null): TreeNode => ({
    id: scopeKey(scope),
    parent,
    level,
    label: level,
    scope,
    shards: 1,
    rows: 1,
    withoutRowCount: 0,
    bytes: 1,
    health: {}
  })
  const encoder = { encoder: 'e' }
  const layer = { ...encoder, stateLayer: 3 }
  const pools = ['a_0', 'b_0'].map(pool => ({ ...layer, pool }))
  const nodes = [
    node('encoder', encoder, null),
    node('layer', layer, scopeKey(encoder)),
    ...pools.map(pool => node('pool', pool, scopeKey(layer))),
    node('contig', { ...layer, pool: 'a_0', contig: '1' }, scopeKey({ ...layer, pool: 'a_0' }))
  ]

  it('is that level, down to the pool', () => {
    expect(narrowed({}, nodes)).toEqual(layer)
    expect(narrowed({ ...layer, pool: 'a_0' }, nodes)).toEqual({ ...layer, pool: 'a_0' })
    expect(narrowed({}, [...nodes, node('encoder', { encoder: 'f' }, null)])).toEqual({})
    expect(narrowed({}, [])).toEqual({})
  })
})

describe('the fragment of the page', () => {
  it.each(['/data/a b/c&d=1#2', 'C:\\caches\\ü', '/'])('restores %s', folder => {
    expect(pathOfFragment(fragmentOfPath(folder))).toBe(folder)
  })

  it('may ask for nothing', () => {
    expect(['', '#', '#open=', '#other=1'].map(pathOfFragment)).toEqual([null, null, null, null])
  })
})
