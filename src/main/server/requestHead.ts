/**
 * The head of a request, parsed from the header lines as sent. Node's own header objects are not used: they inherit names, so that a header
 * called `__proto__` or `constructor` makes `headersDistinct` throw.
 */
import type { IncomingMessage } from 'node:http'

export type RequestHead = {
  readonly method: string
  /** As in the request line, not decoded. */
  readonly target: string
  /** The value of a header by its lowercase name; undefined if it was not sent, or more than once. */
  header(name: string): string | undefined
  /** Whether a header that matters for security was sent more than once. */
  readonly isAmbiguous: boolean
}

/** Headers that identify the client and the request. Proxies and servers differ in which of two they use. */
const DECIDING = [
  'host',
  'origin',
  'cookie',
  'sec-fetch-site',
  'sec-fetch-mode',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'if-none-match'
]

export function readHead({ method = '', url = '', rawHeaders }: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders'>): RequestHead {
  const values = new Map<string, string[]>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]?.toLowerCase() ?? ''
    const value = rawHeaders[i + 1] ?? ''
    const before = values.get(name)
    if (before === undefined) values.set(name, [value])
    else before.push(value)
  }
  return {
    method,
    target: url,
    header: name => {
      const [value, ...more] = values.get(name) ?? []
      return more.length === 0 ? value : undefined
    },
    isAmbiguous: DECIDING.some(name => (values.get(name)?.length ?? 0) > 1)
  }
}
