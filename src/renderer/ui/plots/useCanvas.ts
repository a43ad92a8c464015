/** The environment of a canvas: the theme, its size, and the number of device pixels per CSS pixel. */
import { type RefObject, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Theme } from './colourMap.ts'

const DARK = '(prefers-color-scheme: dark)'

function followTheme(changed: () => void): () => void {
  const query = matchMedia(DARK)
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}

export function useTheme(): Theme {
  return useSyncExternalStore(followTheme, () => (matchMedia(DARK).matches ? 'dark' : 'light'))
}

/** In CSS pixels, with `ratio` device pixels each. */
export type Size = { readonly width: number; readonly height: number; readonly ratio: number }

/** An element's inner size. Null before layout. */
export function useSize<T extends HTMLElement>(): readonly [RefObject<T | null>, Size | null] {
  const ref = useRef<T>(null)
  const [size, setSize] = useState<Size | null>(null)
  // Before the first paint, so that it is not drawn in one size and then in another.
  useLayoutEffect(() => {
    const element = ref.current
    if (element === null) return
    const measure = (): void => {
      const next = { width: element.clientWidth, height: element.clientHeight, ratio: devicePixelRatio }
      setSize(old => (old !== null && old.width === next.width && old.height === next.height && old.ratio === next.ratio ? old : next))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    // A zoom or another screen changes the ratio, but not always the size.
    window.addEventListener('resize', measure)
    return () => {
      observer.disconnect()
      window.removeEventListener('resize', measure)
    }
  }, [])
  return [ref, size]
}

/** The size after it has been stable for a moment, so that a drag does not request a picture for every step. */
export function useSettled<T>(value: T, delayMs: number): T {
  const [settled, setSettled] = useState(value)
  const first = useRef(true)
  useEffect(() => {
    if (first.current && value !== null) {
      first.current = false
      setSettled(value)
      return
    }
    const timer = setTimeout(() => setSettled(value), delayMs)
    return () => clearTimeout(timer)
  }, [value, delayMs])
  return settled
}
