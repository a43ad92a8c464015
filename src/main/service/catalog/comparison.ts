/**
 * The findings of the last verification about shards compared with each other and with the index. They hold as long as the compared files
 * are unchanged. Findings about an index that was written since, or a shard that disappeared, are dropped. Findings about a shard that has
 * changed since it was read are marked with `changed_meanwhile`.
 */
import { type FileStamp, type Finding, isCompared, type SecondReading } from '../../core/index.ts'
import type { CatalogEntry } from './catalogEntry.ts'
import { sameFile } from './comparedFiles.ts'

/** A finding, with the state of its files when they were read. */
export type Compared = {
  readonly finding: Finding
  /** `stampText` of its shard; null if there was none. */
  readonly shard: string | null
  /** The same for the other shard that it names. */
  readonly other: string | null
  /** Whether the index was written during its comparison with the shards. */
  readonly indexWritten: boolean
}

export type Comparison = {
  /** Whether all shards were compared in their present state, and not only some. */
  readonly whole: boolean
  /** The index at the comparison; null if there was none. */
  readonly index: FileStamp | null
  readonly findings: readonly Compared[]
}

/** The effect of a job's report on findings about the index, and between shards. */
export type ReportEffect =
  | { readonly type: 'compared'; readonly findings: readonly Finding[]; readonly secondReader: SecondReading | undefined }
  /** The index was replaced by one that was built from the shards. */
  | { readonly type: 'rebuilt' }
  | { readonly type: 'unchanged' }
  | { readonly type: 'forgotten'; readonly shards: ReadonlySet<string> }

type LineOf = (shardPath: string) => CatalogEntry | undefined

/**
 * The findings of a verification that result from a comparison.
 * @param stampOf a shard as the verification read it; null if it did not exist
 */
export function comparedOf(
  found: readonly Finding[],
  stampOf: (shardPath: string) => FileStamp | null,
  indexWritten: boolean
): readonly Compared[] {
  const seen = (shardPath: unknown): string | null => (typeof shardPath === 'string' ? stampText(stampOf(shardPath)) : null)
  // Missing shards are determined separately, because they do not end with the comparison.
  return found
    .filter(each => (isCompared(each) && each.kind !== 'missing_shard') || each.kind === 'readers_disagree')
    .map(finding => ({ finding, shard: seen(finding.shardPath), other: seen(finding.details.other_shard), indexWritten }))
}

/**
 * Adds a verification.
 * @param checked the shards that it read; null for all
 * @param index the index after it
 */
export function mergeComparison(
  before: Comparison | null,
  fresh: readonly Compared[],
  checked: ReadonlySet<string> | null,
  index: FileStamp | null
): Comparison {
  if (checked === null) return { whole: true, index, findings: fresh }
  const valid = before !== null && sameFile(before.index, index)
  const known = new Set(fresh.map(identity))
  const old = (before?.findings ?? []).filter(
    each => !checked.has(each.finding.shardPath) && (valid || each.finding.severity !== 'index') && !known.has(identity(each))
  )
  return { whole: valid && before.whole, index, findings: [...old, ...fresh] }
}

/** After a rebuild, the findings about the old index no longer hold. The new one has every row that can be indexed. */
export function afterReindex(before: Comparison | null, index: FileStamp | null): Comparison {
  const findings = (before?.findings ?? []).filter(({ finding }) => finding.severity !== 'index')
  return { whole: true, index, findings }
}

/**
 * After shards and their index entries were forgotten: findings about other entries still hold.
 * @param old the index before that; `index` is the index after it
 */
export function afterForgetting(
  before: Comparison | null,
  shardPaths: ReadonlySet<string>,
  old: FileStamp | null,
  index: FileStamp | null
): Comparison | null {
  if (before === null || !sameFile(before.index, old)) return before
  const isForgotten = ({ finding: { kind, severity, shardPath } }: Compared): boolean =>
    shardPaths.has(shardPath) && (severity === 'index' || kind === 'changed_since_indexed')
  return { ...before, index, findings: before.findings.filter(found => !isForgotten(found)) }
}

function identity({ finding: { kind, shardPath, row, details } }: Compared): string {
  return JSON.stringify([kind, shardPath, row, details.other_shard ?? null])
}

function stampText(stamp: FileStamp | null | undefined): string | null {
  return stamp === null || stamp === undefined ? null : `${stamp.bytes} ${stamp.mtimeNs}`
}

/** Whether another process wrote the file of a finding after it was read. A file that does not exist now was not written. */
export function isChangedMeanwhile({ finding, shard, other, indexWritten }: Compared, lineOf: LineOf): boolean {
  const isAnother = (path: string, seen: string | null): boolean => {
    const now = stampText(lineOf(path))
    return now !== null && now !== seen
  }
  const { shardPath, severity, details } = finding
  const isThere = lineOf(shardPath) !== undefined || !shardPath.endsWith('.parquet')
  return (
    (severity === 'index' && indexWritten && isThere) ||
    isAnother(shardPath, shard) ||
    (typeof details.other_shard === 'string' && isAnother(details.other_shard, other))
  )
}

/**
 * The findings that still hold; those about files that changed meanwhile are marked.
 * @param index the present index
 * @param lineOf the present entry of a shard at a path
 */
export function holding(comparison: Comparison | null, index: FileStamp | null, lineOf: LineOf): readonly Finding[] {
  if (comparison === null) return []
  const same = sameFile(comparison.index, index)
  const holds = (each: Compared): boolean => {
    const { kind, severity, shardPath, details } = each.finding
    if (severity === 'index') return same
    // Like a shard's own findings, it is about the bytes of one file only.
    if (kind === 'readers_disagree' && isChangedMeanwhile(each, lineOf)) return false
    const other = details.other_shard
    return lineOf(shardPath) !== undefined && (typeof other !== 'string' || lineOf(other) !== undefined)
  }
  return comparison.findings.filter(holds).map(each => (isChangedMeanwhile(each, lineOf) ? marked(each.finding) : each.finding))
}

function marked(finding: Finding): Finding {
  return { ...finding, details: { ...finding.details, changed_meanwhile: true } }
}

/** Number of index mismatches, as far as known; null if there are none and not all shards were compared in their present state. */
export function driftOf(comparison: Comparison | null, index: FileStamp | null, lineOf: LineOf): number | null {
  if (comparison === null || index === null || !sameFile(comparison.index, index)) return null
  const ofIndex = comparison.findings.filter(({ finding }) => finding.severity === 'index')
  const certain = ofIndex.filter(each => !isChangedMeanwhile(each, lineOf))
  const drift = certain.reduce((sum, { finding: { details } }) => sum + (typeof details.count === 'number' ? details.count : 1), 0)
  return (comparison.whole && certain.length === ofIndex.length) || drift > 0 ? drift : null
}
