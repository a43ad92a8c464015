/** Keyboard focus: F6 moves between panes (elements with `data-pane`, in page order), and the focus stays inside a pane. */

/** Marks the element that gets the focus when its pane is entered. Without it, the first focusable element gets it. */
const ENTRY = '[data-pane-entry]'
const FOCUSABLE = [
  'a[href]',
  'button:not(:disabled)',
  'input:not(:disabled)',
  'select',
  'textarea',
  '[tabindex="0"]:not([role=tab])',
  // In a list of tabs it is the current one, even if another tab had the focus last.
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
 * Focuses the entry element of a pane in the next frame. The marked element may appear later, such as rows that are still loading. Then the
 * focus moves there, unless it has already left the first control of the pane.
 * @returns stops the waiting
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

/** Whether an element can still have the focus: it exists, is visible and is enabled. */
export function holdsFocus(element: Element): boolean {
  return element.isConnected && !element.matches(':disabled') && !(element instanceof HTMLElement && !isShown(element))
}

/** Whether the focus is lost, because its element is gone, hidden or disabled. */
export function isFocusLost(): boolean {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body || !holdsFocus(activeElement)
}

/**
 * Focuses the last focused element or the element nearest to it. That is the closest table, tree or list, where pressing Enter again
 * changes nothing. Otherwise it focuses the entry of the pane, or else the centre.
 * @param way the last focused element and its ancestors, from the inside out
 * @returns stops the waiting for an element that may appear later
 */
export function enterNear(way: readonly HTMLElement[]): () => void {
  const near = way.find(element => element.isConnected)
  const place =
    near !== undefined && near === way[0] && holdsFocus(near)
      ? near
      : (markedNear(near, ENTRY) ?? markedNear(near, '[role=listbox], [role=grid]'))
  if (place === null) return enterPane(near?.closest<HTMLElement>('[data-pane]')?.dataset.pane ?? 'centre')
  place.focus()
  return () => {}
}

/** The nearest marked element in the same pane. */
function markedNear(element: HTMLElement | undefined, marks: string): HTMLElement | null {
  const pane = element?.closest('[data-pane]') ?? null
  for (let within = element ?? null; within !== null && pane?.contains(within); within = within.parentElement) {
    if (hasMarked(within, marks)) return entryOf(within, marks)
  }
  return null
}

/** Focuses the next (1) or previous (−1) pane that has a focusable element. */
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
