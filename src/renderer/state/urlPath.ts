/** The open folder is part of the page's address, as `#open=/path`, so that a reload or a link shows the same cache. */

/** The folder in a fragment such as `#open=%2Fdata%2Fcache`. Null if it has none. */
export function pathOfFragment(fragment: string): string | null {
  const path = new URLSearchParams(fragment.replace(/^#/, '')).get('open')
  return path === null || path === '' ? null : path
}

/** The fragment for a folder. */
export function fragmentOfPath(path: string): string {
  return `#${new URLSearchParams({ open: path })}`
}

/** The folder in the page's address. */
export function pathInUrl(): string | null {
  return pathOfFragment(location.hash)
}

/** Writes a folder to the page's address, or removes it, without adding a step to the browser's history. */
export function keepPathInUrl(path: string | null): void {
  history.replaceState(null, '', `${location.pathname}${location.search}${path === null ? '' : fragmentOfPath(path)}`)
}
