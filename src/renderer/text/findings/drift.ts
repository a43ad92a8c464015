/** Differences between the index and the shards: their kinds, and the number of rows or entries that findings represent. Pure. */
import type { Finding, FindingKind } from '../../../shared/model/finding.ts'

export const DRIFTS: readonly FindingKind[] = ['row_without_entry', 'entry_without_row', 'entry_elsewhere', 'entry_outside']

/** One finding can cover several rows: its `count`. */
export function driftOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { details }) => sum + (typeof details.count === 'number' ? details.count : 1), 0)
}
