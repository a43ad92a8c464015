/** The report of a verification for a person: how much was read, how the shards are, and each finding. */
import { type Finding, SEVERITIES } from '../../../shared/model/finding.ts'
import { missingText } from '../../../shared/model/missingText.ts'
import type { VerifyReport } from '../../../shared/model/report.ts'
import { INDEX_PATH } from '../../core/index.ts'
import { bytesText, countOf, countText, secondsText } from '../text/numbers.ts'
import { findingsText } from './findingsText.ts'
import { secondReaderText } from './secondReaderText.ts'

/**
 * @param readableShards how many of the healthy ones are only readable: neither a digest nor checksums would tell of a change
 * @param quick whether only footers were looked at: then nothing was found healthy
 */
export function verifyReportText(report: VerifyReport, readableShards = 0, quick = false): string {
  const { checkedShards, checkedRows, checkedBytes, healthyShards, findings, seconds, secondReader } = report
  const missing = missingText(report)
  const health = `${healthText(healthyShards, readableShards, findings, quick)}${missing === '' ? '' : `, ${missing}`}`
  const read = `${countOf(checkedShards, 'shard')}, ${countOf(checkedRows, 'row')}, ${bytesText(checkedBytes)} in ${secondsText(seconds)}`
  return `checked ${read}\n${health}\n${secondReaderText(secondReader)}${findingsText(findings)}`
}

function healthText(healthy: number, readable: number, findings: readonly Finding[], quick: boolean): string {
  // Each shard counts once, by the worst that was found in it: SEVERITIES stand in that order.
  const worst = new Map<string, Finding['severity']>()
  for (const severity of SEVERITIES) {
    for (const found of findings) if (found.severity === severity && !worst.has(found.shardPath)) worst.set(found.shardPath, severity)
  }
  const shardsWith = (severity: Finding['severity']) => [...worst.values()].filter(each => each === severity).length
  return [
    ...(healthy > readable || readable === 0
      ? [`${countText(healthy - readable)} ${quick ? 'in order by their footers' : 'healthy'}`]
      : []),
    ...(readable > 0 ? [`${countText(readable)} readable, never fingerprinted`] : []),
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
  return differences > 0 ? `${countOf(differences, 'difference')} in the index` : 'index in order'
}
