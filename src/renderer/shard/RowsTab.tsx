/** The rows of the selected shard as a table, however many: only what is on the screen is asked for and drawn. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import type { RowLine } from '../../shared/contract/index.ts'
import { sentenceOf } from '../app/faults.ts'
import { formatCount, formatCounted, formatLocus, formatTime, millisecondsOf, shortenHash } from '../format/index.ts'
import controls from '../styles/controls.module.css'
import { useWorkspace } from '../workspace/WorkspaceProvider.tsx'
import { CopyButton, Said, useDone } from './CopyButton.tsx'
import { tsvOf } from './copyAs.ts'
import { copyText } from './copyText.ts'
import { DamageNote } from './DamageNote.tsx'
import { NoShard } from './NoShard.tsx'
import { type RowPages, useFacts, useRowPages } from './queries.ts'
import styles from './RowsTab.module.css'
import { rowAfterKey } from './rowKeys.ts'
import { PaneNote } from './Section.tsx'
import { layerText } from './scopeText.ts'
import { usePacedRow } from './usePacedRow.ts'

const ROW = 24
const COLUMNS = ['Row', 'Locus', 'Start', 'End', 'Window hash', 'Layer', 'Pool', 'Dtype', 'Untargeted', 'Created'] as const
const NUMBERS = new Set<string>(['Row', 'Start', 'End', 'Layer'])

export function RowsTab() {
  const { shardPath } = useWorkspace().selection
  return shardPath === null ? <NoShard shows='its rows' /> : <ShardRows key={shardPath} shardPath={shardPath} />
}

function ShardRows({ shardPath }: { readonly shardPath: string }) {
  const facts = useFacts(shardPath)
  const scroller = useRef<HTMLDivElement>(null)
  const first = useRowPages(shardPath, [0])
  const total = first.total ?? facts.data?.rows ?? 0
  const unreadable = first.error !== null && first.total === null
  return (
    <div className={styles.tab}>
      <DamageNote facts={facts.data} sentence={unreadable ? sentenceOf(first.error) : null} />
      <p className={styles.bar}>
        <code className={styles.path} title={shardPath}>
          {shardPath.split('/').at(-1)}
        </code>
        <span className={controls.muted}>{first.total === null ? '' : formatCounted(total, 'row')}</span>
      </p>
      {unreadable ? (
        <Unreadable rows={facts.data?.rows ?? null} />
      ) : first.total === null ? (
        <PaneNote tone='quiet'>Reading the rows…</PaneNote>
      ) : total === 0 ? (
        <PaneNote tone='quiet'>The shard is a valid file without rows.</PaneNote>
      ) : (
        <RowGrid shardPath={shardPath} total={total} scroller={scroller} />
      )}
    </div>
  )
}

function Unreadable({ rows }: { readonly rows: number | null }) {
  return (
    <div className={controls.empty}>
      <p>
        {rows === null
          ? 'No row can be shown: the footer says where rows lie, and it cannot be read.'
          : `None of the ${formatCounted(rows, 'row')} can be shown.`}
      </p>
      <p>What is still known of the shard stands in the inspector, with what can be done.</p>
    </div>
  )
}

function RowGrid({
  shardPath,
  total,
  scroller
}: {
  readonly shardPath: string
  readonly total: number
  readonly scroller: React.RefObject<HTMLDivElement | null>
}) {
  const { row: active, choose } = usePacedRow()
  const [done, run] = useDone()
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    paddingStart: ROW,
    scrollPaddingStart: ROW
  })
  const items = virtual.getVirtualItems()
  const pages = useRowPages(
    shardPath,
    items.map(item => item.index)
  )
  useEffect(() => {
    if (active !== null && active < total) virtual.scrollToIndex(active, { align: 'auto' })
  }, [active, total, virtual])

  const press = (event: KeyboardEvent): void => {
    const row = active === null ? null : pages.rowAt(active)
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && row && getSelection()?.isCollapsed !== false) {
      event.preventDefault()
      run(`row ${row.rowOffset} copied`, () => copyText(tsvOf([row])))
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW * 2) / ROW) - 2)
    const next = rowAfterKey(event.key, active, total, page)
    if (next === null) return
    event.preventDefault()
    choose(next, true)
  }
  return (
    <div className={styles.frame}>
      <div ref={scroller} className={styles.scroller}>
        <table
          className={styles.rows}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that keys move in is a grid
          role='grid'
          tabIndex={0}
          aria-label='Rows of the shard'
          aria-rowcount={total + 1}
          aria-activedescendant={items.some(item => item.index === active) ? rowId(active) : undefined}
          style={{ height: virtual.getTotalSize() }}
          onKeyDown={press}
        >
          <thead>
            <tr className={styles.header} aria-rowindex={1}>
              {COLUMNS.map(name => (
                <th key={name} scope='col' className={NUMBERS.has(name) ? styles.number : undefined} title={HEADER_TITLES[name]}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map(({ index, start }) => (
              <tr
                key={index}
                id={rowId(index)}
                className={styles.row}
                aria-rowindex={index + 2}
                aria-selected={index === active}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => choose(index, false)}
              >
                <Cells index={index} pages={pages} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Said text={done} />
    </div>
  )
}

const HEADER_TITLES: Partial<Record<string, string>> = {
  Row: 'Offset in the shard, counted from 0',
  Locus: '1-based and closed, as in genome browsers',
  Start: 'As stored: 0-based, inclusive',
  End: 'As stored: 0-based, exclusive',
  Dtype: 'What the encoder ran in; the values are stored as float16 whatever it says'
}

function rowId(row: number | null): string {
  return `row-${row}`
}

function Cells({ index, pages }: { readonly index: number; readonly pages: RowPages }) {
  const row = pages.rowAt(index)
  const number = <td className={`${styles.number} ${styles.offset}`}>{formatCount(index)}</td>
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

function RowCells({ row }: { readonly row: RowLine }) {
  const created = row.createdAt === 0n ? 'not said' : formatTime(millisecondsOf(row.createdAt))
  const cells: readonly (readonly [name: string, text: string, title?: string])[] = [
    ['Locus', formatLocus(row)],
    ['Start', formatCount(row.startBp)],
    ['End', formatCount(row.endBp)],
    ['Window hash', shortenHash(row.windowHash), row.windowHash],
    ['Layer', String(row.stateLayer).replace('-', '−'), layerText(row.stateLayer)],
    ['Pool', `${row.poolType}_${row.poolRadius}`],
    ['Dtype', row.dtype],
    ['Untargeted', row.untargeted ? 'yes' : 'no'],
    ['Created', created, `${row.createdAt} ns UTC`]
  ]
  return cells.map(([name, text, title]) => (
    <td key={name} className={NUMBERS.has(name) ? styles.number : undefined} title={title}>
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
