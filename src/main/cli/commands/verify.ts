/** `verify`: reads everything, changes nothing in the cache, and says all that is wrong. */
import { type Finding, SEVERITIES } from '../../../shared/model/finding.ts'
import type { VerifyReport } from '../../../shared/model/report.ts'
import { verifyCache } from '../../core/index.ts'
import { cacheRootOf, shardPathOf } from '../cacheFolder.ts'
import type { Run } from '../context.ts'
import { exitCodeOfFindings } from '../exitCodes.ts'
import { findingsText } from '../findingsText.ts'
import { withLedger } from '../ledger.ts'
import { bytesText, countOf, countText, secondsText } from '../numbers.ts'

export type VerifyCommandOptions = {
  readonly quick?: boolean
  readonly changed?: boolean
  readonly olderThan?: number
  readonly resume?: boolean
  readonly partition?: { readonly index: number; readonly of: number }
}

export const run: Run<VerifyCommandOptions> = async (context, { quick, changed, olderThan, resume, partition }, args) => {
  const { json, output, long } = context
  const root = await cacheRootOf(context)
  const shards = args.length > 0 ? args.map(arg => shardPathOf(root, arg)) : undefined
  const needsLedger = changed === true || olderThan !== undefined || resume === true
  const options = { ...long, quick, changed, olderThanMs: olderThan, resume, partition, shards }
  const report = quick
    ? await verifyCache(root, options)
    : await withLedger(output, needsLedger, ledger => verifyCache(root, { ...options, ledger }))
  if (json) await output.document(report)
  else await output.text(reportText(report))
  return exitCodeOfFindings(report.findings)
}

function reportText({ checkedShards, checkedRows, checkedBytes, healthyShards, findings, seconds }: VerifyReport): string {
  const read = `${countOf(checkedShards, 'shard')}, ${countOf(checkedRows, 'row')}, ${bytesText(checkedBytes)} in ${secondsText(seconds)}`
  return `checked ${read}\n${healthText(healthyShards, findings)}\n${findingsText(findings)}`
}

function healthText(healthy: number, findings: readonly Finding[]): string {
  // Each shard counts once, by the worst that was found in it: SEVERITIES stand in that order.
  const worst = new Map<string, Finding['severity']>()
  for (const severity of SEVERITIES) {
    for (const found of findings) if (found.severity === severity && !worst.has(found.shardPath)) worst.set(found.shardPath, severity)
  }
  const shardsWith = (severity: Finding['severity']) => [...worst.values()].filter(each => each === severity).length
  const drift = findings.filter(({ severity }) => severity === 'index').length
  return [
    `${countText(healthy)} healthy`,
    `${countText(shardsWith('corrupt'))} damaged`,
    `${countText(shardsWith('suspect'))} suspect`,
    `${countText(shardsWith('unsupported'))} unsupported`,
    `${countText(shardsWith('unreadable'))} unreadable`,
    drift > 0 ? `${countOf(drift, 'difference')} in the index` : 'index in order'
  ].join(', ')
}
