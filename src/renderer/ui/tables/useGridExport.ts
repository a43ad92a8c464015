/** Rows of a table on the clipboard and in a file. */
import type { ClipboardEvent } from 'react'
import { formatCounted } from '../../text/index.ts'
import { useDone } from '../controls/CopyButton.tsx'
import { copyText, saveBytes } from '../copyText.ts'
import { sentenceOf } from '../faults.ts'
import { useTell } from '../frames/Notice.tsx'
import type { DataGridProps } from './model/grid.ts'
import { gridTsv } from './model/gridText.ts'

/** More rows do not fit into one text. */
const MOST_EXPORTED = 1_000_000

export type GridExport = {
  /** The last action, for a moment. */
  readonly done: string | null
  readonly copy: (event: ClipboardEvent) => void
  readonly copySelected: () => void
  readonly exportAll: () => void
}

export function useGridExport<Row>({
  columns,
  source,
  selection,
  fileName,
  toText = rows => gridTsv(columns, rows)
}: Pick<DataGridProps<Row>, 'columns' | 'source' | 'selection' | 'fileName' | 'toText'>): GridExport {
  const notify = useTell()
  const [done, run] = useDone()
  const copied = `${formatCounted(selection.count, 'row')} copied`
  const copySelected = (): void => run(copied, async () => copyText(toText(await selection.rows())))
  return {
    done,
    copySelected,
    copy: event => {
      if (selection.count === 0 || getSelection()?.isCollapsed === false) return
      event.preventDefault()
      const rows = selection.rows()
      if ('then' in rows) copySelected()
      else run(copied, async () => event.clipboardData.setData('text/plain', toText(rows)))
    },
    exportAll: () => {
      if (source.total > MOST_EXPORTED) {
        notify(`At most ${formatCounted(MOST_EXPORTED, 'row')} can be exported. Select rows and copy them instead.`)
        return
      }
      const save = async (): Promise<unknown> =>
        saveBytes(`${fileName}.tsv`, new TextEncoder().encode(toText(await source.between(0, source.total - 1))))
      save().catch(error => notify(sentenceOf(error)))
    }
  }
}
