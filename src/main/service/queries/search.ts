/** Searches by hash, locus or DNA sequence: the rows that the core finds, and their number while the user types. */
import type { RowLine } from '../../../shared/contract/index.ts'
import { find, openIndex } from '../../core/index.ts'
import { rowLine } from './shardReads.ts'

export type Found = { readonly kind: 'hash' | 'locus' | 'dna'; readonly rows: readonly RowLine[]; readonly truncated: boolean }

/**
 * @param among shards that may have rows of a locus, if these are known
 * @throws InputError, SystemError, CancelledError
 */
export async function search(
  { root, query, limit, among }: { root: string; query: string; limit: number; among?: readonly string[] },
  signal: AbortSignal
): Promise<Found> {
  const { kind, rows, truncated } = await find(root, query, { limit, signal, ...(among !== undefined && { among: new Set(among) }) })
  return { kind, rows: rows.map(row => rowLine(row, row.shardPath, row.rowOffset)), truncated }
}

/**
 * Number of rows whose window hash begins with a prefix, from the index alone.
 * @param limit maximum to count
 * @returns null if there is no usable index
 */
export function countPrefix({ root, prefix, limit }: { root: string; prefix: string; limit: number }): number | null {
  try {
    const index = openIndex(root, 'read')
    if (index === null) return null
    try {
      return index.withPrefix(prefix, limit).length
    } finally {
      index.close()
    }
  } catch {
    // The view of the index shows why it cannot be used.
    return null
  }
}
