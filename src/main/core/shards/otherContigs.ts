/** Contigs of a shard that its path does not name. */
import { isOfContig } from '../layouts/contigNames.ts'
import { ShardFault } from '../limits/shardFault.ts'
import type { ShardReader } from '../parquet/shardReader.ts'
import { onlyContig } from './onlyContig.ts'

const NONE: readonly string[] = []

/**
 * Contigs whose rows a shard holds although its path does not name them, by its footer.
 * @returns none for a shard without the columns of the layout; null if only the rows show it
 */
export function otherContigs(shard: ShardReader, shardPath: string): readonly string[] | null {
  const others = new Set<string>()
  try {
    for (const group of shard.footer.rowGroups) {
      const contig = onlyContig(shard, group)
      if (contig === null) return null
      if (!isOfContig(shardPath, contig)) others.add(contig)
    }
  } catch (error) {
    if (error instanceof ShardFault) return NONE
    throw error
  }
  return others.size === 0 ? NONE : [...others]
}
