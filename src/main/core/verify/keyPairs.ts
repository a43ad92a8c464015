/** Pairs of shards that may have a common key, and so must be compared value by value. */
import type { Finding } from '../../../shared/model/finding.ts'
import type { ShardPair } from '../keys/duplicateKeys.ts'
import { keyOfEntry } from '../keys/entryKey.ts'
import { indexRow, type ShardKeys } from '../keys/shardKeys.ts'
import { ShardLookup } from '../shards/shardLookup.ts'
import { type Elsewhere, missingFinding } from './compareIndex.ts'

/** Two shards, the indexed one first; or one shard twice. */
export type PathPair = readonly [string, string]

/** A row whose key the index has at another location, with the keys of its shard. */
export type PlaceElsewhere = { readonly place: Elsewhere; readonly keys: ShardKeys }

/** Shards of this run with a common hash. */
export function pathPairs(pairs: readonly ShardPair[], shardPaths: readonly string[]): PathPair[] {
  return pairs.flatMap(({ first, second }): PathPair[] => {
    const a = shardPaths[first]
    const b = shardPaths[second]
    return a === undefined || b === undefined ? [] : [[a, b]]
  })
}

/**
 * Rows that the index has at another location. If that location has the key, the two shards are a pair. Otherwise the index is wrong.
 * @param compare orders shards by which of them is indexed
 * @param isRebuilt whether a reindex enters rows that the index does not know
 */
export function resolveElsewhere(
  root: string,
  elsewhere: readonly PlaceElsewhere[],
  compare: (a: string, b: string) => number,
  isRebuilt: boolean
): { pairs: PathPair[]; findings: Finding[] } {
  const pairs: PathPair[] = []
  const missing = new Map<string, number[]>()
  const lookup = new ShardLookup(root)
  try {
    for (const { place, keys } of elsewhere) {
      if (holdsKey(lookup, place, keys)) {
        const earlier = compare(place.shardPath, place.indexedShard) < 0
        pairs.push(earlier ? [place.shardPath, place.indexedShard] : [place.indexedShard, place.shardPath])
      } else if (!place.isChanged) missing.set(place.shardPath, [...(missing.get(place.shardPath) ?? []), place.row])
    }
  } finally {
    lookup.close()
  }
  return { pairs, findings: [...missing].flatMap(([shardPath, rows]) => missingFinding(shardPath, rows, isRebuilt)) }
}

/** Whether the location in the index for a row's key has that key. */
function holdsKey(lookup: ShardLookup, place: Elsewhere, keys: ShardKeys): boolean {
  const key = keyOfEntry(indexRow(keys, place.row, place.shardPath))
  if (key === null) return false
  try {
    const rows = lookup.open(place.indexedShard)
    return rows.reader.layout.version === keys.layout && rows.matches(place.indexedRow, key)
  } catch {
    // Damage there is reported when that shard is read.
    return false
  }
}
