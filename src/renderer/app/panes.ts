/** Walking the panes with F6: each is an element with `data-pane`, in the order of the page. */

/** Marks what takes the focus when its pane is entered; without one it is the first thing that can. */
const ENTRY = '[data-pane-entry]'
const FOCUSABLE = [
  'a[href]',
  'button:not(:disabled)',
  'input:not(:disabled)',
  'select',
  'textarea',
  '[tabindex="0"]:not([role=tab])',
  // Of tabs it is the one that is shown, whichever had the focus last.
  '[role=tab][aria-selected=true]'
].join()

function isShown(element: HTMLElement): boolean {
  return element.offsetParent !== null && element.closest('[inert]') === null
}

function entryOf(pane: HTMLElement): HTMLElement | null {
  const entry = [...pane.querySelectorAll<HTMLElement>(ENTRY)].find(isShown)
  if (entry?.matches(FOCUSABLE)) return entry
  return [...(entry ?? pane).querySelectorAll<HTMLElement>(FOCUSABLE)].find(isShown) ?? null
}

/**
 * Focuses what a pane is entered by, with the next frame. What is marked for it may come later, as rows do that are being read:
 * the focus follows then, unless it has left the pane's first control by itself.
 * @returns ends the waiting
 */
export function enterPane(name: string): () => void {
  const pane = document.querySelector<HTMLElement>(`[data-pane=${name}]`)
  if (pane === null) return () => {}
  const later = new MutationObserver(() => {
    if (document.activeElement !== first && !isFocusLost()) later.disconnect()
    else if (hasEntry(pane)) {
      later.disconnect()
      entryOf(pane)?.focus()
    }
  })
  let first: Element | null = null
  const frame = requestAnimationFrame(() => {
    first = entryOf(pane)
    entryOf(pane)?.focus()
    if (!hasEntry(pane)) later.observe(pane, { subtree: true, childList: true })
  })
  return () => {
    cancelAnimationFrame(frame)
    later.disconnect()
  }
}

function hasEntry(pane: HTMLElement): boolean {
  return [...pane.querySelectorAll<HTMLElement>(ENTRY)].some(isShown)
}

/** Whether the keys lead nowhere: what had the focus is gone or out of sight. */
export function isFocusLost(): boolean {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body || (activeElement instanceof HTMLElement && !isShown(activeElement))
}

/** Focuses the next (1) or previous (−1) pane that has something to focus. */
export function walkPanes(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter(isShown)
  const at = panes.findIndex(pane => pane.contains(document.activeElement))
  for (let turn = 1; turn <= panes.length; turn++) {
    const index = at === -1 && step === -1 ? panes.length - turn : at + step * turn
    const pane = panes[((index % panes.length) + panes.length) % panes.length]
    const entry = pane === undefined ? null : entryOf(pane)
    if (entry === null) continue
    entry.focus()
    return
  }
}
