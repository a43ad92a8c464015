/** Why a file lies in quarantine, in words. Pure. */
import { isFindingKind } from '../../../shared/model/finding.ts'
import { kindTitle } from '../../text/findings/findingAdvice.ts'
import { findingText } from '../../text/index.ts'

/** `bad_footer: 8 bytes follow` → `Bad footer: 8 bytes follow`; what a person wrote stays as it is. */
export function reasonText(reason: string): string {
  const [, kind = '', rest = ''] = /^([a-z_]+): (.*)$/s.exec(reason) ?? []
  return isFindingKind(kind) ? `${kindTitle(kind)}: ${findingText(rest)}` : reason
}

/** All reasons of a file in one text. */
export function reasonsText(reasons: readonly string[]): string {
  return reasons.length === 0 ? 'Not written down: somebody else moved it' : reasons.map(reasonText).join('; ')
}
