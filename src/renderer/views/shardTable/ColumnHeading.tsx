/** The head of a column: sorts by it, and makes it wider or narrower by mouse or by Shift and the arrows. */

import type { CSSProperties } from 'react'
import { BareButton } from '../../ui/controls/Button.tsx'
import classes from './ShardGrid.module.css'
import type { ShardSort } from './useShardPages.ts'

const STEP = 16

export function ColumnHeading({
  name,
  className,
  style,
  by,
  sort,
  onSort,
  size,
  least,
  onSize,
  resizing,
  startResize
}: {
  readonly name: string
  readonly className: string | undefined
  readonly style: CSSProperties
  readonly by: ShardSort['by'] | null
  readonly sort: ShardSort
  readonly onSort: (sort: ShardSort) => void
  readonly size: number
  /** The smallest size. */
  readonly least: number
  readonly onSize: (size: number) => void
  readonly resizing: boolean
  readonly startResize: (event: unknown) => void
}) {
  const sorted = by !== null && sort.by === by
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: what it holds takes the focus
    <div
      role='columnheader'
      className={className}
      style={style}
      aria-sort={sorted ? (sort.descending ? 'descending' : 'ascending') : by === null ? undefined : 'none'}
    >
      {by === null ? (
        <span className={classes.title}>{name}</span>
      ) : (
        <BareButton
          className={classes.title}
          onClick={event => {
            event.stopPropagation()
            onSort({ by, descending: sorted ? !sort.descending : false })
          }}
          onKeyDown={event => {
            // The grid has the arrows; a heading only those with Shift.
            if (event.key === 'Tab') return
            event.stopPropagation()
            if (!event.shiftKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return
            event.preventDefault()
            onSize(Math.max(least, size + (event.key === 'ArrowLeft' ? -STEP : STEP)))
          }}
        >
          <span className={classes.titleText}>{name}</span>
          {sorted && (
            <svg width='8' height='8' viewBox='0 0 8 8' fill='currentColor' aria-hidden='true'>
              <path d={sort.descending ? 'M1 2h6L4 6.5z' : 'M1 6h6L4 1.5z'} />
            </svg>
          )}
        </BareButton>
      )}
      {/* The keys do the same on the heading itself. */}
      <span
        className={classes.handle}
        aria-hidden='true'
        data-resizing={resizing || undefined}
        onMouseDown={startResize}
        onTouchStart={startResize}
      />
    </div>
  )
}
