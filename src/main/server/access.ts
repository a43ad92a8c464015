/**
 * Who may talk to the server: whoever holds the token that was printed, from a page of this server, under a name that only this
 * machine has. The token is exchanged once for a cookie; both are 256 random bits, and comparing them takes the same time for all.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type Access = {
  /** Goes into the printed URL. */
  readonly token: string
  /** The value of `Set-Cookie` for whoever brought the right token; null for a wrong one. */
  grant(token: string): string | null
  /** The Host header when it names this server, else null: another name means that somebody's DNS points here. */
  hostOf(request: IncomingMessage): string | null
  /** Whether the request brings the cookie. */
  isKnown(request: IncomingMessage): boolean
  /** Whether the request was made by a page of this server (or by no page at all). */
  isOurs(request: IncomingMessage): boolean
}

/** @param port what the server listens on */
export function openAccess(port: number): Access {
  const token = secret()
  const session = secret()
  // Browsers send a cookie to every port of a host: two servers on one machine must not overwrite each other's.
  const cookie = `lewm-cache-${port}`
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const hostOf = (request: IncomingMessage): string | null => {
    const [host, ...more] = request.headersDistinct.host ?? []
    return host !== undefined && more.length === 0 && hosts.includes(host.toLowerCase()) ? host.toLowerCase() : null
  }
  return {
    token,
    hostOf,
    grant: given => (isSame(given, token) ? `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/` : null),
    isKnown: request => cookiesOf(request, cookie).some(value => isSame(value, session)),
    isOurs: request => {
      const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = request.headers
      if (origin !== undefined && origin !== `http://${hostOf(request)}`) return false
      // Another port of this machine is the same site with the same cookies, and yet not ours. Following a link to us is harmless.
      return site === undefined || site === 'same-origin' || site === 'none' || mode === 'navigate'
    }
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function cookiesOf(request: IncomingMessage, name: string): string[] {
  return (request.headers.cookie ?? '')
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
    .map(pair => pair.slice(name.length + 1))
}
