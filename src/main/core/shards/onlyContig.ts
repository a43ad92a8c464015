/** The contig of a row group by its statistics. */
import type { RowGroup } from '../parquet/footer/footer.ts'
import type { ShardReader } from '../parquet/shardReader.ts'

/**
 * The contig that all rows of a row group have, as the footer says.
 * @returns null where the footer does not tell: no statistics, several contigs, or no text
 * @throws ShardFault for a shard without the columns of the layout
 */
export function onlyContig(shard: ShardReader, group: RowGroup): string | null {
  const chunk = shard.chunk(group, 'chrom')
  const { min, max } = chunk?.statistics ?? { min: null, max: null }
  // Values of other types are texts only after Python has converted them.
  if (chunk?.leaf.logical.kind !== 'string' || min === null || max === null || Buffer.compare(min, max) !== 0) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(min)
  } catch {
    return null
  }
}
