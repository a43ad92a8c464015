/** A `ref` for the current item of a list. It scrolls the item into view when it becomes current. */
export function scrollToIt(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}
