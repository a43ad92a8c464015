/** Moves the focus to a nearby element when the focused one is removed, disabled or hidden. The browser would drop the focus. */
import { useEffect } from 'react'
import { enterNear, holdsFocus, isFocusLost } from './panes.ts'

const CHANGES = { subtree: true, childList: true, attributeFilter: ['disabled', 'hidden', 'inert'] }

/** Use it once, for the whole window. A focus that the user dropped by a click elsewhere stays dropped. */
export function useKeptFocus(): void {
  useEffect(() => {
    // The last focused element and its ancestors, from the inside out. Null if the user dropped the focus.
    let way: readonly HTMLElement[] | null = []
    let entering = (): void => {}
    let frame = 0
    const keep = (): void => {
      frame = 0
      if (!isFocusLost()) return
      const sheet = [...document.querySelectorAll<HTMLElement>('[role=dialog]')].at(-1)
      if (sheet !== undefined) sheet.focus()
      else if (way !== null) {
        entering()
        entering = enterNear(way)
      }
    }
    const look = (): void => {
      if (frame !== 0 || !isFocusLost()) return
      // A closing sheet or a new tab sets the focus itself, in the next frame.
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(keep)
      })
    }
    const come = ({ target }: FocusEvent): void => {
      // Sheets and menus are outside the root. When they close, the focus returns to its earlier place.
      if (target instanceof Element && target.closest('#root') !== null) way = wayOf(target)
    }
    const leave = ({ target, relatedTarget }: FocusEvent): void => {
      if (relatedTarget !== null) return
      // An element that is being removed is still in the document when it loses the focus.
      queueMicrotask(() => {
        if (target === way?.[0] && holdsFocus(way[0]) && document.activeElement === document.body) way = null
      })
    }
    const changes = new MutationObserver(look)
    changes.observe(document.body, CHANGES)
    document.addEventListener('focusin', come)
    document.addEventListener('focusout', leave)
    look()
    return () => {
      entering()
      cancelAnimationFrame(frame)
      changes.disconnect()
      document.removeEventListener('focusin', come)
      document.removeEventListener('focusout', leave)
    }
  }, [])
}

function wayOf(element: Element): readonly HTMLElement[] {
  const way: HTMLElement[] = []
  for (let each: Element | null = element; each !== null && each.id !== 'root'; each = each.parentElement) {
    if (each instanceof HTMLElement) way.push(each)
  }
  return way
}
