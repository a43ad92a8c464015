/** Whether a place in a cache is in a scope. */
import type { Scope } from '../../../shared/contract/index.ts'
import { addressOf } from '../../core/index.ts'

/** Where shards of one contig in one configuration are. */
type Place = {
  readonly encoder: string
  readonly stateLayer: number
  /** `centered_mean_64` */
  readonly pool: string
  readonly contig: string
}

/** @param place null for a file outside of the layout, which is in the scope of everything alone */
export function placeInScope(place: Place | null, { encoder, stateLayer, pool, contig }: Scope): boolean {
  if (place === null) return encoder === undefined && stateLayer === undefined && pool === undefined && contig === undefined
  return (
    (encoder === undefined || place.encoder === encoder) &&
    (stateLayer === undefined || place.stateLayer === stateLayer) &&
    (pool === undefined || place.pool === pool) &&
    (contig === undefined || place.contig === contig)
  )
}

/** The same of a shard's path, whether or not the shard is there. */
export function pathInScope(shardPath: string, scope: Scope): boolean {
  const address = addressOf(shardPath)
  return placeInScope(address && { ...address, pool: `${address.poolType}_${address.poolRadius}` }, scope)
}
