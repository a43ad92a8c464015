/** `quarantined`: lists the files in quarantine with time and reason. */
import type { QuarantineEntry } from '../../../shared/model/report.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { listQuarantine } from '../../core/index.ts'
import { cacheRootOf } from '../process/cacheFolder.ts'
import type { Run } from '../process/context.ts'
import { EXIT } from '../process/exitCodes.ts'
import { bytesText, countOf, timeText } from '../text/numbers.ts'
import { type Column, tableText } from '../text/table.ts'

const COLUMNS: readonly Column<QuarantineEntry>[] = [
  { head: 'moved (UTC)', cell: ({ at }) => timeText(at) },
  { head: 'size', cell: ({ bytes }) => bytesText(bytes), right: true },
  { head: 'from', cell: ({ shardPath }) => shardPath },
  { head: 'quarantined as', cell: ({ path }) => path },
  { head: 'because', cell: ({ reasons }) => reasons.join('; ') || 'not recorded' }
]

export const run: Run<Record<string, never>> = async context => {
  const { json, output } = context
  const unread: string[] = []
  const quarantined = await listQuarantine(await cacheRootOf(context), ({ reason }) => unread.push(reason))
  if (json) await output.document({ quarantined: quarantined.map(({ findings, ...entry }) => entry) })
  else {
    if (quarantined.length > 0) await output.text(tableText(COLUMNS, quarantined))
    await output.note(`${countOf(quarantined.length, 'file')} in quarantine`)
  }
  for (const reason of unread) await output.note(`lewm-cache: the list is incomplete: ${terminalSafe(reason)}`)
  return unread.length > 0 ? EXIT.system : EXIT.ok
}
