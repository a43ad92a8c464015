/** The layout of blocks on the lane and the map. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOf } from '../../../src/main/core/index.ts'
import {
  type BlockLine,
  blockAt,
  blockHolding,
  firstRowAt,
  fitSizes,
  layoutBlocks,
  placeOf
} from '../../../src/renderer/parts/blocks/blockLayout.ts'
import { mapLines } from '../../../src/renderer/views/map/mapLines.ts'

const ASKED = { label: 80, narrowest: 3, cellWidth: 10, cellHeight: 12, lineGap: 4, title: 20 }
function line(label: string, blocks: readonly number[], group: string | null = null): BlockLine {
  return { group, label, blocks: blocks.map(at => ({ at, health: 'verified', shards: 1, shardPath: `${label}_${at}` })) }
}

describe('sizes', () => {
  it('labels take no more space than necessary, and cells shrink before a line is wrapped', () => {
    expect(
      fitSizes(
        [
          line(
            '1',
            Array.from({ length: 100 }, (_, n) => n)
          )
        ],
        ASKED,
        1000
      )
    ).toMatchObject({ label: 19, cellWidth: 9, width: 1000 })
    expect(fitSizes([line('1', [0, 1])], ASKED, 1000).cellWidth).toBe(10)
    expect(
      fitSizes(
        [
          line(
            'a long name of a contig',
            Array.from({ length: 5000 }, (_, n) => n)
          )
        ],
        ASKED,
        300
      )
    ).toMatchObject({ label: 80, cellWidth: 3 })
  })
})

describe('the layout', () => {
  const lines = [line('1', [0, 2, 5], 'a'), line('X', [1], 'a'), line('1', [0], 'b')]
  const sizes = fitSizes(lines, { ...ASKED, narrowest: 10 }, 19 + 40)
  const layout = layoutBlocks(lines, sizes)

  it('keeps gaps, wraps long lines and names each group once', () => {
    expect(layout.perRow).toBe(4)
    expect(layout.rows.map(row => (row.kind === 'title' ? row.text : [row.line, row.from, row.to]))).toEqual([
      'a',
      [0, 0, 4],
      [0, 4, 6],
      [1, 0, 2],
      'b',
      [2, 0, 1]
    ])
    expect(blockAt(layout, sizes, 19 + 25, 22)).toEqual({ line: 0, block: 1 })
    expect(blockAt(layout, sizes, 19 + 15, 22)).toBeNull()
    expect(blockAt(layout, sizes, 5, 22)).toBeNull()
    expect(blockAt(layout, sizes, 25, 5)).toBeNull()
    expect(blockAt(layout, sizes, 25, layout.height + 1)).toBeNull()
  })

  it('a point in a block finds the block', () => {
    for (const [at, { blocks }] of lines.entries()) {
      for (const block of blocks.keys()) {
        const place = placeOf(layout, sizes, at, block)
        expect(place).not.toBeNull()
        expect(blockAt(layout, sizes, (place?.x ?? 0) + 3, (place?.y ?? 0) + 3)).toEqual({ line: at, block })
      }
    }
  })

  it('a line with far more gaps than blocks loses its gaps', () => {
    const far = [line('1', [0, 1_000_000_000])]
    const wide = fitSizes(far, ASKED, 400)
    expect(layoutBlocks(far, wide).rows).toHaveLength(1)
    expect(placeOf(layoutBlocks(far, wide), wide, 0, 1)).toEqual({ x: wide.label + wide.cellWidth, y: 0 })
  })

  it('visible rows begin with the first one that ends below', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), y => {
        const first = firstRowAt(layout.rows, y)
        return layout.rows.every((row, at) => (at < first ? row.y + row.height <= y : row.y + row.height > y))
      })
    )
  })
})

describe('the map', () => {
  it('has one line for each contig of each configuration, in natural order', () => {
    const shard = (contig: string, strideBlock: number, stateLayer = 3) => ({
      shardPath: `${contig}_${strideBlock}`,
      health: 'verified' as const,
      address: { encoder: 'e', stateLayer, poolType: 'global_mean', poolRadius: 0, contig, strideBlock }
    })
    const stray = { shardPath: 'stray', health: 'suspect' as const, address: null }
    const lines = mapLines([stray, shard('10', 0), shard('2', 10), shard('2', 9), shard('1', 0, 12)])
    expect(lines.map(({ group, label, blocks }) => [group, label, blocks.map(({ at }) => at)])).toEqual([
      ['e / layer 3 / global_mean_0', '2', [9, 10]],
      ['e / layer 3 / global_mean_0', '10', [0]],
      ['e / layer 12 / global_mean_0', '1', [0]],
      ['elsewhere', 'no contig', [0]]
    ])
  })
})

describe('the block of a shard', () => {
  const lines = [line('1', [0, 2]), line('NC_001416.1', [0])]

  it('is found by contig and stride block, for any shard that names the block', () => {
    expect(blockHolding(lines, addressOf('embeddings/e/3/global_mean_0/chrNC_001416.1_0.parquet'))).toBe('NC_001416.1_0')
    expect(blockHolding(lines, addressOf('embeddings/e/4/attention_0/chr1_2.parquet'))).toBe('1_2')
  })

  it('is null for a gap, another contig, or a file elsewhere', () => {
    for (const path of ['embeddings/e/3/p_0/chr1_1.parquet', 'embeddings/e/3/p_0/chr2_0.parquet', 'embeddings/stray.parquet']) {
      expect(blockHolding(lines, addressOf(path))).toBeNull()
    }
  })
})
