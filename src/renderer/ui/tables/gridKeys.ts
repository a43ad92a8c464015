/** The keys of a table. */
import type { KeyboardEvent } from 'react'
import type { GridSelection } from './model/grid.ts'
import { lineAfterKey } from './model/lineAfterKey.ts'

export function gridKeys({
  selection,
  total,
  pageRows,
  onOpen,
  onMenu
}: {
  readonly selection: GridSelection<never> | GridSelection<unknown>
  readonly total: number
  /** How far Page Up and Page Down move. */
  readonly pageRows: () => number
  readonly onOpen: ((index: number) => void) | undefined
  readonly onMenu: () => void
}): (event: KeyboardEvent) => void {
  const { cursor, count, point, selectAll, selectNone } = selection
  return event => {
    const { key, shiftKey, altKey } = event
    const isCommand = event.ctrlKey || event.metaKey
    const next = altKey || isCommand ? null : lineAfterKey(key, cursor, total, pageRows())
    if (next !== null) point(next, { extend: shiftKey, add: false, byKey: true })
    else if (key === ' ' && cursor !== null) point(cursor, { extend: false, add: true, byKey: true })
    else if (key === 'Enter' && cursor !== null && onOpen !== undefined) onOpen(cursor)
    else if (isCommand && key.toLowerCase() === 'a') selectAll()
    else if (key === 'Escape' && count > 1) selectNone()
    else if (key === 'ContextMenu' || (shiftKey && key === 'F10')) onMenu()
    else return
    event.preventDefault()
  }
}
