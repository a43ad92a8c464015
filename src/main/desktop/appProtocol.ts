/** Serves the page under its own address from a table of files, so that no path leads to the disk. No other address is served. */
import { readFile } from 'node:fs/promises'
import { app, protocol } from 'electron'
import type { AssetFiles } from '../page/assets.ts'
import { securityHeaders } from '../page/securityHeaders.ts'
import { DEV_PAGE } from './devPage.ts'

/**
 * `lewm://app/`. A scheme can only be registered before Electron is ready. A runtime that loads this module later (not a stock Electron)
 * serves the same table under an https name that does not exist (RFC 6761) and is never requested over a network.
 */
export const PAGE_URL = app.isReady() ? 'https://lewm-app.invalid/' : 'lewm://app/'

const { protocol: schemeWithColon, host: pageHost } = new URL(PAGE_URL)
const scheme = schemeWithColon.slice(0, -1)

/** Must be called before Electron is ready. */
export function announceScheme(): void {
  if (app.isReady()) return
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
}

/** Serves the page's address in the default session. */
export function serveApp(assets: AssetFiles): void {
  protocol.handle(scheme, async ({ url, method }) => {
    const { host, pathname, search } = new URL(url)
    if (DEV_PAGE !== null) return fetch(new URL(`${pathname}${search}`, DEV_PAGE))
    const asset = host === pageHost && method === 'GET' ? assets.get(pathname) : undefined
    const headers = securityHeaders(null)
    if (asset === undefined) {
      return new Response('Not found.\n', { status: 404, headers: { ...headers, 'Content-Type': 'text/plain' } })
    }
    // Read on request, which happens once. Keeping it would waste a megabyte.
    return new Response(new Uint8Array(await readFile(asset.file)), { headers: { ...headers, 'Content-Type': asset.type } })
  })
}

/** Whether an address is the page's own, with any fragment. */
export function isPageUrl(url: string): boolean {
  return url === PAGE_URL || url.startsWith(`${PAGE_URL}#`)
}
