/** Findings are data: the problem, its location, its severity and its impact. */
import type { Details } from './errors.ts'
import { type FactsOf, FINDING_KINDS, type FindingKind, type Severity } from './findingKinds.ts'

export * from './findingKinds.ts'

/** One problem at one location. Its sentence is made from kind and facts where it is shown (`describeFinding`). */
export type Finding = {
  readonly kind: FindingKind
  readonly severity: Severity
  /** Relative to the cache root; the path of the index for findings about the whole index. */
  readonly shardPath: string
  /** 0-based row; null if the finding is about the whole file. */
  readonly row: number | null
  readonly column: string | null
  /** Facts for the sentence. JSON has the sentence instead of them. */
  readonly facts: FactsOf<FindingKind>
  /** Facts for programs: JSON values only. */
  readonly details: Details
}

/** Makes a finding. The severity follows from the kind. */
export function finding<K extends FindingKind>(
  kind: K,
  shardPath: string,
  facts: FactsOf<K>,
  place: { row?: number | null; column?: string | null; details?: Details } = {}
): Finding {
  return {
    kind,
    severity: FINDING_KINDS[kind].severity,
    shardPath,
    row: place.row ?? null,
    column: place.column ?? null,
    facts,
    details: place.details ?? {}
  }
}

/** How many findings of each kind. */
export function countByKind(findings: readonly Finding[]): Partial<Record<FindingKind, number>> {
  const counts: Partial<Record<FindingKind, number>> = {}
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
