/** The state of a cache in one line. */
import type { CacheSummary, Health } from '../../shared/contract/index.ts'
import { HEALTH_ORDER } from '../../shared/model/health.ts'
import { missingText } from '../../shared/text/missingText.ts'
import { formatAgo, formatCount, formatCounted, healthWord, worstHealth } from './index.ts'

/** Without missing shards, which are not shards of the cache. */
const SICK = HEALTH_ORDER.filter(health => !['missing', 'unverified', 'readable', 'verified'].includes(health))

type State = Pick<CacheSummary, 'health' | 'suspected' | 'missing'>

/** The number of shards with a problem or that cannot be judged, including those that only the initial scan reported. */
export function sickShards({ health, suspected, missing }: State): number {
  return SICK.reduce((sum, kind) => sum + (health[kind] ?? 0), suspected + missingShards({ health, missing }))
}

/** The number of missing shards, including placeholders. */
function missingShards({ health, missing }: Pick<CacheSummary, 'health' | 'missing'>): number {
  return Math.max(health.missing ?? 0, missing.missingShards)
}

/** The health of all shards, including missing ones. */
export function wholeHealth({ health, missing }: Pick<CacheSummary, 'health' | 'missing'>): Partial<Record<Health, number>> {
  const count = missingShards({ health, missing })
  return count === 0 ? health : { ...health, missing: count }
}

/** The mark for the whole cache. A finding of the initial scan outranks shards that were not verified yet. */
export function standingMark({ health, suspected, missing }: State): Health {
  const worst = worstHealth(wholeHealth({ health, missing })) ?? 'unverified'
  return suspected > 0 && (worst === 'unverified' || worst === 'unsupported') ? 'suspect' : worst
}

/**
 * `358/361 verified · 300 windows missing (3 shards) · 2 damaged · 1 not verified yet · 2 h ago`. Verified shards come first, then every
 * other kind, so that damaged shards are not confused with unverified ones. Returns `not verified yet · 361 shards` if nothing was ever
 * verified, `not verified yet · 9 look wrong` if the initial scan found problems, and `no shards` for an empty cache.
 */
export function verifiedLine(summary: CacheSummary, nowMs: number = Date.now()): string {
  const { shards, health, suspected, lastVerifiedMs, scan } = summary
  const missing = missingText({ ...summary.missing, missingShards: missingShards(summary) })
  if (shards === 0 && scan.state === 'done') return parts('no shards', missing)
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
  if (lastVerifiedMs === null) return parts(first, missing, sick, looks)
  const { unverified = 0, readable = 0 } = health
  return parts(
    first,
    missing,
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
