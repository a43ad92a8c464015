/** What of a shard can be read and what cannot, in parts that a person knows: the footer, the rows, the vectors. */
import type { ShardFacts } from '../../shared/contract/index.ts'
import { formatCounted } from './index.ts'

export type Part = { readonly name: 'Footer' | 'Rows' | 'Vectors'; readonly readable: boolean; readonly says: string }

/** The three parts, each with a sentence. */
export function readableParts(facts: ShardFacts): readonly Part[] {
  const { rows, columns, range, statistics, readableEmbeddings } = facts
  const footer = rows !== null
  const count = footer ? formatCounted(rows, 'row') : 'its rows'
  return [
    {
      name: 'Footer',
      readable: footer,
      says: footer ? `${count} in ${formatCounted(columns.length, 'column')}` : 'cannot be read, and without it nothing else can'
    },
    {
      name: 'Rows',
      readable: range !== null,
      says: range !== null ? `loci, hashes and keys of ${count} are readable` : footer ? 'their keys cannot all be read' : 'not to be found'
    },
    {
      name: 'Vectors',
      readable: statistics !== null,
      says:
        statistics !== null
          ? 'every embedding is readable'
          : footer
            ? `${readableEmbeddings === 0 ? 'no embedding' : 'not every embedding'} can be read`
            : 'not to be found'
    }
  ]
}

/** Whether any part of the shard cannot be read. */
export function isPartlyReadable(facts: ShardFacts): boolean {
  return readableParts(facts).some(part => !part.readable)
}
