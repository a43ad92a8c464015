/** The answer to each request: the page for the holder of the cookie, and a short refusal for all others. */
import type { Assets } from '../page/assets.ts'
import type { Access } from './access.ts'
import type { RequestHead } from './requestHead.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
  /** Whether the request proved that it may come in. The connection of any other is closed after its answer. */
  readonly isKnown: boolean
}

/** How the page reads which folder it is to open: `#open=/data/cache`. */
function pageLocation(folder: string | null): string {
  return folder === null ? '/' : `/#open=${encodeURIComponent(folder).replaceAll('%2F', '/')}`
}

/** @param folder the absolute path of the folder that the page opens first */
export function answerTo(head: RequestHead, access: Access, assets: Assets, folder: string | null): Answer {
  const refusal = refusalOf(head, access)
  if (refusal !== null) return refusal
  const [path = '', query = ''] = head.target.split('?', 2)
  const isKnown = access.isKnown(head)
  // HEAD is how link checkers ask: the token stays for the person.
  const token = path === '/' && head.method === 'GET' ? new URLSearchParams(query).get('token') : null
  const exchanged = token === null ? null : access.exchange(token)
  if (exchanged !== null && (exchanged !== 'spent' || isKnown)) {
    const headers = { Location: pageLocation(folder), 'Cache-Control': 'no-store' }
    const withCookie = exchanged === 'spent' ? headers : { ...headers, 'Set-Cookie': exchanged.cookie }
    return { status: 303, headers: withCookie, body: '', isKnown: true }
  }
  if (exchanged === 'spent')
    return refused(403, 'This address was used before. It lets in one browser. Start lewm-cache again for a new address.')
  if (!isKnown) return refused(403, 'Open the address that lewm-cache has printed. It has the key to this page.')
  const asset = assets.get(path)
  if (asset === undefined) return { ...refused(404, 'There is nothing here.'), isKnown }
  const { type, etag, bytes } = asset
  // The page says which scripts are the right ones; those can be kept as long as they are still the same.
  const headers = { 'Cache-Control': path === '/' || path === '/index.html' ? 'no-store' : 'private, no-cache', ETag: etag }
  if (head.header('if-none-match') === etag) return { status: 304, headers, body: '', isKnown }
  return { status: 200, headers: { ...headers, 'Content-Type': type }, body: bytes, isKnown }
}

/** Why a request is refused whatever it asks for; null when it is not. */
function refusalOf(head: RequestHead, access: Access): Answer | null {
  if (head.isAmbiguous) return refused(400, 'A header was sent twice.')
  if (access.hostOf(head) === null) {
    return refused(421, 'This server answers only to 127.0.0.1 and localhost with its own port: forward the same port number.')
  }
  if (head.method !== 'GET' && head.method !== 'HEAD') return refused(405, 'Only GET and HEAD.', { Allow: 'GET, HEAD' })
  if (hasBody(head)) return refused(413, 'No body is accepted.')
  if (!access.isOurs(head)) return refused(403, 'Not from another page.')
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
