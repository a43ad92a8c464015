/** The index for callers that can continue without it. The comparison with the shards reports why it cannot be used. */
import { CacheError } from '../../../shared/model/errors.ts'
import type { IndexEntry } from '../keys/indexRow.ts'
import { IndexUnusable } from './untrusted.ts'
import { openIndex, type WindowIndex } from './windowIndex.ts'

/**
 * Opens the index for reading.
 * @returns null if it does not exist or cannot be used
 * @throws CacheBusyError, SystemError
 */
export function openUsableIndex(root: string): WindowIndex | null {
  try {
    return openIndex(root, 'read')
  } catch (error) {
    if (error instanceof IndexUnusable) return null
    throw error
  }
}

/** The entries of a shard. Empty if the index fails, is busy or cannot be read. */
export function entriesIfUsable(index: WindowIndex | null, shardPath: string): readonly IndexEntry[] {
  try {
    return index?.entriesOf(shardPath) ?? []
  } catch (error) {
    if (error instanceof CacheError) return []
    throw error
  }
}
