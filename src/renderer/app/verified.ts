/** How a cache stands, in one line. */
import type { CacheSummary } from '../../shared/contract/index.ts'
import { formatAgo, formatCount, healthWord } from '../format/index.ts'

const SICK = ['damaged', 'unreadable', 'suspect', 'unsupported'] as const

/** Shards with something wrong, or that this program cannot judge. */
export function sickShards({ health }: Pick<CacheSummary, 'health'>): number {
  return SICK.reduce((sum, kind) => sum + (health[kind] ?? 0), 0)
}

/** `358/361 verified · 2 damaged · 2 h ago`, with every kind that is not in order; `not verified yet · 361 shards` when nothing ever was. */
export function verifiedLine({ shards, health, lastVerifiedMs }: CacheSummary, nowMs: number = Date.now()): string {
  const sick = SICK.filter(kind => (health[kind] ?? 0) > 0)
    .map(kind => `${formatCount(health[kind] ?? 0)} ${healthWord(kind)}`)
    .join(' · ')
  const first =
    lastVerifiedMs === null
      ? `not verified yet · ${formatCount(shards)} shards`
      : `${formatCount(health.verified ?? 0)}/${formatCount(shards)} verified`
  return [first, sick, lastVerifiedMs === null ? '' : formatAgo(lastVerifiedMs, nowMs)].filter(part => part !== '').join(' · ')
}
