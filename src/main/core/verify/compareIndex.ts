/**
 * Compares the index with the shards: entries that point to nothing or to another row, and rows without an entry. SQLite's own check does
 * not find these.
 */
import { CacheBusyError, CacheError, SystemError } from '../../../shared/model/errors.ts'
import { type Finding, type FindingKind, finding } from '../../../shared/model/finding.ts'
import { isProvenGone } from '../cache/provenGone.ts'
import { IndexUnusable } from '../index/untrusted.ts'
import { openIndex, type WindowIndex } from '../index/windowIndex.ts'
import { ROWS_LISTED } from '../inspect/checkRows.ts'
import { contradictionsOf } from '../keys/contradictions.ts'
import type { IndexEntry } from '../keys/indexRow.ts'
import { indexRow, type ShardKeys, windowHashesText } from '../keys/shardKeys.ts'
import { isAmongCopies } from '../layouts/folderNames.ts'
import { INDEX_PATH, isShardPath, QUARANTINE_PATH } from '../layouts/paths.ts'

export type OpenedIndex = { readonly index: WindowIndex | null; readonly findings: Finding[] }

/** Opens the index for a comparison. A failure is a finding. */
export function openIndexForComparison(root: string, shards: number): OpenedIndex {
  try {
    const index = openIndex(root, 'read')
    if (index !== null || shards === 0) return { index, findings: [] }
    return { index: null, findings: [finding('index_missing', INDEX_PATH, {})] }
  } catch (error) {
    return { index: null, findings: [unusable(error)] }
  }
}

/**
 * An index that cannot be used or compared, as a finding: damaged, of another generation, locked, or unreadable.
 * @throws any other error
 */
export function unusable(error: unknown): Finding {
  if (!(error instanceof CacheError)) throw error
  const { message: reason, details } = error
  if (error instanceof IndexUnusable) return finding(error.kind, INDEX_PATH, { reason }, { details })
  if (error instanceof CacheBusyError) return finding('index_busy', INDEX_PATH, { reason }, { details })
  if (error instanceof SystemError) return finding('unreadable', INDEX_PATH, { cause: 'index_not_compared', reason }, { details })
  throw error
}

/** Findings about the index as a whole, in addition to the comparison. */
const COMPARED: ReadonlySet<FindingKind> = new Set(['index_missing', 'index_other_layout', 'entry_outside'])

/** Whether a finding says that the index as a whole could not be used or compared. */
function isIndexFailure({ kind, shardPath }: Finding): boolean {
  return shardPath === INDEX_PATH && !COMPARED.has(kind)
}

/** Whether a report says that the index as a whole could not be used or compared. */
export function indexFailed(findings: readonly Finding[]): boolean {
  return findings.some(isIndexFailure)
}

/**
 * Findings about evidence that could not be read, so that its missing shards are not listed.
 * @returns those of the index and of the quarantine
 */
export function unreadEvidence(findings: readonly Finding[]): Finding[] {
  return findings.filter(
    found => isIndexFailure(found) || found.shardPath === QUARANTINE_PATH || found.shardPath.startsWith(`${QUARANTINE_PATH}/`)
  )
}

/**
 * Whether the index can be changed now. A damaged one can, because it is moved to quarantine.
 * @returns why not, as a finding
 */
export function blockedIndex(root: string): Finding | null {
  try {
    const index = openIndex(root, 'write')
    try {
      index?.transaction(() => undefined)
    } finally {
      index?.close()
    }
    return null
  } catch (error) {
    const found = unusable(error)
    return found.kind === 'index_unreadable' || found.kind === 'index_schema' ? null : found
  }
}

/** A row whose key the index has at another location: a duplicate if that row has the key too, else the index is wrong. */
export type Elsewhere = {
  readonly shardPath: string
  readonly row: number
  readonly indexedShard: string
  readonly indexedRow: number
  /** Whether the row had another key when it was indexed, which explains why it has no entry. */
  readonly isChanged: boolean
}

/**
 * Compares one shard's rows with the entries that point to it.
 * @param isIntact called only if they differ: whether the shard is known to be unchanged since it agreed with the index
 * @returns findings, the rows whose keys the index has at other locations, and entries that show earlier keys of rows
 */
export function compareShardWithIndex(
  index: WindowIndex,
  shardPath: string,
  keys: ShardKeys,
  isIntact: () => boolean
): { findings: Finding[]; elsewhere: Elsewhere[]; changed: readonly IndexEntry[] } {
  const [configuration, ...others] = keys.configurations
  const canHold = keys.layout === index.layout.version
  if (
    canHold &&
    configuration !== undefined &&
    others.length === 0 &&
    index.holdsExactly(shardPath, keys.rows, windowHashesText(keys), configuration)
  ) {
    return { findings: [], elsewhere: [], changed: [] }
  }
  const { indexed, outside, wrong, ...found } = contradictionsOf(index.entriesOf(shardPath), keys)
  const changed = found.changed.size > 0 && !isIntact() ? found.changed : new Set<IndexEntry>()
  const changedRows = new Set([...changed].map(({ rowOffset }) => rowOffset))
  const missing: number[] = []
  const elsewhere: Elsewhere[] = []
  // Rows that an index of another layout cannot hold are reported once, for all shards.
  for (let row = canHold ? indexed.indexOf(0) : -1; row !== -1; row = indexed.indexOf(0, row + 1)) {
    const place = index.locate(indexRow(keys, row, shardPath))
    if (place?.shardPath === shardPath && indexed[place.rowOffset] === 1) continue // A repeated key within this shard is a separate finding.
    const isChanged = changedRows.has(row)
    if (place !== null && place.shardPath !== shardPath)
      elsewhere.push({ shardPath, row, indexedShard: place.shardPath, indexedRow: place.rowOffset, isChanged })
    else if (!isChanged) missing.push(row)
  }
  const isWrong = (entry: IndexEntry): boolean => !changed.has(entry)
  return {
    findings: [
      ...entriesWithoutRow(shardPath, outside.filter(isWrong), keys.rows),
      ...entriesElsewhere(shardPath, wrong.filter(isWrong)),
      ...missingFinding(shardPath, missing, index.isWritten)
    ],
    elsewhere,
    changed: [...changed]
  }
}

function entriesWithoutRow(shardPath: string, entries: readonly IndexEntry[], rows: number): Finding[] {
  if (entries.length === 0) return []
  return [finding('entry_without_row', shardPath, { entries: entries.length, rows }, placeOf(entries.map(({ rowOffset }) => rowOffset)))]
}

function entriesElsewhere(shardPath: string, entries: readonly IndexEntry[]): Finding[] {
  if (entries.length === 0) return []
  return [
    finding('entry_elsewhere', shardPath, { entries: entries.length, isCopy: false }, placeOf(entries.map(({ rowOffset }) => rowOffset)))
  ]
}

function placeOf(rows: readonly number[]) {
  return { row: rows[0] ?? null, details: { rows: rows.slice(0, ROWS_LISTED), count: rows.length } }
}

/** Entries beyond a shard's last row, which can be found without reading its keys. */
export function entriesBeyond(index: WindowIndex, shardPath: string, rows: number): Finding[] {
  return entriesWithoutRow(shardPath, index.entriesBeyond(shardPath, rows), rows)
}

/**
 * Rows that the index does not know.
 * @param isRebuilt whether a reindex enters them
 */
export function missingFinding(shardPath: string, rows: readonly number[], isRebuilt: boolean): Finding[] {
  if (rows.length === 0) return []
  return [finding('row_without_entry', shardPath, { rows: rows.length, isRebuilt }, placeOf(rows))]
}

/**
 * Entries that point to missing shards, or to copies that are not part of the cache.
 * @param known all shards of the cache
 * @param isOfRun whether this run reports a path
 */
export function danglingEntries(
  root: string,
  index: WindowIndex,
  known: ReadonlySet<string>,
  isOfRun: (shardPath: string) => boolean
): Finding[] {
  const findings: Finding[] = []
  for (const [shardPath, count] of index.shardPaths()) {
    if (known.has(shardPath) || !isOfRun(shardPath)) continue
    if (isAmongCopies(shardPath) && !isProvenGone(root, shardPath)) {
      findings.push(finding('entry_elsewhere', shardPath, { entries: count, isCopy: true }, { details: { count } }))
    } else if (isShardPath(shardPath)) {
      findings.push(finding('entry_without_row', shardPath, { entries: count, rows: null }, { details: { count } }))
    } else {
      const details = { entry_path: shardPath.slice(0, 4096), count }
      findings.push(finding('entry_outside', INDEX_PATH, { entries: count }, { details }))
    }
  }
  return findings
}
