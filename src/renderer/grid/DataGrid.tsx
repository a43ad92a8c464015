/** A table of any number of lines with one at hand: only those in view are there, and the keys move in it. */
import type { KeyboardEvent, ReactNode } from 'react'
import classes from './DataGrid.module.css'
import type { Lines } from './useLines.ts'

export type Column = {
  readonly name: string
  /** Its content stands at the right. */
  readonly number?: boolean
  readonly title?: string
}

/**
 * @param id begins the lines' ids
 * @param className sets `--columns`, the tracks of the grid, and `--least`, the width below which it scrolls
 * @param cells the cells of a line
 * @param onMove the line at hand is another one, by a key or by a click
 * @param onKey what else the keys do
 */
export function DataGrid({
  id,
  name,
  className,
  columns,
  lines,
  cells,
  onMove,
  onKey
}: {
  readonly id: string
  readonly name: string
  readonly className: string
  readonly columns: readonly Column[]
  readonly lines: Lines
  readonly cells: (index: number) => ReactNode
  readonly onMove: (index: number, byKey: boolean) => void
  readonly onKey?: (event: KeyboardEvent) => void
}) {
  const { scroller, items, count, height, at, afterKey } = lines
  const press = (event: KeyboardEvent): void => {
    onKey?.(event)
    const next = afterKey(event)
    if (next === null) return
    event.preventDefault()
    onMove(next, true)
  }
  return (
    <div className={`${classes.frame} ${className}`}>
      <div ref={scroller} className={classes.scroller}>
        <table
          className={classes.grid}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table that keys move in is a grid
          role='grid'
          tabIndex={0}
          data-pane-entry=''
          aria-label={name}
          aria-rowcount={count + 1}
          aria-activedescendant={items.some(item => item.index === at) ? `${id}-${at}` : undefined}
          style={{ height }}
          onKeyDown={press}
        >
          <thead>
            <tr className={classes.header} aria-rowindex={1}>
              {columns.map(({ name: heading, number, title }) => (
                <th key={heading} scope='col' className={number === true ? classes.number : undefined} title={title}>
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map(({ index, start }) => (
              <tr
                key={index}
                id={`${id}-${index}`}
                className={classes.line}
                aria-rowindex={index + 2}
                aria-selected={index === at}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => onMove(index, false)}
              >
                {cells(index)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
