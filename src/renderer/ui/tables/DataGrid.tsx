/** A table of any number of rows. Only the rows in view are in the page. The grid has the focus and names the row with the cursor. */
// biome-ignore-all lint/a11y/useSemanticElements: rows are placed absolutely, which rows of an HTML table cannot be
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the row
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type MouseEvent, useEffect, useRef, useState } from 'react'
import { formatCounted } from '../../text/index.ts'
import { MOD } from '../../text/keys.ts'
import { Hidden } from '../text/Text.tsx'
import { useWidth } from '../useWidth.ts'
import { ColumnHeading } from './ColumnHeading.tsx'
import classes from './DataGrid.module.css'
import { CornerMenu, RowMenu } from './GridMenus.tsx'
import { GridRow } from './GridRow.tsx'
import { gridKeys } from './gridKeys.ts'
import { headingClass, placeOf } from './gridPlace.ts'
import { tooNarrowFor, visibleColumns } from './model/columnFit.ts'
import type { DataGridProps, GridAction, GridSource } from './model/grid.ts'
import { useGridExport } from './useGridExport.ts'

import { useGridTable } from './useGridTable.ts'

/** CSS pixels. */
const ROW = 24
const HEAD = 25
const CORNER = 24
/** Pages that are in view for less than this while the user scrolls are not loaded, ms. */
const PASSING = 60

export function DataGrid<Row>(props: DataGridProps<Row>) {
  const { id, name, columns, source, selection, sort = null, onSort, layout, shows = '', isPaneEntry = true, actions = [], onOpen } = props
  const scroller = useRef<HTMLDivElement>(null)
  const width = useWidth(scroller)
  const virtual = useVirtualizer<HTMLDivElement, Element>({
    count: source.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    // Rows begin below the headings, which stay in view.
    paddingStart: HEAD,
    scrollPaddingStart: HEAD
  })
  const items = virtual.getVirtualItems()
  const shown = visibleColumns(columns, layout, width - CORNER)
  const { table, headers, rows, byId } = useGridTable(columns, source, items, layout, shown)

  const { cursor, revealed } = selection
  const isInTable = cursor !== null && cursor < source.total
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that are added above the cursor do not scroll the table
  useEffect(() => {
    if (isInTable && revealed !== null) virtual.scrollToIndex(cursor, { align: 'auto' })
  }, [revealed, isInTable, virtual])
  useEffect(() => {
    if (shows !== '') virtual.scrollToOffset(0)
  }, [shows, virtual])
  useReportPages(source, items[0]?.index ?? 0, items.at(-1)?.index ?? 0, virtual.isScrolling)

  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | null>(null)
  const { done, copy, copySelected, exportAll } = useGridExport(props)
  const press = gridKeys({
    selection,
    total: source.total,
    pageRows: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 2),
    onOpen,
    onMenu: () => {
      const row = scroller.current?.querySelector('[data-cursor]')?.getBoundingClientRect()
      if (row !== undefined) setMenu({ x: row.left + 40, y: row.bottom })
    }
  })
  const copying: GridAction = { id: 'copy', name: 'Copy as TSV', keys: `${MOD} C`, isOff: selection.count === 0, run: copySelected }
  const exporting: GridAction = { id: 'export', name: 'Export all as TSV…', isOff: source.total === 0, run: exportAll }

  const sizes = headers.map(({ header, column }) => ({ size: header.getSize(), column }))
  const end = sizes.find(({ column }) => column.atEnd === true)
  const tracks = sizes.map(({ size, column }) => (column.grow === undefined ? `${size}px` : `minmax(${size}px, ${column.grow}fr)`))
  const style: Record<string, string> = { '--columns': [...tracks, `${CORNER}px`].join(' '), '--end': `${(end?.size ?? 0) + CORNER}px` }
  const scrolls = sizes.reduce((sum, { size }) => sum + size, CORNER) > width
  const isInView = items.some(({ index }) => index === cursor)
  return (
    <div className={classes.frame}>
      <div
        ref={scroller}
        className={classes.grid}
        role='grid'
        tabIndex={0}
        data-pane-entry={isPaneEntry ? '' : undefined}
        aria-label={name}
        aria-multiselectable
        aria-rowcount={source.total + 1}
        aria-colcount={headers.length}
        aria-busy={source.isBusy ?? false}
        aria-activedescendant={isInView ? `${id}-${cursor}` : undefined}
        data-scrolls={scrolls || undefined}
        style={style as CSSProperties}
        onKeyDown={press}
        onCopy={copy}
        onClick={event => {
          const index = indexAt(event)
          if (index !== null) selection.point(index, { extend: event.shiftKey, add: event.metaKey || event.ctrlKey, byKey: false })
        }}
        onDoubleClick={event => {
          const index = indexAt(event)
          if (index !== null) onOpen?.(index)
        }}
        onContextMenu={event => {
          event.preventDefault()
          const index = indexAt(event)
          if (index !== null && !selection.isSelected(index)) selection.point(index, { extend: false, add: false, byKey: false })
          setMenu({ x: event.clientX, y: event.clientY })
        }}
      >
        <div role='rowgroup' className={classes.head}>
          <div role='row' aria-rowindex={1} className={classes.headings}>
            {headers.map(({ header, column }, at) => {
              const isSorted = sort?.by === column.id
              return (
                <ColumnHeading
                  key={column.id}
                  name={column.name}
                  title={column.title}
                  className={headingClass(column)}
                  style={placeOf(column, at)}
                  sorted={isSorted ? (sort.descending ? 'descending' : 'ascending') : null}
                  onSort={
                    onSort === undefined || column.sorts !== true
                      ? null
                      : () => onSort({ by: column.id, descending: isSorted && !sort.descending })
                  }
                  size={header.getSize()}
                  least={header.column.columnDef.minSize ?? 0}
                  onSize={size => layout.keepWidths({ ...layout.widths, [column.id]: size })}
                  isResizing={header.column.getIsResizing()}
                  startResize={header.getResizeHandler()}
                />
              )
            })}
          </div>
        </div>
        <div role='rowgroup' className={classes.body} style={{ height: virtual.getTotalSize() }}>
          {rows.map((row, at) => {
            const { index } = row.original
            return (
              <GridRow
                key={row.id}
                id={`${id}-${index}`}
                row={row}
                FlexRender={table.FlexRender}
                columns={byId}
                start={items[at]?.start ?? 0}
                isCursor={index === cursor}
                isSelected={selection.isSelected(index)}
              />
            )
          })}
        </div>
      </div>
      {Number.isFinite(width) && (
        <CornerMenu
          name={name}
          left={width - CORNER}
          columns={columns}
          shown={shown}
          tooNarrow={tooNarrowFor(columns, layout, shown)}
          onVisible={layout.keepVisible}
          actions={[copying, exporting]}
        />
      )}
      <RowMenu
        name={`Actions for ${formatCounted(selection.count, 'selected row')}`}
        at={menu}
        onClose={() => setMenu(null)}
        actions={[...actions, copying, exporting]}
      />
      <Hidden isLive>{done}</Hidden>
    </div>
  )
}

function indexAt(event: MouseEvent): number | null {
  const row = event.target instanceof Element ? event.target.closest('[data-index]') : null
  return row === null ? null : Number(row.getAttribute('data-index'))
}

/** Reports the pages in view to the source, but not those that are only scrolled past. */
function useReportPages({ paging }: Pick<GridSource<unknown>, 'paging'>, first: number, last: number, isScrolling: boolean): void {
  const size = paging?.size ?? Number.POSITIVE_INFINITY
  const [firstPage, lastPage] = [Math.floor(first / size), Math.floor(last / size)]
  const latest = useRef({ isScrolling, onView: paging?.onView })
  latest.current = { isScrolling, onView: paging?.onView }
  useEffect(() => {
    const timer = setTimeout(() => latest.current.onView?.(firstPage, lastPage), latest.current.isScrolling ? PASSING : 0)
    return () => clearTimeout(timer)
  }, [firstPage, lastPage])
}
