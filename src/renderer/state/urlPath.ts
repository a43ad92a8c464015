/** The open folder stands in the page's address as `#open=/path`, so that a reload or a link shows the same cache. */

/** The folder that a fragment such as `#open=%2Fdata%2Fcache` asks for; null when it asks for none. */
export function pathOfFragment(fragment: string): string | null {
  const path = new URLSearchParams(fragment.replace(/^#/, '')).get('open')
  return path === null || path === '' ? null : path
}

/** The fragment that asks for a folder. */
export function fragmentOfPath(path: string): string {
  return `#${new URLSearchParams({ open: path })}`
}

/** The folder that the page's address asks for. */
export function pathInUrl(): string | null {
  return pathOfFragment(location.hash)
}

/** Puts a folder into the page's address, or takes it out, without a step in the browser's history. */
export function keepPathInUrl(path: string | null): void {
  history.replaceState(null, '', `${location.pathname}${location.search}${path === null ? '' : fragmentOfPath(path)}`)
}
