/** The rows of the selected shard as a table, however many: only what is on the screen is asked for and drawn. */

import type { KeyboardEvent } from 'react'
import type { RowLine, ShardFacts } from '../../../shared/contract/index.ts'
import { DamageNote } from '../../parts/DamageNote.tsx'
import { usePacedRow } from '../../parts/usePacedRow.ts'
import { type RowPages, useFacts, useRowPages } from '../../state/queries/queries.ts'
import { tsvOf } from '../../text/export/copyAs.ts'
import { formatCount, formatCounted, formatLocus, formatTime, millisecondsOf, shortenHash } from '../../text/index.ts'
import { isRawOnly } from '../../text/rawOnly.ts'
import { layerText } from '../../text/scopeText.ts'
import { CopyButton, Said, useDone } from '../../ui/controls/CopyButton.tsx'
import { copyText } from '../../ui/copyText.ts'
import { sentenceOf } from '../../ui/faults.ts'
import { Empty } from '../../ui/frames/Empty.tsx'
import { PaneNote } from '../../ui/frames/Section.tsx'
import view from '../../ui/styles/view.module.css'
import grid from '../../ui/tables/DataGrid.module.css'
import { type Column, DataGrid } from '../../ui/tables/DataGrid.tsx'
import { useLines } from '../../ui/tables/useLines.ts'
import { Muted } from '../../ui/text/Text.tsx'
import { RawRows } from './RawRows.tsx'
import styles from './RowsTab.module.css'

const COLUMNS: readonly Column[] = [
  { name: 'Row', number: true, title: 'Offset in the shard, counted from 0' },
  { name: 'Locus', title: '1-based and closed, as in genome browsers' },
  { name: 'Start', number: true, title: 'As stored: 0-based, inclusive' },
  { name: 'End', number: true, title: 'As stored: 0-based, exclusive' },
  { name: 'Window hash' },
  { name: 'Layer', number: true },
  { name: 'Pool' },
  { name: 'Dtype', title: 'What the encoder ran in; the values are stored as float16 whatever it says' },
  { name: 'Untargeted' },
  { name: 'Created' }
]
const NUMBERS: ReadonlySet<string> = new Set(COLUMNS.filter(({ number }) => number).map(({ name }) => name))

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
  const first = useRowPages(shardPath, [0])
  const total = first.total ?? facts.data?.rows ?? 0
  const unreadable = first.error !== null && first.total === null
  return (
    <div className={view.tab}>
      <DamageNote facts={facts.data} sentence={unreadable ? sentenceOf(first.error) : null} />
      <Bar shardPath={shardPath} rows={first.total} />
      {unreadable ? (
        <Unreadable rows={facts.data?.rows ?? null} />
      ) : first.total === null ? (
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
          ? 'No row can be shown: the footer says where rows lie, and it cannot be read.'
          : `None of the ${formatCounted(rows, 'row')} can be shown.`}
      </p>
      <p>What is still known of the shard stands in the inspector, with what can be done.</p>
    </Empty>
  )
}

function RowGrid({ shardPath, total }: { readonly shardPath: string; readonly total: number }) {
  const { row: active, choose } = usePacedRow()
  const [done, run] = useDone()
  const lines = useLines(total, active, 1)
  const pages = useRowPages(
    shardPath,
    lines.items.map(({ index }) => index)
  )
  const copy = (event: KeyboardEvent): void => {
    const row = active === null ? null : pages.rowAt(active)
    if (!(event.ctrlKey || event.metaKey) || event.key !== 'c' || !row || getSelection()?.isCollapsed === false) return
    event.preventDefault()
    run(`row ${formatCount(row.rowOffset)} copied`, () => copyText(tsvOf([row])))
  }
  return (
    <>
      <DataGrid
        id='row'
        name='Rows of the shard'
        className={styles.rows ?? ''}
        columns={COLUMNS}
        lines={lines}
        cells={index => <Cells index={index} pages={pages} />}
        onMove={choose}
        onKey={copy}
      />
      <Said text={done} />
    </>
  )
}

function Cells({ index, pages }: { readonly index: number; readonly pages: RowPages }) {
  const row = pages.rowAt(index)
  const number = <td className={`${grid.number} ${styles.offset}`}>{formatCount(index)}</td>
  if (row === undefined || row === null) {
    const says =
      row === null
        ? 'cannot be shown: its page is damaged, or its pool type or dtype is none that GenoLeWM knows'
        : pages.error === null
          ? '…'
          : sentenceOf(pages.error)
    return (
      <>
        {number}
        <td className={styles.missing}>{says}</td>
      </>
    )
  }
  return (
    <>
      {number}
      <RowCells row={row} />
    </>
  )
}

function poolText({ poolType, poolRadius, centerToken = null }: RowLine): string {
  return `${poolType}_${poolRadius}${centerToken === null ? '' : ` at token ${formatCount(centerToken)}`}`
}

function RowCells({ row }: { readonly row: RowLine }) {
  const created = row.createdAt === 0n ? 'not said' : formatTime(millisecondsOf(row.createdAt))
  const cells: readonly (readonly [name: string, text: string, title?: string])[] = [
    ['Locus', formatLocus(row)],
    ['Start', formatCount(row.startBp)],
    ['End', formatCount(row.endBp)],
    ['Window hash', shortenHash(row.windowHash), row.windowHash],
    ['Layer', String(row.stateLayer).replace('-', '−'), layerText(row.stateLayer)],
    ['Pool', poolText(row)],
    ['Dtype', row.dtype],
    ['Untargeted', row.untargeted ? 'yes' : 'no'],
    ['Created', created, `${row.createdAt} ns UTC`]
  ]
  return cells.map(([name, text, title]) => (
    <td key={name} className={NUMBERS.has(name) ? grid.number : undefined} title={title}>
      {name === 'Window hash' ? (
        <>
          <code>{text}</code>
          <span className={styles.copy}>
            <CopyButton text={row.windowHash} what='window hash' tabIndex={-1} />
          </span>
        </>
      ) : (
        text
      )}
    </td>
  ))
}
