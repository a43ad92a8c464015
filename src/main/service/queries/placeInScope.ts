/** Whether an address in a cache is in a scope. */
import type { Scope } from '../../../shared/contract/index.ts'
import { addressOf } from '../../core/index.ts'

/** The address of the shards of one contig in one configuration. */
type Place = {
  readonly encoder: string
  readonly stateLayer: number
  /** `centered_mean_64` */
  readonly pool: string
  readonly contig: string
}

/** @param place null for a file outside of the layout, which is only in the scope of the whole cache */
export function placeInScope(place: Place | null, { encoder, stateLayer, pool, contig }: Scope): boolean {
  if (place === null) return encoder === undefined && stateLayer === undefined && pool === undefined && contig === undefined
  return (
    (encoder === undefined || place.encoder === encoder) &&
    (stateLayer === undefined || place.stateLayer === stateLayer) &&
    (pool === undefined || place.pool === pool) &&
    (contig === undefined || place.contig === contig)
  )
}

/** The same for a shard's path, whether or not the shard exists. */
export function pathInScope(shardPath: string, scope: Scope): boolean {
  const address = addressOf(shardPath)
  return placeInScope(address && { ...address, pool: `${address.poolType}_${address.poolRadius}` }, scope)
}
