/** What the report of a part says of it, for `merge`: which part of which cache it is, and what each shard's file looked like. */
import type { Inspection } from '../../core/index.ts'

/** What was chosen among the shards of a part, and how closely they were looked at. */
type Scope = { readonly quick?: boolean; readonly changed?: boolean; readonly olderThan?: number }

/** What a report says of its part. */
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
