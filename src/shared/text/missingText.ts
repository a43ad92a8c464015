/** Missing rows in words, for the window and the command line. */

import type { Finding } from '../model/finding.ts'
import { formatCounted, formatInteger } from './numbers.ts'

/** `300 windows missing (3 shards)`; only the number of shards if their rows are unknown. Empty if nothing is missing. */
export function missingText({ missingShards, missingRows }: { readonly missingShards: number; readonly missingRows: number }): string {
  if (missingShards === 0) return ''
  const shards = formatCounted(missingShards, 'shard')
  return missingRows === 0 ? `${shards} missing` : `${formatCounted(missingRows, 'window')} missing (${shards})`
}

/** Earlier keys of rows that have another key now. The rows are not missing, but no shard holds these keys. */
export function lostKeysText(keys: number): string {
  return `No shard holds ${keys === 1 ? 'the earlier key' : `${formatInteger(keys)} of the earlier keys`} any more`
}

/** Number of earlier keys of changed rows in a report that no shard holds. */
export function changedKeysLost(findings: Iterable<Pick<Finding, 'kind' | 'details'>>): number {
  let sum = 0
  for (const { kind, details } of findings) {
    if (kind === 'changed_since_indexed' && typeof details.keys_lost === 'number') sum += details.keys_lost
  }
  return sum
}
