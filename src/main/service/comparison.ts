/**
 * What the last verify said of shards against each other and against the index. It holds for as long as the files it speaks of are
 * the ones that were compared: what was said of an index that was written since, or of a shard that went away, is dropped.
 */
import { type FileStamp, type Finding, isCompared } from '../core/index.ts'
import { modifiedMs, type ShardLine } from './shardLine.ts'

export type Comparison = {
  readonly atMs: number
  /** Whether all shards were compared as they are, and not only some. */
  readonly whole: boolean
  /** The index as it was compared; null when there was none. */
  readonly index: FileStamp | null
  readonly findings: readonly Finding[]
}

/**
 * Takes in a verify.
 * @param checked the shards that it looked at; null for all
 * @param index the index as it is after it
 */
export function mergeComparison(
  before: Comparison | null,
  found: readonly Finding[],
  checked: ReadonlySet<string> | null,
  index: FileStamp | null
): Comparison {
  // What is missing is asked for by itself, as it does not end with the comparison.
  const fresh = found.filter(each => (isCompared(each) && each.kind !== 'missing_shard') || each.kind === 'readers_disagree')
  if (checked === null) return { atMs: Date.now(), whole: true, index, findings: fresh }
  const valid = before !== null && sameIndex(before.index, index)
  const old = (before?.findings ?? []).filter(each => !checked.has(each.shardPath) && (valid || each.severity !== 'index'))
  const known = new Set(fresh.map(identity))
  return { atMs: Date.now(), whole: valid && before.whole, index, findings: [...old.filter(each => !known.has(identity(each))), ...fresh] }
}

/** After a rebuild of the index nothing that was said of the old one holds; the new one has every row that can be indexed. */
export function afterReindex(before: Comparison | null, index: FileStamp | null): Comparison {
  const findings = (before?.findings ?? []).filter(found => found.severity !== 'index')
  return { atMs: before?.atMs ?? Date.now(), whole: true, index, findings }
}

/**
 * After shards were forgotten, with the entries that told of them: what was said of the other entries holds.
 * @param old the index as it was before that, and `index` as it is after it
 */
export function afterForgetting(
  before: Comparison | null,
  shardPaths: ReadonlySet<string>,
  old: FileStamp | null,
  index: FileStamp | null
): Comparison | null {
  if (before === null || !sameIndex(before.index, old)) return before
  const isForgotten = ({ kind, severity, shardPath }: Finding): boolean =>
    shardPaths.has(shardPath) && (severity === 'index' || kind === 'changed_since_indexed')
  return { ...before, index, findings: before.findings.filter(found => !isForgotten(found)) }
}

function identity({ kind, shardPath, row, details }: Finding): string {
  return JSON.stringify([kind, shardPath, row, details.other_shard ?? null])
}

function sameIndex(a: FileStamp | null, b: FileStamp | null): boolean {
  return a === null || b === null ? a === b : a.bytes === b.bytes && a.mtimeNs === b.mtimeNs
}

/**
 * The findings that still hold.
 * @param index the index as it is now
 * @param lineOf the shard at a path, as it is now
 */
export function holding(
  comparison: Comparison | null,
  index: FileStamp | null,
  lineOf: (shardPath: string) => ShardLine | undefined
): readonly Finding[] {
  if (comparison === null) return []
  const same = sameIndex(comparison.index, index)
  const untouched = (shardPath: string): boolean => {
    const line = lineOf(shardPath)
    return line !== undefined && modifiedMs(line) <= comparison.atMs
  }
  return comparison.findings.filter(found => {
    if (found.severity === 'index') return same
    const other = found.details.other_shard
    return untouched(found.shardPath) && (typeof other !== 'string' || untouched(other))
  })
}

/** Entries and rows in which index and shards differ, as far as is known; null when none is known and not all shards were compared. */
export function driftOf(comparison: Comparison | null, index: FileStamp | null): number | null {
  if (comparison === null || index === null || !sameIndex(comparison.index, index)) return null
  const drift = comparison.findings
    .filter(found => found.severity === 'index')
    .reduce((sum, { details }) => sum + (typeof details.count === 'number' ? details.count : 1), 0)
  return comparison.whole || drift > 0 ? drift : null
}
