/** Why a file is in quarantine, in words. */
import type { QuarantineEntry } from '../../../shared/model/report.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { kindTitle } from '../../text/findings/findingAdvice.ts'

/** `Bad footer: 8 bytes follow`. A reason that is not a finding is shown as it was written. */
export function reasonTexts({ findings, reasons }: Pick<QuarantineEntry, 'findings' | 'reasons'>): readonly string[] {
  return findings.length === 0 ? reasons : findings.map(found => `${kindTitle(found.kind)}: ${describeFinding(found)}`)
}

/** All reasons of a file in one text. */
export function reasonsText(entry: Pick<QuarantineEntry, 'findings' | 'reasons'>): string {
  const texts = reasonTexts(entry)
  return texts.length === 0 ? 'No reason recorded (moved by another program)' : texts.join('; ')
}
