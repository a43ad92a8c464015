/** A cache with any number of shards, made from those that GenoLeWM wrote. */
import { join } from 'node:path'
import { linkShards } from '../../bench/linkShards.ts'
import { referenceCache, referenceRows } from './reference.ts'
import { temporaryFolder } from './temporaryFolder.ts'

/**
 * Makes a cache of `count` readable shards, see `linkShards`. It is deleted after the test file.
 * @returns the cache root
 */
export function makeManyShards(count: number): string {
  const root = join(temporaryFolder(), 'many')
  const reference = referenceCache('healthy')
  const models = [...new Set(referenceRows('healthy').map(row => row.shard_path))].map(path => join(reference, path))
  linkShards(root, models, count)
  return root
}
