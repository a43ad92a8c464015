/** The table of shards: any number of lines, of which only those in view are there. The cursor and the choice belong to the caller. */
// biome-ignore-all lint/a11y/useSemanticElements: a grid of absolutely placed lines is no HTML table
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the line
import { useTable } from '@tanstack/react-table'
import type { useVirtualizer } from '@tanstack/react-virtual'
import { type ClipboardEvent, type CSSProperties, type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useMemo } from 'react'
import { z } from 'zod/mini'
import { useSetting } from '../../state/settings.tsx'
import { useWidth } from '../../ui/useWidth.ts'
import { ColumnHeading } from './ColumnHeading.tsx'
import type { Choice } from './choice.ts'
import {
  COLUMN_NAMES,
  columns,
  columnsGivenWay,
  FIRST_VISIBLE,
  features,
  fittingColumns,
  isNumberColumn,
  type Line,
  sortOf
} from './columns.tsx'
import classes from './ShardGrid.module.css'
import type { ShardPages, ShardSort } from './useShardPages.ts'

const sizesSchema = z.record(z.string(), z.number())
export const visibleSchema = z.record(z.string(), z.boolean())
const NO_SIZES: Record<string, number> = {}

function lineId(index: number): string {
  return `shard-line-${index}`
}

/** Where a cell stands in its line. Health stands at the right end of it. */
function placeOf(columnId: string, at: number): CSSProperties {
  return { gridRow: 1, gridColumn: columnId === 'health' ? '1 / -1' : at + 1 }
}

function headClassOf(columnId: string): string | undefined {
  if (columnId === 'health') return `${classes.heading} ${classes.health}`
  return isNumberColumn(columnId) ? classes.numberHeading : classes.heading
}

function classOf(columnId: string): string | undefined {
  if (columnId === 'health') return `${classes.cell} ${classes.health}`
  return isNumberColumn(columnId) ? classes.number : classes.cell
}

export type GridProps = {
  /** The folders that all of them share. */
  readonly above: string
  readonly pages: ShardPages
  readonly virtualizer: ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly sort: ShardSort
  readonly onSort: (sort: ShardSort) => void
  readonly choice: Choice
  readonly cursor: number | null
  readonly onPoint: (index: number, event: MouseEvent) => void
  readonly onOpen: (index: number) => void
  readonly onMenu: (index: number | null, x: number, y: number) => void
  /** Told which of the chosen columns there is no room for. */
  readonly onGiveWay: (ids: readonly string[]) => void
  readonly onKey: (event: KeyboardEvent) => void
  readonly onCopy: (event: ClipboardEvent) => void
}

export function ShardGrid({ above, pages, virtualizer, scroller, sort, onSort, choice, cursor, ...on }: GridProps) {
  const [sizes, keepSizes] = useSetting('shardColumnSizes', sizesSchema, NO_SIZES)
  const [visible, keepVisible] = useSetting('shardColumns', visibleSchema, FIRST_VISIBLE)
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const count = items.length
  const { at } = pages
  const data = useMemo<Line[]>(
    () => Array.from({ length: count }, (_, n) => ({ index: first + n, shard: at(first + n) ?? null, above })),
    [first, count, at, above]
  )
  const widths = Object.fromEntries(columns.map(({ id = '', size = 0 }) => [id, sizes[id] ?? size]))
  const width = useWidth(scroller)
  // What somebody chose stays, and is scrolled where there is no room for it.
  const shown = visible === FIRST_VISIBLE ? fittingColumns(visible, widths, width) : visible
  const { onGiveWay } = on
  const givenWay = columnsGivenWay(visible, shown).join()
  useEffect(() => onGiveWay(givenWay === '' ? [] : givenWay.split(',')), [givenWay, onGiveWay])
  const table = useTable({
    features,
    columns,
    data,
    getRowId: line => String(line.index),
    columnResizeMode: 'onChange',
    state: { columnSizing: sizes, columnVisibility: shown },
    onColumnSizingChange: change => keepSizes(typeof change === 'function' ? change(sizes) : change),
    onColumnVisibilityChange: change => keepVisible(typeof change === 'function' ? change(visible) : change)
  })
  const headers = table.getHeaderGroups()[0]?.headers ?? []
  const template = headers
    .map(({ id, column }) => (id === 'shardPath' ? `minmax(${column.getSize()}px, 1fr)` : `${column.getSize()}px`))
    .join(' ')
  const scrolls = headers.reduce((sum, { column }) => sum + column.getSize(), 0) > width
  const indexOf = (event: MouseEvent): number | null => {
    const line = event.target instanceof Element ? event.target.closest('[data-line]') : null
    return line === null ? null : Number(line.getAttribute('data-line'))
  }
  return (
    <div
      ref={scroller}
      className={classes.grid}
      role='grid'
      tabIndex={0}
      data-pane-entry=''
      aria-label='Shards'
      aria-multiselectable
      aria-rowcount={(pages.totals?.total ?? 0) + 1}
      aria-colcount={headers.length}
      aria-busy={!pages.current}
      data-scrolls={scrolls || undefined}
      aria-activedescendant={cursor === null || cursor < first || cursor >= first + count ? undefined : lineId(cursor)}
      style={{ ['--columns' as string]: template, ['--health' as string]: `${table.getColumn('health')?.getSize() ?? 0}px` }}
      onKeyDown={on.onKey}
      onCopy={on.onCopy}
      onClick={event => {
        const index = indexOf(event)
        if (index !== null) on.onPoint(index, event)
      }}
      onDoubleClick={event => {
        const index = indexOf(event)
        if (index !== null) on.onOpen(index)
      }}
      onContextMenu={event => {
        event.preventDefault()
        on.onMenu(indexOf(event), event.clientX, event.clientY)
      }}
    >
      <div role='rowgroup' className={classes.head}>
        <div role='row' aria-rowindex={1} className={classes.row}>
          {headers.map((header, at) => (
            <ColumnHeading
              key={header.id}
              name={COLUMN_NAMES[header.id] ?? header.id}
              className={headClassOf(header.id)}
              style={placeOf(header.id, at)}
              by={sortOf(header.id)}
              sort={sort}
              onSort={onSort}
              size={header.getSize()}
              least={header.column.columnDef.minSize ?? 0}
              onSize={size => keepSizes({ ...sizes, [header.id]: size })}
              resizing={header.column.getIsResizing()}
              startResize={header.getResizeHandler()}
            />
          ))}
        </div>
      </div>
      <div role='rowgroup' className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
        {table.getRowModel().rows.map((row, n) => {
          const { index, shard } = row.original
          const item = items[n]
          return (
            <div
              key={row.id}
              id={lineId(index)}
              role='row'
              className={classes.line}
              data-line={index}
              data-cursor={index === cursor || undefined}
              aria-rowindex={index + 2}
              aria-selected={shard !== null && choice.has(shard.shardPath)}
              style={{ transform: `translateY(${item?.start ?? 0}px)` }}
            >
              {row.getVisibleCells().map((cell, at) => (
                <div key={cell.id} role='gridcell' className={classOf(cell.column.id)} style={placeOf(cell.column.id, at)}>
                  {shard === null ? <span className={classes.waiting} /> : <table.FlexRender cell={cell} />}
                </div>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}
