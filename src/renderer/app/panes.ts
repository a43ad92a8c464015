/** Walking the panes with F6: each is an element with `data-pane`, in the order of the page. */

/** Marks what takes the focus when its pane is entered; without one it is the first thing that can. */
const ENTRY = '[data-pane-entry]'
const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex="0"]'

function isShown(element: HTMLElement): boolean {
  return element.offsetParent !== null && element.closest('[inert]') === null
}

function entryOf(pane: HTMLElement): HTMLElement | null {
  const entry = [...pane.querySelectorAll<HTMLElement>(ENTRY)].find(isShown)
  if (entry?.matches(FOCUSABLE)) return entry
  return [...(entry ?? pane).querySelectorAll<HTMLElement>(FOCUSABLE)].find(isShown) ?? null
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
