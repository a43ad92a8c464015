/** The page has an address of its own and nothing else has one: a table of files read once, so that nothing leads to the disk. */
import { app, protocol } from 'electron'
import type { Assets } from '../page/assets.ts'
import { securityHeaders } from '../page/securityHeaders.ts'

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
export function serveApp(assets: Assets): void {
  protocol.handle(scheme, ({ url, method }) => {
    const { host, pathname } = new URL(url)
    const asset = host === pageHost && method === 'GET' ? assets.get(pathname) : undefined
    const headers = securityHeaders(null)
    if (asset === undefined) {
      return new Response('There is nothing here.\n', { status: 404, headers: { ...headers, 'Content-Type': 'text/plain' } })
    }
    return new Response(asset.bytes, { headers: { ...headers, 'Content-Type': asset.type } })
  })
}

/** Whether an address is the page's own, with whatever fragment. */
export function isPageUrl(url: string): boolean {
  return url === PAGE_URL || url.startsWith(`${PAGE_URL}#`)
}
