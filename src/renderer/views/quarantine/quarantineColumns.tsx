/** The columns of the table of files in quarantine. */
import type { QuarantineEntry } from '../../../shared/model/report.ts'
import { formatAgo, formatBytes, formatTime, millisecondsOf } from '../../text/index.ts'
import type { GridColumn } from '../../ui/tables/model/grid.ts'
import { ShardName } from '../../ui/text/ShardName.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import { reasonsText, reasonTexts } from './reasons.ts'

function movedMs({ at }: QuarantineEntry): number | null {
  return at === null ? null : millisecondsOf(at)
}

/** @param above the folders that all of them came from */
export function quarantineColumns(above: string): readonly GridColumn<QuarantineEntry>[] {
  return [
    {
      id: 'shardPath',
      name: 'Original path',
      width: 150,
      least: 120,
      grow: 6,
      fixed: true,
      sorts: true,
      value: ({ shardPath }) => shardPath,
      cell: ({ shardPath }) => <ShardName path={shardPath} above={above} />
    },
    {
      id: 'reason',
      name: 'Reason',
      width: 96,
      grow: 4,
      sorts: true,
      value: reasonsText,
      cell: entry => <Muted>{reasonsText(entry)}</Muted>,
      hint: entry => reasonTexts(entry).join('\n')
    },
    {
      id: 'moved',
      name: 'Moved',
      width: 102,
      sorts: true,
      value: ({ at }) => (at === null ? null : new Date(millisecondsOf(at)).toISOString()),
      cell: entry => formatAgo(movedMs(entry)),
      hint: entry => formatTime(movedMs(entry))
    },
    {
      id: 'bytes',
      name: 'Size',
      number: true,
      width: 72,
      sorts: true,
      value: ({ bytes }) => bytes,
      cell: ({ bytes }) => formatBytes(bytes)
    },
    { id: 'path', name: 'Quarantined at', width: 240, hidden: true, sorts: true, value: ({ path }) => path }
  ]
}
