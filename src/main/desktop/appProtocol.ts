/** The page has an address of its own and nothing else has one: what is asked for is looked up in a table, and no path leads to the disk. */
import { readFile } from 'node:fs/promises'
import { app, protocol } from 'electron'
import type { AssetFiles } from '../page/assets.ts'
import { securityHeaders } from '../page/securityHeaders.ts'
import { DEV_PAGE } from './devPage.ts'

/**
 * `lewm://app/`. A scheme can only be announced before Electron is ready; a runtime that loads us later (one that is no stock Electron)
 * gets the same table under a name of https that exists nowhere (RFC 6761) and that is never asked of a network.
 */
export const PAGE_URL = app.isReady() ? 'https://lewm-app.invalid/' : 'lewm://app/'

const { protocol: schemeWithColon, host: pageHost } = new URL(PAGE_URL)
const scheme = schemeWithColon.slice(0, -1)

/** What has to be done before Electron is ready. */
export function announceScheme(): void {
  if (app.isReady()) return
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
}

/** Answers the page's address in the default session. */
export function serveApp(assets: AssetFiles): void {
  protocol.handle(scheme, async ({ url, method }) => {
    const { host, pathname, search } = new URL(url)
    if (DEV_PAGE !== null) return fetch(new URL(`${pathname}${search}`, DEV_PAGE))
    const asset = host === pageHost && method === 'GET' ? assets.get(pathname) : undefined
    const headers = securityHeaders(null)
    if (asset === undefined) {
      return new Response('There is nothing here.\n', { status: 404, headers: { ...headers, 'Content-Type': 'text/plain' } })
    }
    // Read when it is asked for, which is once: kept, it would be a megabyte for nothing.
    return new Response(new Uint8Array(await readFile(asset.file)), { headers: { ...headers, 'Content-Type': asset.type } })
  })
}

/** Whether an address is the page's own, with whatever fragment. */
export function isPageUrl(url: string): boolean {
  return url === PAGE_URL || url.startsWith(`${PAGE_URL}#`)
}
