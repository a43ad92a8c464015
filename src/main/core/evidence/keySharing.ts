/**
 * The number of keys that only one shard holds, and the sets of shards with common keys. This gives the cost of any combination of moves.
 */

import type { SharedKeys } from '../../../shared/model/report.ts'
import type { KeyHolders } from '../keys/duplicateKeys.ts'
import type { Place } from './places.ts'

export class KeySharing {
  /** By shard: rows whose keys other rows have as well, and keys that only this shard holds. */
  private readonly repeated = new Map<number, { rows: number; keys: number }>()
  /** Number of keys by the shards that hold them, in ascending order. */
  private readonly groups = new Map<string, number>()

  take({ repeated }: KeyHolders): void {
    for (const holders of repeated.values()) {
      for (const shard of holders) this.of(shard).rows += 1
      const [shard = 0, ...others] = new Set(holders)
      if (others.length === 0) this.of(shard).keys += 1
      else this.addToGroup([shard, ...others])
    }
  }

  /** Adds the keys of a damaged shard, according to the evidence. */
  takeDamaged(place: Place, shard: number): void {
    for (const holders of place.damagedKeys) if (holders.length > 0) this.addToGroup([shard, ...new Set(holders)])
  }

  /** Number of keys that no other shard holds, for a shard whose rows were read. */
  aloneIn(shard: number, rows: number): number {
    const { rows: repeated, keys } = this.repeated.get(shard) ?? { rows: 0, keys: 0 }
    return rows - repeated + keys
  }

  /** @param shardPaths by position */
  shared(shardPaths: readonly string[]): SharedKeys[] {
    return [...this.groups].map(([group, keys]) => ({ shardPaths: group.split(' ').map(shard => shardPaths[Number(shard)] ?? ''), keys }))
  }

  private of(shard: number): { rows: number; keys: number } {
    let of = this.repeated.get(shard)
    if (of === undefined) {
      of = { rows: 0, keys: 0 }
      this.repeated.set(shard, of)
    }
    return of
  }

  private addToGroup(shards: readonly number[]): void {
    const group = shards.toSorted((a, b) => a - b).join(' ')
    this.groups.set(group, (this.groups.get(group) ?? 0) + 1)
  }
}

/** Number of keys that only a damaged shard had. @param rows according to its footer. Null if it cannot be read */
export function aloneInDamaged(place: Place | undefined, rows: number | null): number | null {
  const keys = place?.damagedKeys ?? []
  const shared = keys.filter(holders => holders.length > 0).length
  const known = rows ?? place?.ledger?.holdings?.rows ?? null
  if (known === null && keys.length === 0) return null
  return Math.max(keys.length - shared, (known ?? 0) - shared)
}
