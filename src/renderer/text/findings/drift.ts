/** How the index drifts: the kinds of difference, and how many rows or entries findings of one kind stand for. Pure. */
import type { Finding, FindingKind } from '../../../shared/model/finding.ts'

export const DRIFTS: readonly FindingKind[] = ['row_without_entry', 'entry_without_row', 'entry_elsewhere', 'entry_outside']

/** Findings speak of several rows at once: their `count`. */
export function driftOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { details }) => sum + (typeof details.count === 'number' ? details.count : 1), 0)
}
