/** Findings as text: by severity and kind, then by shard, one sentence each. */

import { type Finding, type FindingKind, SEVERITIES, type Severity } from '../../../shared/model/finding.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { countOf, countText } from '../text/numbers.ts'

const MEANING: Readonly<Record<Severity, string>> = {
  corrupt: 'damaged: unreadable or invalid content; repair moves it to quarantine',
  missing: 'missing: expected from the index, the ledger or archived entries, but absent',
  unreadable: 'unreadable: I/O or permission error; the content is unknown',
  unsupported: 'unsupported: not checked, never moved',
  suspect: 'suspect: readable, but implausible or contradictory; inspect it',
  index: 'index: differs from the shards; reindex rebuilds it'
}

/** Findings that only explain why the index was not compared. A reindex would not resolve them. */
const NOT_COMPARED: ReadonlySet<FindingKind> = new Set(['index_unsupported', 'index_busy'])

/** Of an index that this program only reads, or that cannot hold rows of another layout. */
const READ_ONLY_INDEX = 'index: a reindex does not change this'

function meaningOf(severity: Severity, findings: readonly Finding[]): string {
  if (severity === 'index' && findings.every(({ details }) => details.index_layout !== undefined)) return READ_ONLY_INDEX
  const isCompared = severity !== 'index' || findings.some(({ kind }) => !NOT_COMPARED.has(kind))
  return isCompared ? MEANING[severity] : 'index: not compared with the shards'
}

/** More findings of one kind are counted but not printed; `--json` has them all. */
const SHOWN_OF_A_KIND = 50

/** @returns '' if there are none */
export function findingsText(findings: readonly Finding[]): string {
  return SEVERITIES.map(severity => {
    const ofSeverity = findings.filter(finding => finding.severity === severity)
    if (ofSeverity.length === 0) return ''
    const kinds = [...Map.groupBy(ofSeverity, ({ kind }) => kind)].map(([kind, ofKind]) => kindText(kind, ofKind))
    return `\n${meaningOf(severity, ofSeverity)}\n${kinds.join('')}`
  }).join('')
}

function kindText(kind: string, findings: readonly Finding[]): string {
  const shards = Map.groupBy(findings.slice(0, SHOWN_OF_A_KIND), ({ shardPath }) => shardPath)
  const blocks = [...shards].map(
    ([shard, ofShard]) => `    ${terminalSafe(shard)}\n${ofShard.map(found => `      ${terminalSafe(describeFinding(found))}\n`).join('')}`
  )
  const hidden = findings.length - SHOWN_OF_A_KIND
  const rest = hidden > 0 ? `    ... and ${countText(hidden)} more (--json prints all)\n` : ''
  return `  ${kind} (${countOf(findings.length, 'finding')})\n${blocks.join('')}${rest}`
}
