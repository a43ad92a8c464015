/**
 * Copies the entries of unread shards from the old index to the new one. An entry is removed only with a shard that was read, or that is
 * proven to be absent.
 */

import { isProvenGone } from '../cache/provenGone.ts'
import type { IndexRow } from '../keys/indexRow.ts'
import { isShardPath } from '../layouts/paths.ts'
import { IndexUnusable } from './untrusted.ts'
import { openUsableIndex } from './usableIndex.ts'

/**
 * Copies the entries of shards that were not read.
 * @param wasRead whether the shard at a path was read, either its keys or its damage
 * @param enter inserts rows whose keys are free, and returns their number
 * @returns number of entries inserted for each of these shards. Empty without a usable index
 * @throws CacheBusyError, SystemError
 */
export function keepUnreadEntries(
  root: string,
  wasRead: (shardPath: string) => boolean,
  enter: (rows: Iterable<IndexRow>) => number
): Map<string, number> {
  const kept = new Map<string, number>()
  const index = openUsableIndex(root)
  if (index === null) return kept
  const mayHold = (path: string): boolean => isShardPath(path) && !wasRead(path) && !isProvenGone(root, path)
  const keep = (path: string, rows: Iterable<IndexRow>): void => {
    kept.set(path, (kept.get(path) ?? 0) + enter(rows))
  }
  try {
    for (const path of index.distinctShardPaths()) if (mayHold(path)) keep(path, index.rowsOf(path))
  } catch (error) {
    if (!(error instanceof IndexUnusable)) throw error
    // A search by path failed because of damage. Scans from both ends return the rows before and after it.
    const rows = (['first', 'last'] as const).flatMap(end => [...untilDamage(index.allRows(end))])
    for (const [path, ofShard] of Map.groupBy(rows, row => row.shardPath)) if (mayHold(path)) keep(path, ofShard)
  } finally {
    index.close()
  }
  return kept
}

/** Whether the index has rows of a shard; false if it cannot be used. @throws CacheBusyError, SystemError */
export function hadEntries(root: string, shardPath: string): boolean {
  const index = openUsableIndex(root)
  try {
    return (index?.entriesOf(shardPath).length ?? 0) > 0
  } catch (error) {
    if (error instanceof IndexUnusable) return false
    throw error
  } finally {
    index?.close()
  }
}

function* untilDamage(rows: Iterable<IndexRow>): Generator<IndexRow> {
  try {
    yield* rows
  } catch (error) {
    if (!(error instanceof IndexUnusable)) throw error
  }
}
