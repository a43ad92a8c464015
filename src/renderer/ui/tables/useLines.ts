/** The lines of a long list: which are visible, and where the keys move. */
import { useVirtualizer, type VirtualItem } from '@tanstack/react-virtual'
import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react'
import { lineAfterKey } from './lineAfterKey.ts'

/** The height of a line, CSS pixels. */
const LINE = 24

export type Lines = {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly items: readonly VirtualItem[]
  readonly count: number
  /** Height of all lines and of the content above them, CSS pixels. */
  readonly height: number
  /** The current line, null for none. */
  readonly at: number | null
  /** The line that a key moves to. Null for a key that does not move. */
  readonly afterKey: (event: KeyboardEvent) => number | null
}

/**
 * Scrolls the current line into view when it changes.
 * @param above lines that stay visible above the first one, such as headings
 */
export function useLines(count: number, at: number | null, above: number): Lines {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 12,
    paddingStart: above * LINE,
    scrollPaddingStart: above * LINE
  })
  useEffect(() => {
    if (at !== null && at < count) virtual.scrollToIndex(at, { align: 'auto' })
  }, [at, count, virtual])
  return {
    scroller,
    items: virtual.getVirtualItems(),
    count,
    height: virtual.getTotalSize(),
    at,
    afterKey: ({ key, altKey, ctrlKey, metaKey }) => {
      if (altKey || ctrlKey || metaKey) return null
      const shown = Math.floor((scroller.current?.clientHeight ?? LINE) / LINE)
      return lineAfterKey(key, at, count, Math.max(1, shown - above - 1))
    }
  }
}
