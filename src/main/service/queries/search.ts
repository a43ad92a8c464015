/** Look-ups by hash, locus or DNA: what the core finds, and how many rows there are while somebody still types. */
import type { RowLine } from '../../../shared/contract/index.ts'
import { find, openIndex } from '../../core/index.ts'
import { rowLine } from './shardReads.ts'

export type Found = { readonly kind: 'hash' | 'locus' | 'dna'; readonly rows: readonly RowLine[]; readonly truncated: boolean }

/**
 * @param among shards that may hold rows of a locus, where these are known
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
 * How many rows' window hashes begin with a prefix, by the index alone.
 * @param limit counting stops there
 * @returns null when there is no index that could tell
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
    // Why it cannot be used is told where the index is shown.
    return null
  }
}
