/** The keys lead on when what had the focus vanishes, is switched off or is hidden: the page by itself would leave them nowhere. */
import { useEffect } from 'react'
import { enterNear, holdsFocus, isFocusLost } from './panes.ts'

const CHANGES = { subtree: true, childList: true, attributeFilter: ['disabled', 'hidden', 'inert'] }

/** For the whole window, once. Where nothing has the focus because a press has put it away, that stays so. */
export function useKeptFocus(): void {
  useEffect(() => {
    // What had the focus last and all that it was in, from the inside out; null when it was put away.
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
      // Whoever knows better where it goes, as a sheet that closes or a tab that is shown, does so in the next frame.
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(keep)
      })
    }
    const come = ({ target }: FocusEvent): void => {
      // Sheets and menus lie outside: after them the focus is to be where it was before.
      if (target instanceof Element && target.closest('#root') !== null) way = wayOf(target)
    }
    const leave = ({ target, relatedTarget }: FocusEvent): void => {
      if (relatedTarget !== null) return
      // What is being removed is still there while it loses the focus.
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
