/** As the `ref` of what is at hand in a list: brings it into view when it becomes that. */
export function scrollToIt(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}
