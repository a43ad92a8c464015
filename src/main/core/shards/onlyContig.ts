/** The contig of a row group from its statistics. */
import type { RowGroup } from '../parquet/footer/footer.ts'
import type { ShardReader } from '../parquet/shardReader.ts'

/**
 * The contig of all rows of a row group, according to the footer.
 * @returns null if the footer does not show it: no statistics, several contigs, or no text
 * @throws ShardFault for a shard without the columns of the layout
 */
export function onlyContig(shard: ShardReader, group: RowGroup): string | null {
  const chunk = shard.chunk(group, 'chrom')
  const { min, max } = chunk?.statistics ?? { min: null, max: null }
  // Values of other types become text only in Python's conversion.
  if (chunk?.leaf.logical.kind !== 'string' || min === null || max === null || Buffer.compare(min, max) !== 0) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(min)
  } catch {
    return null
  }
}
