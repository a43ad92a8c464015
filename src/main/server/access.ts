/**
 * Decides which clients the server accepts: those with the printed token, from a page of this server, under a name that only this machine
 * has. The token is exchanged once for a cookie. Both are 256 random bits, compared in constant time.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { RequestHead } from './requestHead.ts'

export type Access = {
  /** Part of the printed URL. */
  readonly token: string
  /** The value of `Set-Cookie` for the correct token, the first time; `spent` after that; null for a wrong token. */
  exchange(token: string): { readonly cookie: string } | 'spent' | null
  /** The Host header if it names this server, else null: another name is a foreign DNS entry for this address. */
  hostOf(head: RequestHead): string | null
  /** Whether the request has the cookie. */
  isKnown(head: RequestHead): boolean
  /** Whether the request was made by a page of this server (or by no page at all). */
  isOurs(head: RequestHead): boolean
}

/** @param port of the server */
export function openAccess(port: number): Access {
  const token = secret()
  const session = secret()
  let spent = false
  // Browsers send a cookie to every port of a host. Two servers on one machine must not overwrite each other's cookie.
  const cookie = `lewm-cache-${port}`
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const hostOf = (head: RequestHead): string | null => {
    const host = head.header('host')?.toLowerCase()
    return host !== undefined && hosts.includes(host) ? host : null
  }
  return {
    token,
    hostOf,
    exchange: given => {
      if (!isSame(given, token)) return null
      if (spent) return 'spent'
      spent = true
      return { cookie: `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/` }
    },
    isKnown: head => cookiesOf(head, cookie).some(value => isSame(value, session)),
    isOurs: head => {
      const origin = head.header('origin')
      if (origin !== undefined && origin !== `http://${hostOf(head)}`) return false
      // Another port of this machine is the same site with the same cookies, but another server. Following a link to this server is
      // harmless.
      const site = head.header('sec-fetch-site')
      return site === undefined || site === 'same-origin' || site === 'none' || head.header('sec-fetch-mode') === 'navigate'
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

function cookiesOf(head: RequestHead, name: string): string[] {
  return (head.header('cookie') ?? '')
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
    .map(pair => pair.slice(name.length + 1))
}
