/** How shards are, and which of it is worse: the one order for the catalog, the tree, bars and tables. */
import type { Severity } from './finding.ts'

/** Worst first. */
export const HEALTH_ORDER = ['damaged', 'missing', 'unreadable', 'unsupported', 'suspect', 'unverified', 'readable', 'verified'] as const

/** The order of legends, filters and bars. */
export const BEST_FIRST = HEALTH_ORDER.toReversed()

export type Health = (typeof HEALTH_ORDER)[number]

/** Of a shard by its worst finding; null where what is wrong is the index alone. */
export const HEALTH_OF: Readonly<Record<Severity, Health | null>> = {
  corrupt: 'damaged',
  missing: 'missing',
  unreadable: 'unreadable',
  unsupported: 'unsupported',
  suspect: 'suspect',
  index: null
}

/** Worse is higher; 0 for the best. */
export function badnessOf(health: Health): number {
  return BEST_FIRST.indexOf(health)
}
