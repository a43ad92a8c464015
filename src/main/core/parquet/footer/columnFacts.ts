/** Facts about each leaf from the footer, over all row groups. */
import type { ColumnFacts } from '../../../../shared/model/shard.ts'
import type { ShardFooter } from './footer.ts'

export function columnFacts(footer: ShardFooter): ColumnFacts[] {
  return footer.leaves.map((leaf, i): ColumnFacts => {
    const chunks = footer.rowGroups.flatMap(group => group.chunks[i] ?? [])
    const sum = (of: (chunk: (typeof chunks)[number]) => number): number => chunks.reduce((total, chunk) => total + of(chunk), 0)
    const nulls = chunks.map(chunk => chunk.statistics?.nulls ?? null)
    return {
      column: leaf.path.join('.'),
      physicalType: leaf.width > 0 ? `${leaf.physicalType}(${leaf.width})` : leaf.physicalType,
      logicalType: leaf.logicalType,
      codec: [...new Set(chunks.map(chunk => chunk.codec))].join(', '),
      encodings: [...new Set(chunks.flatMap(chunk => chunk.encodings))],
      values: sum(chunk => chunk.values),
      compressedBytes: sum(chunk => chunk.end - chunk.start),
      uncompressedBytes: sum(chunk => chunk.uncompressedBytes),
      nulls: nulls.every(count => count !== null) ? nulls.reduce((total, count) => total + count, 0) : null,
      pageIndex: chunks.length > 0 && chunks.every(chunk => chunk.pageIndex !== null)
    }
  })
}
