/** How a cache stands, in one line. */
import type { CacheSummary, Health } from '../../shared/contract/index.ts'
import { formatAgo, formatCount, formatCounted, healthWord, worstHealth } from '../format/index.ts'

const SICK = ['damaged', 'missing', 'unreadable', 'suspect', 'unsupported'] as const

/** Shards with something wrong, or that this program cannot judge, those among them that only a first look tells of. */
export function sickShards({ health, suspected }: Pick<CacheSummary, 'health' | 'suspected'>): number {
  return SICK.reduce((sum, kind) => sum + (health[kind] ?? 0), suspected)
}

/** What stands for the whole: a first look that found something weighs more than shards that were not verified yet. */
export function standingMark({ health, suspected }: Pick<CacheSummary, 'health' | 'suspected'>): Health {
  const worst = worstHealth(health) ?? 'unverified'
  return suspected > 0 && (worst === 'unverified' || worst === 'unsupported') ? 'suspect' : worst
}

/**
 * `358/361 verified · 2 damaged · 1 not verified yet · 2 h ago`: those in order, and every kind of the others, so that nobody takes what
 * is damaged for what was not looked at; `not verified yet · 361 shards` when nothing ever was, `not verified yet · 9 look wrong` when a
 * first look found something, `no shards` of an empty cache.
 */
export function verifiedLine({ shards, health, suspected, lastVerifiedMs, scan }: CacheSummary, nowMs: number = Date.now()): string {
  if (shards === 0 && scan.state === 'done') return 'no shards'
  const sick = SICK.filter(kind => (health[kind] ?? 0) > 0)
    .map(kind => `${formatCount(health[kind] ?? 0)} ${healthWord(kind)}`)
    .join(' · ')
  const first =
    lastVerifiedMs === null
      ? suspected > 0
        ? 'not verified yet'
        : `not verified yet · ${formatCounted(shards, 'shard')}`
      : `${formatCount(health.verified ?? 0)}/${formatCount(shards)} verified`
  const looks = suspected === 0 ? '' : `${formatCount(suspected)} ${suspected === 1 ? 'looks' : 'look'} wrong`
  if (lastVerifiedMs === null) return parts(first, sick, looks)
  const { unverified = 0, readable = 0 } = health
  return parts(
    first,
    sick,
    looks,
    readable === 0 ? '' : `${formatCount(readable)} ${healthWord('readable')}`,
    unverified === 0 ? '' : `${formatCount(unverified)} not verified yet`,
    formatAgo(lastVerifiedMs, nowMs)
  )
}

function parts(...texts: readonly string[]): string {
  return texts.filter(text => text !== '').join(' · ')
}
