/** Findings outside of this program, with their sentence: in files and databases, for other versions, and in JSON, for other programs. */

import { FINDING_KINDS, type Finding, isFindingKind } from '../model/finding.ts'
import { describeFinding, isDescribable } from './describeFinding.ts'

/** JSON values only. Earlier versions recorded no facts. */
export type RecordedFinding = Omit<Finding, 'facts'> & { readonly message: string; readonly facts?: Finding['facts'] }

export function toRecorded(found: Finding): RecordedFinding {
  return { ...found, message: describeFinding(found) }
}

/** The finding; its sentence stays as it was recorded where the facts are of another version. */
export function fromRecorded({ message, facts, ...rest }: RecordedFinding): Finding {
  const found = { ...rest, facts: facts ?? { said: message } }
  return isDescribable(found) ? found : { ...rest, facts: { said: message } }
}

/** Whether a value out of a file that users may have changed is a recorded finding. */
export function isRecorded(value: unknown): value is RecordedFinding {
  if (typeof value !== 'object' || value === null) return false
  const { kind, severity, shardPath, row, column, message, details }: Readonly<Record<string, unknown>> = { ...value }
  return (
    isFindingKind(kind) &&
    severity === FINDING_KINDS[kind].severity &&
    typeof shardPath === 'string' &&
    (row === null || typeof row === 'number') &&
    (column === null || typeof column === 'string') &&
    typeof message === 'string' &&
    typeof details === 'object' &&
    details !== null
  )
}

/** A finding as JSON shows it; any other value as it is. */
export function withMessage(value: object): object {
  if (!isFinding(value)) return value
  const { kind, severity, shardPath, row, column, details } = value
  return { kind, severity, shardPath, row, column, message: describeFinding(value), details }
}

function isFinding(value: object): value is Finding {
  return 'facts' in value && 'severity' in value && 'kind' in value && isFindingKind(value.kind)
}
