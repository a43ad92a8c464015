/** The contigs of a scope side by side, one cell per stride block: the shards with their health, and the gaps. */

import type { Health, Scope } from '../../../shared/contract/index.ts'
import { badnessOf } from '../../../shared/model/health.ts'
import { type CatalogEntry, healthOf } from './catalogEntry.ts'
import { inScope } from './scope.ts'

const LANE_CELLS = 4000

const natural = new Intl.Collator('en', { numeric: true })

type Cell = { readonly strideBlock: number; health: Health; shards: number; readonly shardPath: string }

export type Lane = { contigs: { contig: string; blocks: Cell[] }[]; truncated: boolean }

/**
 * A cell has the health of its worst shard, and leads to the first such shard.
 * @param absent missing shards: they have a cell but do not count
 */
export function laneOf(lines: readonly CatalogEntry[], scope: Scope, absent: readonly CatalogEntry[] = []): Lane {
  const contigs = new Map<string, Map<number, Cell>>()
  const add = (line: CatalogEntry, health: Health, shards: number): void => {
    const { group, strideBlock, shardPath } = line
    if (group === null || !inScope(line, scope)) return
    const cells = contigs.get(group.contig) ?? new Map<number, Cell>()
    contigs.set(group.contig, cells)
    const cell = cells.get(strideBlock)
    if (cell === undefined) cells.set(strideBlock, { strideBlock, health, shards, shardPath })
    else {
      cell.shards += shards
      if (badnessOf(health) > badnessOf(cell.health)) cells.set(strideBlock, { ...cell, health, shardPath })
    }
  }
  for (const line of lines) add(line, healthOf(line), 1)
  for (const line of absent) add(line, 'missing', 0)
  let left = LANE_CELLS
  const lane: Lane = { contigs: [], truncated: false }
  for (const [contig, cells] of [...contigs].sort(([a], [b]) => natural.compare(a, b) || (a < b ? -1 : 1))) {
    const blocks = [...cells.values()].sort((a, b) => a.strideBlock - b.strideBlock)
    if (blocks.length > left) lane.truncated = true
    if (left > 0) lane.contigs.push({ contig, blocks: blocks.slice(0, left) })
    left = Math.max(0, left - blocks.length)
  }
  return lane
}
