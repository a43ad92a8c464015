/** Problems grouped by cause, worst first, each with its shards and places in path order. Pure. */
import { FINDING_KINDS, type Finding, type FindingKind, SEVERITIES, type Severity } from '../../../shared/model/finding.ts'
import { isChangedMeanwhile, kindTitle, linkOf } from '../../text/findings/findingAdvice.ts'
import { pairsOf, secondShards } from '../../text/findings/pairs.ts'
import { formatCount, presenceText } from '../../text/index.ts'

export type Cause = {
  /** Unique among all causes. */
  readonly id: string
  readonly kind: FindingKind
  readonly severity: Severity
  readonly findings: readonly Finding[]
  readonly shards: number
  /** Whether the initial scan found it in shards that were not verified. */
  readonly firstLook: boolean
  /** Whether another process wrote the files after they were read. Such findings form one cause, regardless of their kinds. */
  readonly changed: boolean
}

/**
 * Causes by severity, then by number of findings. Files that changed during the verification follow, and findings of the initial scan are
 * last.
 * @param firstLook findings in shards that were not verified
 */
export function causesOf(findings: readonly Finding[], firstLook: readonly Finding[] = []): readonly Cause[] {
  const { changed = [], certain = [] } = Object.groupBy(findings, found => (isChangedMeanwhile(found) ? 'changed' : 'certain'))
  return [...grouped(certain, false), ...changedCause(changed), ...grouped(firstLook, true)]
}

function changedCause(findings: readonly Finding[]): readonly Cause[] {
  const [first] = findings
  if (first === undefined) return []
  const { kind } = first
  return [{ ...causeOf('changed meanwhile', kind, findings, false), changed: true }]
}

export function causeTitle({ kind, changed }: Cause): string {
  return changed ? 'Changed meanwhile' : kindTitle(kind)
}

/** Shards to verify again because they changed. Null for the whole cache, if the index as a whole is affected. */
export function shardsToVerify({ findings }: Cause): string[] | null {
  const paths = findings.flatMap(({ shardPath, details: { other_shard: other } }) =>
    typeof other === 'string' ? [shardPath, other] : [shardPath]
  )
  return paths.every(path => path.endsWith('.parquet')) ? [...new Set(paths)].sort() : null
}

function causeOf(id: string, kind: FindingKind, findings: readonly Finding[], firstLook: boolean): Cause {
  const shards = new Set(findings.map(({ shardPath }) => shardPath)).size
  return { id, kind, severity: FINDING_KINDS[kind].severity, findings: findings.toSorted(byPlace), shards, firstLook, changed: false }
}

function grouped(findings: readonly Finding[], firstLook: boolean): readonly Cause[] {
  const alike = [...Map.groupBy(findings, ({ kind }) => kind)].flatMap(([kind, ofKind]) =>
    [...Map.groupBy(ofKind, linkOf)].map(([link, group]) => ({ kind, link, group }))
  )
  return alike
    .map(({ kind, link, group }) => causeOf(`${firstLook ? 'first look: ' : ''}${kind} ${link}`, kind, group, firstLook))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.findings.length - a.findings.length)
}

function byPlace(a: Finding, b: Finding): number {
  return a.shardPath < b.shardPath ? -1 : a.shardPath > b.shardPath ? 1 : (a.row ?? -1) - (b.row ?? -1)
}

/** Shards of a cause that can be quarantined together: files in the cache that were verified, each once. */
export function movableShards({ severity, kind, findings, firstLook, changed }: Cause): readonly string[] {
  if (firstLook || changed) return []
  if (severity === 'index' || severity === 'missing' || severity === 'unreadable' || severity === 'unsupported') return []
  if (kind === 'not_a_file' || kind === 'stray_file') return []
  if (kind === 'duplicate_key') return secondShards(pairsOf(findings))
  // Nothing shows which of the two is correct. The user chooses with both rows in view.
  if (kind === 'conflicting_key') return []
  return [...new Set(findings.map(({ shardPath }) => shardPath))]
}

/** The place in a shard: `row 3, embedding`. For a missing shard, the configurations that hold its block. Empty for the whole file. */
export function placeText(found: Finding): string {
  const { row, column, details } = found
  const count = typeof details.count === 'number' ? details.count : 1
  const rows = row === null ? null : count > 1 ? `${formatCount(count)} rows from ${formatCount(row)}` : `row ${formatCount(row)}`
  return [rows, column, presenceText(found)].filter(part => part !== null).join(', ')
}
