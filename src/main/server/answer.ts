/** What each request is answered with: the page to whoever may have it, and a short refusal to everybody else. */
import type { IncomingMessage } from 'node:http'
import type { Assets } from '../page/assets.ts'
import type { Access } from './access.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
}

/** How the page reads which folder it is to open: `#open=/data/cache`. */
function pageLocation(folder: string | null): string {
  return folder === null ? '/' : `/#open=${encodeURIComponent(folder).replaceAll('%2F', '/')}`
}

/** @param folder the absolute path of what the page is to open first */
export function answerTo(request: IncomingMessage, access: Access, assets: Assets, folder: string | null): Answer {
  const refusal = refusalOf(request, access)
  if (refusal !== null) return refusal
  const [path = '', query = ''] = (request.url ?? '').split('?', 2)
  const token = path === '/' ? new URLSearchParams(query).get('token') : null
  const cookie = token === null ? null : access.grant(token)
  if (cookie !== null) {
    return { status: 303, headers: { Location: pageLocation(folder), 'Set-Cookie': cookie, 'Cache-Control': 'no-store' }, body: '' }
  }
  if (!access.isKnown(request)) return refused(403, 'Open the address that lewm-cache has printed: it holds the key to this page.')
  const asset = assets.get(path)
  if (asset === undefined) return refused(404, 'There is nothing here.')
  const { type, etag, bytes } = asset
  // The page says which scripts are the right ones; those can be kept as long as they are still the same.
  const headers = { 'Cache-Control': path === '/' || path === '/index.html' ? 'no-store' : 'private, no-cache', ETag: etag }
  if (request.headers['if-none-match'] === etag) return { status: 304, headers, body: '' }
  return { status: 200, headers: { ...headers, 'Content-Type': type }, body: bytes }
}

/** What is wrong with a request before it is asked what it wants; null when nothing is. */
function refusalOf(request: IncomingMessage, access: Access): Answer | null {
  if (access.hostOf(request) === null) {
    return refused(421, 'This server answers only to 127.0.0.1 and localhost with its own port: forward the same port number.')
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refused(405, 'Only GET and HEAD.', { Allow: 'GET, HEAD', Connection: 'close' })
  }
  if (hasBody(request)) return refused(413, 'No body is accepted.', { Connection: 'close' })
  if (!access.isOurs(request)) return refused(403, 'Not from another page.')
  return null
}

/** @param headers `Connection: close` where nobody reads what else is on the connection */
function refused(status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
    body: `${sentence}\n`
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0')
}
