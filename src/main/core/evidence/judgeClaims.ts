/** Claims held against the keys of all rows that could be read: which keys no shard holds, which rows changed, who shares keys. */
import type { KeyHolders } from '../keys/duplicateKeys.ts'
import type { Holdings } from '../keys/holdings.ts'
import { LAYOUT_1 } from '../layouts/layout.ts'
import type { ClaimCollector } from './claims.ts'
import type { Place, Source } from './places.ts'

/**
 * Why a row is missing.
 * - `missing`: its shard is not there
 * - `quarantined`: its shard is in quarantine
 * - `placeholder`: a file or link stands for its shard
 * - `rows_missing`: its shard is there and does not hold it
 * - `changed_since_indexed`: the row has another key now
 */
export type LostReason = 'missing' | 'quarantined' | 'placeholder' | 'rows_missing' | 'changed_since_indexed'

/** Rows that evidence expects and no shard holds, of one shard. */
export type LostShard = {
  readonly shardPath: string
  readonly reason: LostReason
  /** Null where nothing tells how many. */
  readonly rows: number | null
  /** When the entry was archived (UTC ns); null if the index or the ledger still has it. */
  readonly since: bigint | null
  readonly sources: readonly Source[]
}

/** Judges the claims of one partition. @param listed how many keys of each place are kept by name, two words each */
export function judgePartition(claims: ClaimCollector, places: readonly Place[], i: number, holders: KeyHolders, listed: number): void {
  for (const claim of claims.claimsIn(i).with(holders)) {
    const place = places[claim.place]
    if (place === undefined) continue
    const isHeld = claim.holders.length > 0
    if (claim.kind === 'damaged') {
      if (claim.repeats === null) place.damagedKeys.push(claim.holders)
      continue
    }
    if (claim.kind === 'changed') {
      if (place.shard < 0 || claim.holders.includes(place.shard)) continue
      place.changedRows.add(claim.row)
    }
    if (claim.repeats !== null) {
      if (claim.repeats !== claim.place) place.repeated += 1
      continue
    }
    place.claimed += 1
    if (isHeld) continue
    place.missing += 1
    if (place.prints.length < 2 * listed) place.prints.push(claim.low, claim.high)
  }
}

/** Rows of a place that no shard holds, null where nothing tells how many. */
function missingRows(place: Place): number | null {
  const { missing, state, isMoved } = place
  const claimed = place.claimed + place.repeated + place.heldUnread.size
  if (state !== 'absent' && state !== 'placeholder') return missing
  if (isMoved) return missing
  const known = Math.max(place.ledger?.holdings?.rows ?? 0, place.quarantinedRows ?? 0)
  if (known === 0 && claimed === 0) return isExpected(place) ? null : 0
  return missing + Math.max(0, known - claimed)
}

/** Whether a place of which no row is known held any. An empty shard that goes away takes nothing with it. */
function isExpected({ ledger, quarantined, quarantinedRows }: Place): boolean {
  if (quarantined.length > 0) return quarantinedRows === null && ledger?.holdings?.rows !== 0
  return ledger !== null && ledger.holdings === null && LAYOUT_1.parseShardPath(ledger.shardPath) !== null
}

/** What is lost at a place; null when nothing is. */
export function lostAt(place: Place): LostShard | null {
  // What could not be read says nothing of its rows.
  const rows = place.state === 'unread' ? 0 : missingRows(place)
  if (rows === 0) return null
  const { shardPath, since, sources } = place
  return { shardPath, reason: reasonOf(place), rows, since, sources: [...sources] }
}

function reasonOf({ state, quarantined, changedRows }: Place): LostReason {
  if (state === 'placeholder') return 'placeholder'
  if (state === 'absent') return quarantined.length > 0 ? 'quarantined' : 'missing'
  return changedRows.size > 0 ? 'changed_since_indexed' : 'rows_missing'
}

/** Marks places whose rows are, by what the ledger knew of them, at another place. @param present what each shard that is there holds */
export function markMoved(
  places: readonly Place[],
  present: Iterable<{ readonly holdings: Holdings | null; readonly sha256: string | null }>
): void {
  const keys = new Set<string>()
  const digests = new Set<string>()
  const open = places.filter(({ ledger, state }) => ledger !== null && (state === 'absent' || state === 'placeholder'))
  if (open.length === 0) return
  for (const { holdings, sha256 } of present) {
    if (holdings?.keys) keys.add(`${holdings.rows} ${holdings.keys}`)
    if (sha256 !== null) digests.add(sha256)
  }
  for (const place of open) {
    const { holdings, sha256, awaySha256 } = place.ledger ?? { holdings: null, sha256: null, awaySha256: null }
    const digest = sha256 ?? awaySha256
    place.isMoved = (holdings?.keys ? keys.has(`${holdings.rows} ${holdings.keys}`) : false) || (digest !== null && digests.has(digest))
  }
}
