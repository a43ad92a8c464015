/** The part of a partition's report that `merge` needs: the partition, the cache, and the size and time of each shard's file. */
import type { Inspection } from '../../core/index.ts'

/** The selection of shards, and the depth of their verification. */
type Scope = { readonly quick?: boolean; readonly changed?: boolean; readonly olderThan?: number }

/** The description of a partition in its report. */
export function partitionFields(
  { root, stamps, intact }: Inspection,
  { index, of }: { readonly index: number; readonly of: number },
  { quick = false, changed = false, olderThan }: Scope
) {
  const shards = [...stamps].map(([shardPath, { bytes, mtimeNs }]) => ({
    shardPath,
    bytes,
    mtimeNs,
    ...(intact.has(shardPath) && { intact: true })
  }))
  return { index, of, cache: root, quick, changed, olderThanSeconds: olderThan === undefined ? null : olderThan / 1000, shards }
}
