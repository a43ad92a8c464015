/** The levels that a filter keeps in the tree. */
import { describe, expect, it } from 'vitest'
import { shownTree } from '../../../src/renderer/shell/tree/scopeTree.ts'
import type { TreeNode } from '../../../src/shared/contract/index.ts'

function node(id: string, level: TreeNode['level']): TreeNode {
  const cut = id.lastIndexOf('/')
  return {
    id,
    parent: cut === -1 ? null : id.slice(0, cut),
    level,
    label: id.slice(cut + 1),
    scope: {},
    shards: 1,
    rows: 1,
    withoutRowCount: 0,
    bytes: 1,
    health: {}
  }
}
const nodes = [
  node('evo', 'encoder'),
  node('evo/3', 'layer'),
  node('evo/3/mean_0', 'pool'),
  node('evo/3/mean_0/chrX', 'contig'),
  node('evo/3/mean_0/chr1', 'contig'),
  node('hyena', 'encoder'),
  node('hyena/3', 'layer')
]
function ids(text: string): string[] {
  const { roots, children } = shownTree(nodes, text)
  return [...roots, ...[...children.values()].flat()].map(({ id }) => id).sort()
}

describe('the tree', () => {
  it('shows all without a filter', () => {
    expect(ids('  ')).toEqual(nodes.map(({ id }) => id).sort())
  })

  it('keeps matches, their ancestors and their descendants', () => {
    expect(ids('CHRx')).toEqual(['evo', 'evo/3', 'evo/3/mean_0', 'evo/3/mean_0/chrX'])
    expect(ids('hyena')).toEqual(['hyena', 'hyena/3'])
    expect(ids('nothing')).toEqual([])
  })

  it('several words can match at different levels', () => {
    expect(ids('evo chr1')).toEqual(['evo', 'evo/3', 'evo/3/mean_0', 'evo/3/mean_0/chr1'])
    expect(ids('hyena chr1')).toEqual([])
  })
})
