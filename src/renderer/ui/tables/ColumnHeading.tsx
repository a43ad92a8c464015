/** The heading of a column. It sorts by the column, and changes its width by mouse or with Shift and the arrow keys. */
import type { CSSProperties, KeyboardEvent } from 'react'
import { BareButton } from '../controls/Button.tsx'
import classes from './DataGrid.module.css'

const STEP = 16

export function ColumnHeading({
  name,
  title,
  className,
  style,
  sorted,
  onSort,
  size,
  least,
  onSize,
  isResizing,
  startResize
}: {
  readonly name: string
  readonly title?: string | undefined
  readonly className: string | undefined
  readonly style: CSSProperties
  /** Null if the table is not sorted by this column. */
  readonly sorted: 'ascending' | 'descending' | null
  /** Null for a column that does not sort. */
  readonly onSort: (() => void) | null
  readonly size: number
  /** The smallest size. */
  readonly least: number
  readonly onSize: (size: number) => void
  readonly isResizing: boolean
  readonly startResize: (event: unknown) => void
}) {
  const press = (event: KeyboardEvent): void => {
    // Arrow keys move in the grid. With Shift they belong to the heading.
    if (event.key === 'Tab') return
    event.stopPropagation()
    if (!event.shiftKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return
    event.preventDefault()
    onSize(Math.max(least, size + (event.key === 'ArrowLeft' ? -STEP : STEP)))
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: its button takes the focus
    <div role='columnheader' className={className} style={style} title={title} aria-sort={onSort === null ? undefined : (sorted ?? 'none')}>
      {onSort === null ? (
        <span className={classes.title}>
          <span className={classes.titleText}>{name}</span>
        </span>
      ) : (
        <BareButton
          className={classes.title}
          onClick={event => {
            event.stopPropagation()
            onSort()
          }}
          onKeyDown={press}
        >
          <span className={classes.titleText}>{name}</span>
          {sorted !== null && (
            <svg width='8' height='8' viewBox='0 0 8 8' fill='currentColor' aria-hidden='true'>
              <path d={sorted === 'descending' ? 'M1 2h6L4 6.5z' : 'M1 6h6L4 1.5z'} />
            </svg>
          )}
        </BareButton>
      )}
      {/* The keys do the same on the button. */}
      <span
        className={classes.handle}
        aria-hidden='true'
        data-resizing={isResizing || undefined}
        onMouseDown={startResize}
        onTouchStart={startResize}
      />
    </div>
  )
}
