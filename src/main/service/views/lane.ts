/** The contigs of a scope side by side, one cell a stride block: where there are shards, how they stand, and where there are gaps. */
import type { Health, Scope } from '../../../shared/contract/index.ts'
import { badnessOf, healthOf, type ShardLine } from '../shardLine.ts'
import { inScope } from './scope.ts'

const LANE_CELLS = 4000

const natural = new Intl.Collator('en', { numeric: true })

type Cell = { readonly strideBlock: number; health: Health; shards: number; readonly shardPath: string }

export type Lane = { contigs: { contig: string; blocks: Cell[] }[]; truncated: boolean }

/** A cell stands for the worst of its shards, and leads to the first of those. */
export function laneOf(lines: readonly ShardLine[], scope: Scope): Lane {
  const contigs = new Map<string, Map<number, Cell>>()
  for (const line of lines) {
    const { group, strideBlock, shardPath } = line
    if (group === null || !inScope(line, scope)) continue
    const cells = contigs.get(group.contig) ?? new Map<number, Cell>()
    contigs.set(group.contig, cells)
    const health = healthOf(line)
    const cell = cells.get(strideBlock)
    if (cell === undefined) cells.set(strideBlock, { strideBlock, health, shards: 1, shardPath })
    else {
      cell.shards += 1
      if (badnessOf(health) > badnessOf(cell.health)) cells.set(strideBlock, { ...cell, health, shardPath })
    }
  }
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
