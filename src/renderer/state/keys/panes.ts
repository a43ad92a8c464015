/** Where the keys are: walking the panes with F6 (each is an element with `data-pane`, in the order of the page), and staying in one. */

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

function entryOf(pane: HTMLElement, marks = ENTRY): HTMLElement | null {
  const entry = [...pane.querySelectorAll<HTMLElement>(marks)].find(isShown)
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
    else if (hasMarked(pane)) {
      later.disconnect()
      entryOf(pane)?.focus()
    }
  })
  let first: Element | null = null
  const frame = requestAnimationFrame(() => {
    first = entryOf(pane)
    entryOf(pane)?.focus()
    if (!hasMarked(pane)) later.observe(pane, { subtree: true, childList: true })
  })
  return () => {
    cancelAnimationFrame(frame)
    later.disconnect()
  }
}

function hasMarked(pane: HTMLElement, marks = ENTRY): boolean {
  return [...pane.querySelectorAll<HTMLElement>(marks)].some(isShown)
}

/** Whether an element can have the focus still: it is there, in sight and not off. */
export function holdsFocus(element: Element): boolean {
  return element.isConnected && !element.matches(':disabled') && !(element instanceof HTMLElement && !isShown(element))
}

/** Whether the keys lead nowhere: what had the focus is gone, out of sight or off. */
export function isFocusLost(): boolean {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body || !holdsFocus(activeElement)
}

/**
 * Focuses what had the focus, or what is nearest to where that was: the closest table, tree or list, where who presses Enter once more
 * has done nothing; else what its pane is entered by, else the centre.
 * @param way what had the focus and all that it was in, from the inside out
 * @returns ends the waiting for what may come later
 */
export function enterNear(way: readonly HTMLElement[]): () => void {
  const near = way.find(element => element.isConnected)
  const place =
    near !== undefined && near === way[0] && holdsFocus(near) ? near : (markedNear(near, ENTRY) ?? markedNear(near, '[role=listbox]'))
  if (place === null) return enterPane(near?.closest<HTMLElement>('[data-pane]')?.dataset.pane ?? 'centre')
  place.focus()
  return () => {}
}

/** What is marked and stands closest, in the same pane. */
function markedNear(element: HTMLElement | undefined, marks: string): HTMLElement | null {
  const pane = element?.closest('[data-pane]') ?? null
  for (let within = element ?? null; within !== null && pane?.contains(within); within = within.parentElement) {
    if (hasMarked(within, marks)) return entryOf(within, marks)
  }
  return null
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
