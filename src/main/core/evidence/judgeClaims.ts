/**
 * Compares claims with the keys of all readable rows: which keys no shard holds, which rows changed, and which shards have keys in common.
 */
import type { KeyHolders } from '../keys/duplicateKeys.ts'
import { type Holdings, withoutHoldings } from '../keys/holdings.ts'
import { addressOf } from '../layouts/layoutOf.ts'
import type { ClaimCollector } from './claims.ts'
import type { Place, Source, Tally } from './places.ts'

/**
 * Why a row is missing.
 * - `missing`: its shard is absent
 * - `quarantined`: its shard is in quarantine
 * - `placeholder`: its path has something else: a placeholder file or link, a folder, a pipe
 * - `rows_missing`: its shard is present but does not hold it
 * - `changed_since_indexed`: the row has another key now
 */
export type LostReason = 'missing' | 'quarantined' | 'placeholder' | 'rows_missing' | 'changed_since_indexed'

/** Rows of one shard that evidence expects and no shard holds. */
export type LostShard = {
  readonly shardPath: string
  readonly reason: LostReason
  /** Null if the number is unknown. */
  readonly rows: number | null
  /** When the entry was archived (UTC ns). Null if the index or the ledger still has it. */
  readonly since: bigint | null
  readonly sources: readonly Source[]
}

/** Judges the claims of one partition. @param listed number of keys of each place to keep by name, two words each */
export function judgePartition(claims: ClaimCollector, places: readonly Place[], i: number, holders: KeyHolders, listed: number): void {
  for (const claim of claims.claimsIn(i).with(holders)) {
    const place = places[claim.place]
    if (place === undefined) continue
    const isHeld = claim.holders.length > 0
    if (claim.kind === 'damaged') {
      if (claim.repeats === null) place.damagedKeys.push(claim.holders)
      continue
    }
    let tally = place.gone
    if (claim.kind === 'changed') {
      if (place.shard < 0 || claim.holders.includes(place.shard)) continue
      place.isContradicted = true
      // A row beyond the end of the shard has no other key. It is lost.
      if (place.rows === null || claim.row < place.rows) {
        place.changedRows.add(claim.row)
        tally = place.changed
      }
    }
    if (claim.repeats !== null) {
      if (claim.repeats !== claim.place) tally.repeated += 1
      continue
    }
    tally.claimed += 1
    if (isHeld) continue
    tally.missing += 1
    if (tally.prints.length < 2 * listed) tally.prints.push(claim.low, claim.high)
  }
}

/** Rows of a place that are lost and that no shard holds. Null if the number is unknown. */
function missingRows(place: Place): number | null {
  const { state, isMoved } = place
  const { missing } = place.gone
  const claimed = place.gone.claimed + place.gone.repeated + place.heldUnread.size
  if (state !== 'absent' && state !== 'placeholder') {
    return isMoved || state !== 'read' ? missing : missing + Math.max(0, place.recordedGone - claimed)
  }
  if (isMoved) return missing
  const known = Math.max(place.ledger?.holdings?.rows ?? 0, place.quarantinedRows ?? 0)
  if (known === 0 && claimed === 0) return isExpected(place) ? null : 0
  return missing + Math.max(0, known - claimed)
}

/** Whether a place without known rows ever held any. Removing an empty shard loses nothing. */
function isExpected({ ledger, quarantined, quarantinedRows }: Place): boolean {
  if (quarantined.length > 0) return quarantinedRows === null && ledger?.holdings?.rows !== 0
  return ledger !== null && ledger.holdings === null && addressOf(ledger.shardPath) !== null
}

/** Keys of one place that no shard holds, with their known details. */
export type Loss = { readonly place: Place; readonly tally: Tally; readonly lost: LostShard }

/** The losses at a place: lost rows, and earlier keys of rows that changed. */
export function lossesAt(place: Place): Loss[] {
  // An unreadable shard says nothing about its rows.
  if (place.state === 'unread') return []
  const { shardPath, since, gone, changed } = place
  const sources = [...place.sources]
  const rows = missingRows(place)
  return [
    ...(rows === 0 ? [] : [{ place, tally: gone, lost: { shardPath, reason: reasonOf(place), rows, since, sources } }]),
    ...(changed.missing === 0
      ? []
      : [{ place, tally: changed, lost: { shardPath, reason: 'changed_since_indexed' as const, rows: changed.missing, since, sources } }])
  ]
}

function reasonOf({ state, quarantined }: Place): LostReason {
  if (state === 'placeholder') return 'placeholder'
  if (state === 'absent') return quarantined.length > 0 ? 'quarantined' : 'missing'
  return 'rows_missing'
}

/** Marks places whose rows the ledger finds at another place. @param present the contents of each present shard */
export function markMoved(
  places: readonly Place[],
  present: Iterable<{ readonly shardPath: string; readonly holdings: Holdings | null; readonly sha256: string | null }>
): void {
  const keys = new Set<string>()
  const digests = new Set<string>()
  const open = places.filter(({ ledger, state }) => ledger !== null && (state === 'absent' || state === 'placeholder' || state === 'read'))
  if (open.length === 0) return
  const now = new Map<string, Holdings>()
  const wanted = new Set(open.flatMap(({ shardPath, state }) => (state === 'read' ? [shardPath] : [])))
  for (const { shardPath, holdings, sha256 } of present) {
    if (holdings?.keys) keys.add(`${holdings.rows} ${holdings.keys}`)
    if (sha256 !== null) digests.add(sha256)
    if (holdings !== null && wanted.has(shardPath)) now.set(shardPath, holdings)
  }
  for (const place of open) {
    const { holdings, sha256, awaySha256 } = place.ledger ?? { holdings: null, sha256: null, awaySha256: null }
    const digest = sha256 ?? awaySha256
    const gone = now.has(place.shardPath) ? withoutHoldings(holdings, now.get(place.shardPath)) : null
    place.isMoved = isAmong(holdings, keys) || isAmong(gone, keys) || (digest !== null && digests.has(digest))
  }
}

function isAmong(holdings: Pick<Holdings, 'rows' | 'keys'> | null, keys: ReadonlySet<string>): boolean {
  return holdings?.keys ? keys.has(`${holdings.rows} ${holdings.keys}`) : false
}
