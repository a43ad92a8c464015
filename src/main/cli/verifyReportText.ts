/** The report of a verification for a person: how much was read, how the shards are, and each finding. */
import { type Finding, SEVERITIES } from '../../shared/model/finding.ts'
import type { VerifyReport } from '../../shared/model/report.ts'
import { findingsText } from './findingsText.ts'
import { bytesText, countOf, countText, secondsText } from './numbers.ts'

/** @param isRecorded whether the digests of what was read are kept; without them healthy is only readable */
export function verifyReportText(
  { checkedShards, checkedRows, checkedBytes, healthyShards, findings, seconds }: VerifyReport,
  isRecorded = true
): string {
  const read = `${countOf(checkedShards, 'shard')}, ${countOf(checkedRows, 'row')}, ${bytesText(checkedBytes)} in ${secondsText(seconds)}`
  return `checked ${read}\n${healthText(healthyShards, findings, isRecorded)}\n${findingsText(findings)}`
}

function healthText(healthy: number, findings: readonly Finding[], isRecorded: boolean): string {
  // Each shard counts once, by the worst that was found in it: SEVERITIES stand in that order.
  const worst = new Map<string, Finding['severity']>()
  for (const severity of SEVERITIES) {
    for (const found of findings) if (found.severity === severity && !worst.has(found.shardPath)) worst.set(found.shardPath, severity)
  }
  const shardsWith = (severity: Finding['severity']) => [...worst.values()].filter(each => each === severity).length
  const drift = findings.filter(({ severity }) => severity === 'index').length
  return [
    `${countText(healthy)} ${isRecorded ? 'healthy' : 'readable, never fingerprinted'}`,
    `${countText(shardsWith('corrupt'))} damaged`,
    `${countText(shardsWith('suspect'))} suspect`,
    `${countText(shardsWith('unsupported'))} unsupported`,
    `${countText(shardsWith('unreadable'))} unreadable`,
    drift > 0 ? `${countOf(drift, 'difference')} in the index` : 'index in order'
  ].join(', ')
}
