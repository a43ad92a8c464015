/** Problems by cause: what is alike is one line, worst first; below it the shards and places in path order. Pure. */
import { FINDING_KINDS, type Finding, type FindingKind, SEVERITIES, type Severity } from '../../shared/model/finding.ts'

export type Cause = {
  readonly kind: FindingKind
  readonly severity: Severity
  readonly findings: readonly Finding[]
  readonly shards: number
}

/** @returns causes by severity, then by how many they are */
export function causesOf(findings: readonly Finding[]): readonly Cause[] {
  return [...Map.groupBy(findings, ({ kind }) => kind)]
    .map(([kind, group]) => ({
      kind,
      severity: FINDING_KINDS[kind],
      findings: group.toSorted(byPlace),
      shards: new Set(group.map(({ shardPath }) => shardPath)).size
    }))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || b.findings.length - a.findings.length)
}

function byPlace(a: Finding, b: Finding): number {
  return a.shardPath < b.shardPath ? -1 : a.shardPath > b.shardPath ? 1 : (a.row ?? -1) - (b.row ?? -1)
}

/** Shards of a cause that can be moved to quarantine: files of the cache, each once. */
export function movableShards({ severity, kind, findings }: Cause): readonly string[] {
  if (severity === 'index' || severity === 'unreadable' || severity === 'unsupported' || kind === 'not_a_file') return []
  return [...new Set(findings.map(({ shardPath }) => shardPath))]
}

/** Where in a shard: `row 3, embedding`; '' for the whole file. */
export function placeText({ row, column, details }: Finding): string {
  const count = typeof details.count === 'number' ? details.count : 1
  const rows = row === null ? null : count > 1 ? `${count.toLocaleString('en-US')} rows from ${row}` : `row ${row}`
  return [rows, column].filter(part => part !== null).join(', ')
}
