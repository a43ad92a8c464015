/** How wide the content of an element can be, kept up with every change of its size. */
import { type RefObject, useEffect, useState } from 'react'

/** CSS pixels without the scrollbar; infinite until it was measured. */
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
