/** Selects the shards of a scope. */
import type { Scope } from '../../../shared/contract/index.ts'
import { placeInScope } from '../queries/placeInScope.ts'
import type { CatalogEntry } from './catalogEntry.ts'

/** A file outside of the layout is only in the scope of the whole cache. */
export function inScope({ group }: CatalogEntry, scope: Scope): boolean {
  return placeInScope(group, scope)
}
