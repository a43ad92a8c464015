/** Which shards a scope means. */
import type { Scope } from '../../../shared/contract/index.ts'
import type { CatalogEntry } from './catalogEntry.ts'

/** A file that lies where no shard belongs is in the scope of everything alone. */
export function inScope({ group }: CatalogEntry, { encoder, stateLayer, pool, contig }: Scope): boolean {
  if (group === null) return encoder === undefined && stateLayer === undefined && pool === undefined && contig === undefined
  return (
    (encoder === undefined || group.encoder === encoder) &&
    (stateLayer === undefined || group.stateLayer === stateLayer) &&
    (pool === undefined || group.pool === pool) &&
    (contig === undefined || group.contig === contig)
  )
}
