/** The rows of a file of any layout as a table: the file's own columns, every value as it is stored. */

import { useMemo, useState } from 'react'
import type { RawRowPage, ShardFacts } from '../../../shared/contract/index.ts'
import { useRawPages } from '../../state/queries/rowPages.ts'
import { findingText, formatCounted } from '../../text/index.ts'
import { isForeign } from '../../text/rawOnly.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { Banner } from '../../ui/frames/Banner.tsx'
import { Empty } from '../../ui/frames/Empty.tsx'
import { PaneNote } from '../../ui/frames/Section.tsx'
import { DataGrid } from '../../ui/tables/DataGrid.tsx'
import { gridTsv } from '../../ui/tables/model/gridText.ts'
import { useGridSelection } from '../../ui/tables/model/useGridSelection.ts'
import { HealthMark } from '../../ui/text/HealthMark.tsx'
import { Muted } from '../../ui/text/Text.tsx'
import { rawColumns } from './rawColumns.tsx'
import { useRawSource } from './useRawSource.ts'

export function RawRows({ shardPath, facts }: { readonly shardPath: string; readonly facts: ShardFacts }) {
  const { first, error } = useRawPages(shardPath, [0])
  const reason = facts.findings.find(isForeign)
  return (
    <>
      <Banner tone='note'>
        {reason !== undefined && <HealthMark mark={reason.severity === 'corrupt' ? 'damaged' : 'unsupported'} word={findingText(reason)} />}
        {first?.unread.map(({ column, severity, reason: why }) => (
          <HealthMark
            key={column}
            mark={severity === 'corrupt' ? 'damaged' : 'unsupported'}
            word={`${column === null ? 'Rows' : `Values of ${column}`} cannot be shown: ${why}`}
          />
        ))}
        <Muted>Columns and rows are shown as they are stored.</Muted>
      </Banner>
      <RowsOf shardPath={shardPath} first={first} error={error} />
    </>
  )
}

function RowsOf({ shardPath, first, error }: { readonly shardPath: string; readonly first: RawRowPage | null; readonly error: unknown }) {
  if (first === null) {
    return error === null ? <PaneNote tone='quiet'>Reading the rows…</PaneNote> : <PaneNote tone='danger'>{sentenceOf(error)}</PaneNote>
  }
  if (first.total === 0) return <PaneNote tone='quiet'>The file is valid and has no rows.</PaneNote>
  if (first.columns.length === 0) {
    return (
      <Empty>
        <p>None of the {formatCounted(first.total, 'row')} can be shown.</p>
        <p>The inspector shows the columns and the metadata of the file.</p>
      </Empty>
    )
  }
  return <RawGrid shardPath={shardPath} first={first} />
}

function RawGrid({ shardPath, first }: { readonly shardPath: string; readonly first: RawRowPage }) {
  const [cursor, setCursor] = useState<number | null>(null)
  const [widths, keepWidths] = useState<Record<string, number>>({})
  const [visible, keepVisible] = useState<Record<string, boolean> | null>(null)
  const columns = useMemo(() => rawColumns(first), [first])
  const source = useRawSource(shardPath, first.total)
  const selection = useGridSelection(source, cursor, setCursor)
  const stored = columns.filter(({ isIndex }) => isIndex !== true)
  return (
    <DataGrid
      id='raw-row'
      name='Rows of the file as they are stored'
      columns={columns}
      source={source}
      selection={selection}
      // Every file has its own columns. Nothing is kept for the next one.
      layout={{ widths, visible, keepWidths, keepVisible }}
      fileName='rows'
      // The columns of the file alone: the number of a row is not in it.
      toText={rows => gridTsv(stored, rows)}
    />
  )
}
