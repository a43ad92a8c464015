/** A table of any length with one current line. Only visible lines are rendered, and the keys move the current line. */
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react'
import classes from './DataGrid.module.css'
import type { Lines } from './useLines.ts'

export type Column = {
  readonly name: string
  /** Right-aligned. */
  readonly number?: boolean
  readonly title?: string
}

/** Widths of the columns, CSS pixels. */
export type Tracks = readonly number[]

function styleOf(tracks: Tracks): CSSProperties {
  // The last column takes the remaining width.
  const columns = tracks.map((width, at) => (at < tracks.length - 1 ? `${width}px` : `minmax(${width}px, 1fr)`)).join(' ')
  const variables: Record<string, string> = { '--columns': columns, '--least': `${tracks.reduce((sum, width) => sum + width, 0)}px` }
  return variables
}

/**
 * @param id prefix of the lines' ids
 * @param className sets `--columns`, the tracks of the grid, and `--least`, the width below which it scrolls
 * @param tracks the same for columns that are not known in advance
 * @param cells the cells of a line
 * @param onMove called when a key or a click changes the current line
 * @param onKey handles other keys
 */
export function DataGrid({
  id,
  name,
  className,
  tracks,
  columns,
  lines,
  cells,
  onMove,
  onKey
}: {
  readonly id: string
  readonly name: string
  readonly className: string
  readonly tracks?: Tracks
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
    <div className={`${classes.frame} ${className}`} style={tracks && styleOf(tracks)}>
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
