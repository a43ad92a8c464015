/** The readable and unreadable parts of a shard: footer, rows and vectors. */
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
      says: footer ? `${count} in ${formatCounted(columns.length, 'column')}` : 'cannot be read, so no other part can be read either'
    },
    {
      name: 'Rows',
      readable: range !== null,
      says: range !== null ? `loci, hashes and keys of ${count} are readable` : footer ? 'some keys cannot be read' : 'cannot be located'
    },
    {
      name: 'Vectors',
      readable: statistics !== null,
      says:
        statistics !== null
          ? 'every embedding is readable'
          : footer
            ? `${readableEmbeddings === 0 ? 'no embedding' : 'not every embedding'} can be read`
            : 'cannot be located'
    }
  ]
}

/** Whether any part of the shard cannot be read. */
export function isPartlyReadable(facts: ShardFacts): boolean {
  return readableParts(facts).some(part => !part.readable)
}
