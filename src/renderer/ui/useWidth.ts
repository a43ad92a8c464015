/** The available width of an element's content, updated whenever it changes. */
import { type RefObject, useEffect, useState } from 'react'

/** CSS pixels without the scrollbar. Infinite until measured. */
export function useWidth(of: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY)
  useEffect(() => {
    const element = of.current
    if (element === null) return
    const measure = new ResizeObserver(() => setWidth(element.clientWidth))
    measure.observe(element)
    return () => measure.disconnect()
  }, [of])
  return width
}
