/** Which shards a scope means. */
import type { Scope } from '../../../shared/contract/index.ts'
import { placeInScope } from '../queries/placeInScope.ts'
import type { CatalogEntry } from './catalogEntry.ts'

/** A file that lies where no shard belongs is in the scope of everything alone. */
export function inScope({ group }: CatalogEntry, scope: Scope): boolean {
  return placeInScope(group, scope)
}
