/** Sentences of findings, as the window shows them. */

import type { Finding } from '../../shared/model/finding.ts'
import { describeFinding } from '../../shared/text/describeFinding.ts'
import { capital } from './capital.ts'

/** `Row 3 has no chrom (null)`. */
export function findingText(found: Pick<Finding, 'kind' | 'facts' | 'row' | 'column'>): string {
  return capital(describeFinding(found))
}

/** The same, with a full stop. */
export function findingSentence(found: Pick<Finding, 'kind' | 'facts' | 'row' | 'column'>): string {
  const text = findingText(found)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
