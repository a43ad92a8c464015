/** The rows of the selected shard as a table, however many: only what is on the screen is asked for and drawn. */

import { useState } from 'react'
import type { ShardFacts } from '../../../shared/contract/index.ts'
import { DamageNote } from '../../parts/DamageNote.tsx'
import { usePacedRow } from '../../parts/usePacedRow.ts'
import { useFacts } from '../../state/queries/queries.ts'
import { useRowPages } from '../../state/queries/rowPages.ts'
import { useGridLayout } from '../../state/useGridLayout.ts'
import { tsvOf } from '../../text/export/copyAs.ts'
import { formatCounted } from '../../text/index.ts'
import { isRawOnly } from '../../text/rawOnly.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { Empty } from '../../ui/frames/Empty.tsx'
import { PaneNote } from '../../ui/frames/Section.tsx'
import view from '../../ui/styles/view.module.css'
import { DataGrid } from '../../ui/tables/DataGrid.tsx'
import type { GridSort } from '../../ui/tables/model/grid.ts'
import { useGridSelection } from '../../ui/tables/model/useGridSelection.ts'
import { Muted } from '../../ui/text/Text.tsx'
import { RawRows } from './RawRows.tsx'
import styles from './RowsTab.module.css'
import { ROW_COLUMNS } from './rowColumns.tsx'
import { MOST_SORTED, useRowSource } from './useRowSource.ts'

export function RowsTab({ shardPath }: { readonly shardPath: string }) {
  const facts = useFacts(shardPath).data
  return facts !== undefined && isRawOnly(facts) ? <StoredRows facts={facts} /> : <ShardRows shardPath={shardPath} />
}

function StoredRows({ facts }: { readonly facts: ShardFacts }) {
  const { shardPath, rows } = facts
  return (
    <div className={view.tab}>
      <Bar shardPath={shardPath} rows={rows} />
      <RawRows shardPath={shardPath} facts={facts} />
    </div>
  )
}

function Bar({ shardPath, rows }: { readonly shardPath: string; readonly rows: number | null }) {
  return (
    <p className={styles.bar}>
      <code className={styles.path} title={shardPath}>
        {shardPath.split('/').at(-1)}
      </code>
      <Muted>{rows === null ? '' : formatCounted(rows, 'row')}</Muted>
    </p>
  )
}

function ShardRows({ shardPath }: { readonly shardPath: string }) {
  const facts = useFacts(shardPath)
  const { first, error } = useRowPages(shardPath, [0])
  const stated = first?.total ?? null
  const total = stated ?? facts.data?.rows ?? 0
  const unreadable = error !== null && stated === null
  return (
    <div className={view.tab}>
      <DamageNote facts={facts.data} sentence={unreadable ? sentenceOf(error) : null} />
      <Bar shardPath={shardPath} rows={stated} />
      {unreadable ? (
        <Unreadable rows={facts.data?.rows ?? null} />
      ) : stated === null ? (
        <PaneNote tone='quiet'>Reading the rows…</PaneNote>
      ) : total === 0 ? (
        <PaneNote tone='quiet'>The shard is a valid file without rows.</PaneNote>
      ) : (
        <RowGrid shardPath={shardPath} total={total} />
      )}
    </div>
  )
}

function Unreadable({ rows }: { readonly rows: number | null }) {
  return (
    <Empty>
      <p>
        {rows === null
          ? 'No row can be shown: the footer, which locates the rows, cannot be read.'
          : `None of the ${formatCounted(rows, 'row')} can be shown.`}
      </p>
      <p>The inspector shows the known properties of the shard and the possible actions.</p>
    </Empty>
  )
}

function RowGrid({ shardPath, total }: { readonly shardPath: string; readonly total: number }) {
  const { row: active, choose } = usePacedRow()
  const [sort, setSort] = useState<GridSort | null>(null)
  const source = useRowSource(shardPath, total, sort)
  const cursor = active === null ? null : source.indexOf(String(active))
  const selection = useGridSelection(source, cursor, (index, byKey) => choose(source.numberAt?.(index) ?? index, byKey))
  return (
    <DataGrid
      id='row'
      name='Rows of the shard'
      columns={ROW_COLUMNS}
      source={source}
      selection={selection}
      sort={sort}
      {...(total <= MOST_SORTED && { onSort: setSort })}
      layout={useGridLayout('row')}
      fileName='rows'
      toText={tsvOf}
    />
  )
}
