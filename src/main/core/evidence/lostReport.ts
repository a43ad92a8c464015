/** Missing rows as findings, with their numbers. */
import { type Finding, finding } from '../../../shared/model/finding.ts'
import { ALL_KEY_PARTS, KEY_PARTS, type KeyPart } from '../../../shared/model/keySpec.ts'
import { ROWS_LISTED } from '../inspect/checkRows.ts'
import type { EntryKey } from '../keys/entryKey.ts'
import type { BlockPresence } from '../layouts/blockPresence.ts'
import type { LostShard } from './judgeClaims.ts'
import type { LostWindow } from './locusFinder.ts'
import type { LostRows } from './lostRows.ts'
import type { Place } from './places.ts'

/** The losses of one shard, with the requested number of keys and windows. */
export type LostDetail = LostShard &
  LostRows & {
    /** For an absent shard in a cache of several configurations, else null. */
    readonly block: BlockPresence | null
  }

export type MissingCounts = {
  /** Shards that are missing or lack rows. */
  readonly missingShards: number
  /** Rows that evidence expects and no shard holds. Shards with an unknown number of rows are not included. */
  readonly missingRows: number
}

/** Whether a lost shard is reported as missing. Otherwise another finding reports it. */
export function isReportedMissing({ reason }: Pick<LostShard, 'reason'>): boolean {
  return reason !== 'placeholder' && reason !== 'changed_since_indexed'
}

/** The finding for a lost shard. Null if another finding reports it. */
export function missingFinding(lost: LostDetail, place: Place): Finding | null {
  const { shardPath, reason, rows, sources, windows, keys, block } = lost
  if (!isReportedMissing(lost)) return null
  const details = {
    count: rows,
    reason,
    sources,
    // Only the first ones are listed.
    windows: windows.slice(0, ROWS_LISTED).map(jsonWindow),
    keys: keys.slice(0, ROWS_LISTED).map(({ windowHash }) => windowHash),
    ...(block !== null && blockFields(block)),
    ...(place.quarantined.length > 0 && { quarantined: place.quarantined.map(({ path }) => path) }),
    ...holdingsOf(place)
  }
  const facts = { rows, locus: locusOf(windows, rows), elsewhere: place.gone.claimed - place.gone.missing, ...whatIsMissing(reason, place) }
  return finding('missing_shard', shardPath, facts, { details })
}

function whatIsMissing(reason: LostShard['reason'], { quarantined, gone, recordedGone, ledger }: Place) {
  const recorded = ledger?.holdings?.rows
  if (reason === 'rows_missing' && gone.claimed === 0 && recordedGone > 0 && recorded !== undefined) {
    return { what: 'recorded_rows', gone: recordedGone, recorded } as const
  }
  const [inQuarantine] = quarantined
  if (reason === 'quarantined' && inQuarantine !== undefined) return { what: 'quarantined_shard', path: inQuarantine.path } as const
  return { what: reason === 'rows_missing' ? 'rows' : 'shard' } as const
}

/** The part of a contig that the windows span. Null if some are unknown, or if they are on several contigs. */
function locusOf(windows: readonly LostWindow[], rows: number | null): string | null {
  const [first] = windows
  if (first === undefined || rows === null || windows.length < rows || windows.some(({ chrom }) => chrom !== first.chrom)) return null
  let { startBp: start, endBp: end } = first
  for (const { startBp, endBp } of windows) {
    if (startBp < start) start = startBp
    if (endBp > end) end = endBp
  }
  return `${first.chrom}:${start + 1n}-${end}`
}

function blockFields({ contig, strideBlock, configurations, presentIn }: BlockPresence) {
  return { contig, stride_block: strideBlock, configurations, present_in: presentIn }
}

function jsonWindow({ chrom, startBp, endBp }: LostWindow) {
  return { chrom, start_bp: Number(startBp), end_bp: Number(endBp) }
}

/** The input for a merge of partitions, where this ledger may not exist. */
function holdingsOf({ ledger }: Place) {
  return ledger !== null ? { holdings: ledger.holdings, sha256: ledger.sha256 ?? ledger.awaySha256 } : {}
}

/**
 * Rows of shards that have changed since they were indexed.
 * @param keyNow the current key of a row. Null if it cannot be read
 */
export function changedFinding(
  { shardPath, changedRows, changed, recorded, sources }: Place,
  keyNow: (row: number) => EntryKey | null
): Finding {
  const rows = [...changedRows].sort((a, b) => a - b)
  const [row = 0] = rows
  const count = rows.length
  const [before, now] = [recorded.get(row), keyNow(row)]
  const differences =
    before === undefined || now === null ? [] : ALL_KEY_PARTS.filter(({ field }) => String(before[field]) !== String(now[field]))
  const fields = (key: EntryKey | null | undefined) =>
    Object.fromEntries(differences.map(({ field, column, none }) => [column, key?.[field] === none ? null : (key?.[field] ?? null)]))
  const details = {
    rows: rows.slice(0, ROWS_LISTED),
    count,
    keys_lost: changed.missing,
    sources: [...sources],
    ...(differences.length > 0 && { recorded: fields(before), found: fields(now) })
  }
  // The window hash is reported first if it differs.
  const { column } = differences[0] ?? KEY_PARTS.windowHash
  const facts = {
    count,
    keysLost: changed.missing,
    differences: differences.map(part => ({ field: part.column, recorded: valueText(part, before), found: valueText(part, now) }))
  }
  return finding('changed_since_indexed', shardPath, facts, { row, column, details })
}

function valueText({ field, none }: KeyPart, key: EntryKey | null | undefined): string {
  const value = key?.[field]
  return value === undefined || value === none ? 'none' : String(value)
}

/** @param findings of the same run. Placeholders count as missing shards, even without known rows */
export function countMissing(lost: readonly LostShard[], findings: Iterable<Finding>): MissingCounts {
  const missing = lost.filter(({ reason }) => reason !== 'changed_since_indexed')
  const paths = new Set(missing.map(({ shardPath }) => shardPath))
  for (const { severity, shardPath } of findings) if (severity === 'missing') paths.add(shardPath)
  return { missingShards: paths.size, missingRows: missing.reduce((sum, { rows }) => sum + (rows ?? 0), 0) }
}
