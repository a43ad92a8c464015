/** The report of a verification as text: amount read, state of the shards, and each finding. */
import { type Finding, type FindingKind, SEVERITIES } from '../../../shared/model/finding.ts'
import type { VerifyReport } from '../../../shared/model/report.ts'
import { changedKeysLost, missingText } from '../../../shared/text/missingText.ts'
import { INDEX_PATH } from '../../core/index.ts'
import { bytesText, countOf, countText, secondsText } from '../text/numbers.ts'
import { findingsText } from './findingsText.ts'
import { secondReaderText } from './secondReaderText.ts'

/**
 * @param readableShards number of healthy shards that are only readable: without a digest or checksums, a change would not be detected
 * @param quick whether only footers were read, so that no shard is known to be healthy
 */
export function verifyReportText(report: VerifyReport, readableShards = 0, quick = false): string {
  const { checkedShards, checkedRows, checkedBytes, healthyShards, findings, seconds, secondReader } = report
  const missing = [missingText(report), changedText(changedKeysLost(findings))].filter(text => text !== '')
  const health = [healthText(healthyShards, readableShards, findings, quick), ...standInsText(findings), ...missing].join(', ')
  const read = `${countOf(checkedShards - findings.filter(isReadStandIn).length, 'shard')}, ${countOf(checkedRows, 'row')}, ${bytesText(checkedBytes)} in ${secondsText(seconds)}`
  return `checked ${read}\n${health}\n${secondReaderText(secondReader)}${findingsText(findings)}`
}

/** A file with the name of a shard that was opened and is not a shard. */
function isReadStandIn(found: Finding): boolean {
  return NO_SHARDS.has(found.kind) && found.details.bytes !== undefined
}

/** Kinds for files that are not shards. They are not counted as shards. */
const NO_SHARDS: ReadonlySet<FindingKind> = new Set(['placeholder', 'stray_file', 'not_a_file'])

function standInsText(findings: readonly Finding[]): string[] {
  const count = (...kinds: FindingKind[]): number =>
    new Set(findings.filter(({ kind }) => kinds.includes(kind)).map(({ shardPath }) => shardPath)).size
  const [placeholders, others] = [count('placeholder'), count('stray_file', 'not_a_file')]
  return [
    ...(placeholders > 0 ? [countOf(placeholders, 'placeholder')] : []),
    ...(others > 0 ? [countOf(others, 'file that is not a shard', 'files that are not shards')] : [])
  ]
}

function changedText(keys: number): string {
  return keys === 0
    ? ''
    : `${countOf(keys, 'earlier key')} of changed rows that no shard holds any more (\`lewm-cache lost\` lists ${keys === 1 ? 'it' : 'them'})`
}

function healthText(healthy: number, readable: number, findings: readonly Finding[], quick: boolean): string {
  // Each shard counts once, with its worst finding. SEVERITIES begins with the worst.
  const worst = new Map<string, Finding['severity']>()
  for (const severity of SEVERITIES) {
    for (const found of findings)
      if (found.severity === severity && !NO_SHARDS.has(found.kind) && !worst.has(found.shardPath)) worst.set(found.shardPath, severity)
  }
  const shardsWith = (severity: Finding['severity']) => [...worst.values()].filter(each => each === severity).length
  return [
    ...(healthy > readable || readable === 0 ? [`${countText(healthy - readable)} ${quick ? 'footers OK' : 'healthy'}`] : []),
    ...(readable > 0 ? [`${countText(readable)} readable, no checksum on record`] : []),
    `${countText(shardsWith('corrupt'))} damaged`,
    `${countText(shardsWith('suspect'))} suspect`,
    `${countText(shardsWith('unsupported'))} unsupported`,
    `${countText(shardsWith('unreadable'))} unreadable`,
    indexText(findings)
  ].join(', ')
}

function indexText(findings: readonly Finding[]): string {
  const has = (kind: Finding['kind'], path?: string): boolean =>
    findings.some(found => found.kind === kind && (path === undefined || found.shardPath === path))
  if (has('index_unsupported')) return 'index of a newer GenoLeWM'
  if (has('index_busy') || has('unreadable', INDEX_PATH)) return 'index not compared'
  const differences = findings.filter(({ severity }) => severity === 'index').length
  return differences > 0 ? `${countOf(differences, 'index mismatch', 'index mismatches')}` : 'index OK'
}
