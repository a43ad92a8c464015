/** The response to each request: the page for the holder of the cookie, and a short refusal for all others. */
import type { Assets } from '../page/assets.ts'
import type { Access } from './access.ts'
import type { RequestHead } from './requestHead.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
  /** Whether the request was authorized. Other connections are closed after the response. */
  readonly isKnown: boolean
}

/** The page reads the folder to open from this: `#open=/data/cache`. */
function pageLocation(folder: string | null): string {
  return folder === null ? '/' : `/#open=${encodeURIComponent(folder).replaceAll('%2F', '/')}`
}

/** @param folder the absolute path of the folder that the page opens first */
export function answerTo(head: RequestHead, access: Access, assets: Assets, folder: string | null): Answer {
  const refusal = refusalOf(head, access)
  if (refusal !== null) return refusal
  const [path = '', query = ''] = head.target.split('?', 2)
  const isKnown = access.isKnown(head)
  // Link checkers use HEAD, which must not use up the token.
  const token = path === '/' && head.method === 'GET' ? new URLSearchParams(query).get('token') : null
  const exchanged = token === null ? null : access.exchange(token)
  if (exchanged !== null && (exchanged !== 'spent' || isKnown)) {
    const headers = { Location: pageLocation(folder), 'Cache-Control': 'no-store' }
    const withCookie = exchanged === 'spent' ? headers : { ...headers, 'Set-Cookie': exchanged.cookie }
    return { status: 303, headers: withCookie, body: '', isKnown: true }
  }
  if (exchanged === 'spent')
    return refused(403, 'This link has been used already. It works in one browser only. Start lewm-cache again for a new link.')
  if (!isKnown) return refused(403, 'This page needs the link printed by `lewm-cache serve`.')
  const asset = assets.get(path)
  if (asset === undefined) return { ...refused(404, 'Not found.'), isKnown }
  const { type, etag, bytes } = asset
  // The page names its scripts by their contents, so they can be cached as long as they are unchanged.
  const headers = { 'Cache-Control': path === '/' || path === '/index.html' ? 'no-store' : 'private, no-cache', ETag: etag }
  if (head.header('if-none-match') === etag) return { status: 304, headers, body: '', isKnown }
  return { status: 200, headers: { ...headers, 'Content-Type': type }, body: bytes, isKnown }
}

/** Why a request is refused regardless of its path; null if it is not. */
function refusalOf(head: RequestHead, access: Access): Answer | null {
  if (head.isAmbiguous) return refused(400, 'A header was sent twice.')
  if (access.hostOf(head) === null) {
    return refused(421, 'This server responds only to 127.0.0.1 and localhost with its own port. Forward the same port number.')
  }
  if (head.method !== 'GET' && head.method !== 'HEAD') return refused(405, 'Only GET and HEAD are allowed.', { Allow: 'GET, HEAD' })
  if (hasBody(head)) return refused(413, 'A request body is not allowed.')
  if (!access.isOurs(head)) return refused(403, 'Requests from another page are not allowed.')
  return null
}

function refused(status: number, sentence: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
    body: `${sentence}\n`,
    isKnown: false
  }
}

export function hasBody(head: RequestHead): boolean {
  return head.header('transfer-encoding') !== undefined || (head.header('content-length') ?? '0') !== '0'
}
