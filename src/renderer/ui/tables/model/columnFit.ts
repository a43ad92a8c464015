/** Which columns a table shows: those the user chose, or those that fit. Pure. */
import type { GridColumn, GridLayout } from './grid.ts'

type Visible = Readonly<Record<string, boolean>>
type Fit = Pick<GridColumn<never>, 'id' | 'hidden' | 'givesWay' | 'width'>

/** The columns before the user chooses. */
function firstVisible(columns: readonly Fit[]): Record<string, boolean> {
  return Object.fromEntries(columns.filter(({ hidden }) => hidden === true).map(({ id }) => [id, false]))
}

/**
 * The columns that a table of `width` px shows. Columns that the user chose are all shown, and the table scrolls.
 * Otherwise columns are hidden in the order of `givesWay` until the others fit.
 */
export function visibleColumns(
  columns: readonly Fit[],
  { visible, widths }: Pick<GridLayout, 'visible' | 'widths'>,
  width: number
): Visible {
  if (visible !== null) return visible
  const shown = firstVisible(columns)
  const needed = (): number => columns.reduce((sum, each) => (shown[each.id] === false ? sum : sum + (widths[each.id] ?? each.width)), 0)
  const inOrder = columns.filter(({ givesWay }) => givesWay !== undefined).toSorted((a, b) => (a.givesWay ?? 0) - (b.givesWay ?? 0))
  for (const { id } of inOrder) if (needed() > width) shown[id] = false
  return shown
}

/** Columns that are hidden only because the table is too narrow, in their order. */
export function tooNarrowFor(columns: readonly Fit[], layout: Pick<GridLayout, 'visible'>, shown: Visible): readonly string[] {
  const chosen = layout.visible ?? firstVisible(columns)
  return columns.filter(({ id }) => chosen[id] !== false && shown[id] === false).map(({ id }) => id)
}
