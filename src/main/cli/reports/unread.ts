/** Reports the parts of the cache that a search had to skip, because its answer may be incomplete. */

import type { Finding } from '../../../shared/model/finding.ts'
import { describeFinding } from '../../../shared/text/describeFinding.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { EXIT, type ExitCode } from '../process/exitCodes.ts'
import type { Output } from '../process/output.ts'
import { countOf } from '../text/numbers.ts'

/** `onFinding` for a long operation, and the findings that it received. */
export function collectUnread(): { readonly unread: readonly Finding[]; readonly onFinding: (found: Finding) => void } {
  const unread: Finding[] = []
  return { unread, onFinding: found => void unread.push(found) }
}

/** @returns `code`, or the code for an I/O or permission error */
export async function tellUnread(output: Output, unread: readonly Finding[], code: ExitCode): Promise<ExitCode> {
  const [first] = unread
  if (first === undefined) return code
  const others = unread.length === 1 ? '' : `, and ${countOf(unread.length - 1, 'other place', 'other places')}`
  await output.note(`lewm-cache: not searched: ${terminalSafe(`${first.shardPath}: ${describeFinding(first)}`)}${others}`)
  return unread.some(({ severity }) => severity === 'unreadable') ? EXIT.system : code
}
