/** The server refuses every client except its own page on this machine, and serves nothing but the page. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readAssets } from '../../src/main/page/assets.ts'
import { type PageServer, startPageServer } from '../../src/main/server/pageServer.ts'
import { createService, type Service } from '../../src/main/service/index.ts'
import { SystemError } from '../../src/shared/model/errors.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { ask, cookieOf, send, upgradeHeaders } from './pageRequest.ts'

const SECRET = 'not for the page'
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws://HOST; " +
  "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

let service: Service
let server: PageServer
let other: PageServer
let cookie: string
let foreignCookie: string

/** A page with a file beside it that must not be served. */
async function start(port = 0, folder: string | null = null): Promise<PageServer> {
  const root = temporaryFolder()
  const page = join(root, 'page')
  mkdirSync(join(page, 'assets'), { recursive: true })
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>the page</title>')
  writeFileSync(join(page, 'assets', 'a.js'), 'export {}')
  writeFileSync(join(page, 'assets', 'a.css'), 'b {}')
  writeFileSync(join(page, 'assets', 'a.woff2'), 'font')
  writeFileSync(join(page, 'assets', 'a.unknown'), SECRET)
  writeFileSync(join(root, 'secret.html'), SECRET)
  symlinkSync(join(root, 'secret.html'), join(page, 'linked.html'))
  return startPageServer({ router: service.router, assets: await readAssets(page), port, folder, patienceMs: 500 })
}

beforeAll(async () => {
  service = createService({ dataFolder: temporaryFolder() })
  server = await start(0, '/data/my cache+1')
  other = await start()
  cookie = await cookieOf(server.port, server.url)
  foreignCookie = await cookieOf(other.port, other.url)
})

afterAll(async () => {
  await server.close()
  await other.close()
  await service.close()
})

const pathOf = ({ url }: PageServer): string => url.slice(new URL(url).origin.length)
const get = (path: string, headers: Record<string, string | string[]> = {}) =>
  ask(server.port, path, { headers: { Cookie: cookie, ...headers } })

describe('the token', () => {
  test('has 256 bits, and is different for each server', () => {
    const tokens = [server, other].map(({ url }) => new URL(url).searchParams.get('token') ?? '')
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(tokens[0]).not.toBe(tokens[1])
  })

  test('is exchanged for a cookie that scripts and other sites never see', async () => {
    const fresh = await start(0, '/data/my cache+1')
    const { status, headers, body } = await ask(fresh.port, pathOf(fresh))
    expect({ status, body, location: headers.location }).toEqual({ status: 303, body: '', location: '/#open=/data/my%20cache%2B1' })
    const [set = ''] = headers['set-cookie'] ?? []
    expect(set).toMatch(new RegExp(`^lewm-cache-${fresh.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`))
    expect(set).not.toContain(new URL(fresh.url).searchParams.get('token'))
    expect(headers['cache-control']).toBe('no-store')
    await fresh.close()
  })

  test('admits one browser, which may open its address again', async () => {
    const fresh = await start()
    // A link checker does not use it up.
    expect(await ask(fresh.port, pathOf(fresh), { method: 'HEAD' })).toMatchObject({ status: 403, headers: { 'content-length': '56' } })
    const headers = { Cookie: await cookieOf(fresh.port, fresh.url) }
    const second = await ask(fresh.port, pathOf(fresh))
    expect(second).toMatchObject({
      status: 403,
      body: 'This link has been used already. It works in one browser only. Start lewm-cache again for a new link.\n'
    })
    expect(second.headers['set-cookie']).toBeUndefined()
    const again = await ask(fresh.port, pathOf(fresh), { headers })
    expect(again).toMatchObject({ status: 303, headers: { location: '/' } })
    expect(again.headers['set-cookie']).toBeUndefined()
    expect(await ask(fresh.port, '/', { headers })).toMatchObject({ status: 200 })
    await fresh.close()
  })

  test.each([
    ['none', '/'],
    ['an empty one', '/?token='],
    ['a wrong one', `/?token=${'A'.repeat(43)}`],
    ['the correct one for another path', '/assets/a.js?token=RIGHT'],
    ['the one of another server', '/?token=OTHER']
  ])('%s is refused', async (_name, path) => {
    const [right, wrong] = [server, other].map(({ url }) => new URL(url).searchParams.get('token') ?? '')
    const { status, headers, body } = await ask(server.port, path.replace('RIGHT', right ?? '').replace('OTHER', wrong ?? ''))
    expect(status).toBe(403)
    expect(headers['set-cookie']).toBeUndefined()
    expect(body).toBe('This page needs the link printed by `lewm-cache serve`.\n')
  })
})

describe('the page', () => {
  test('has a policy that lets it connect to this server only', async () => {
    const { status, headers, body } = await get('/')
    expect(status).toBe(200)
    expect(body).toContain('the page')
    expect(headers).toMatchObject({
      'content-security-policy': POLICY.replace('HOST', `127.0.0.1:${server.port}`),
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin'
    })
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  test('connects to localhost if that is its address', async () => {
    const { status, headers } = await get('/', { Host: `localhost:${server.port}` })
    expect(status).toBe(200)
    expect(headers['content-security-policy']).toBe(POLICY.replace('HOST', `localhost:${server.port}`))
  })

  test.each([
    ['/assets/a.js', 'text/javascript; charset=utf-8'],
    ['/assets/a.css', 'text/css; charset=utf-8'],
    ['/assets/a.woff2', 'font/woff2']
  ])('%s is %s, and is sent once', async (path, type) => {
    const first = await get(path)
    expect(first.headers['content-type']).toBe(type)
    const again = await get(path, { 'If-None-Match': first.headers.etag ?? '' })
    expect({ status: again.status, body: again.body }).toEqual({ status: 304, body: '' })
    expect((await get(path, { 'If-None-Match': '"other"' })).status).toBe(200)
  })

  test('HEAD returns the same headers without the page', async () => {
    const { status, headers, body } = await ask(server.port, '/', { method: 'HEAD', headers: { Cookie: cookie } })
    expect({ status, body }).toEqual({ status: 200, body: '' })
    expect(headers['content-length']).toBe(String((await get('/')).body.length))
  })
})

describe('refuses', () => {
  test.each([
    ['/../secret.html'],
    ['/..%2fsecret.html'],
    ['/%2e%2e/secret.html'],
    ['/assets/../../secret.html'],
    ['/assets/..\\..\\secret.html'],
    ['//secret.html'],
    ['/linked.html'],
    ['/assets/a.unknown'],
    ['/assets/'],
    ['/assets'],
    ['/index.html%00.js'],
    ['/rpc'],
    ['http://127.0.0.1/secret.html'],
    ['*']
  ])('the path %s', async path => {
    const { status, body } = await get(path)
    expect(status).toBe(404)
    expect(body).not.toContain(SECRET)
  })

  test.each([
    ['another name', 'cache.example:PORT'],
    ['a name with the same prefix', '127.0.0.1.example:PORT'],
    ['no port', '127.0.0.1'],
    ['another port', '127.0.0.1:1'],
    ['another loopback address', '127.0.0.2:PORT'],
    ['a user before the name', 'x@127.0.0.1:PORT']
  ])('%s as the host', async (_name, host) => {
    const { status, headers } = await get('/', { Host: host.replace('PORT', String(server.port)) })
    expect(status).toBe(421)
    expect(headers['content-security-policy']).not.toContain('example')
  })

  test('two hosts in one request', async () => {
    const host = `Host: 127.0.0.1:${server.port}\r\n`
    expect(await send(server.port, `GET / HTTP/1.1\r\n${host}${host}Cookie: ${cookie}\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 4/
    )
    expect(await send(server.port, `GET / HTTP/1.1\r\nCookie: ${cookie}\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /)
  })

  test.runIf(process.platform === 'linux')('clients that connect to another address of this machine', async () => {
    // A process that can listen on every address can listen on this one as well.
    const free = createServer()
    const listening = new Promise<void>((resolve, reject) => free.once('error', reject).listen(server.port, '127.0.0.2', resolve))
    await expect(listening).resolves.toBeUndefined()
    await new Promise(resolve => free.close(resolve))
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s', async method => {
    const { status, headers } = await ask(server.port, '/', { method, headers: { Cookie: cookie } })
    expect(status).toBe(405)
    expect(headers.allow).toBe('GET, HEAD')
  })

  test.each([
    ['with a length', { 'Content-Length': '4' }],
    ['in chunks', { 'Transfer-Encoding': 'chunked' }],
    ['announced', { 'Content-Length': '4', Expect: '100-continue' }]
  ])('a body %s', async (_name, headers) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const reply = await send(server.port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nCookie: ${cookie}\r\n${lines.join('')}\r\n`)
    expect(reply).toMatch(/^HTTP\/1.1 413 /)
    expect(reply).not.toContain('the page')
  })

  test('huge headers, and slow ones', async () => {
    expect((await get('/', { 'X-Large': 'x'.repeat(10_000) })).status).toBe(431)
    expect(await send(server.port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n`)).toMatch(/^(HTTP\/1.1 408 |$)/)
  })

  test.each([
    ['nonsense', 'lewm-cache-PORT=nonsense'],
    ['an empty one', 'lewm-cache-PORT='],
    ['one with another name', 'other=VALUE'],
    ['the token itself', 'lewm-cache-PORT=TOKEN'],
    ['the one of another server with the same name', 'lewm-cache-PORT=OTHER']
  ])('%s as a cookie', async (_name, given) => {
    const foreign = foreignCookie.split('=')[1] ?? ''
    const replaced = given
      .replace('PORT', String(server.port))
      .replace('VALUE', cookie.split('=')[1] ?? '')
      .replace('TOKEN', new URL(server.url).searchParams.get('token') ?? '')
      .replace('OTHER', foreign)
    expect((await ask(server.port, '/', { headers: { Cookie: replaced } })).status).toBe(403)
  })

  test.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }, 403],
    ['another port of this machine', { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' }, 403],
    ['another origin', { Origin: 'http://localhost:1' }, 403],
    ['a page without an origin', { Origin: 'null' }, 403]
  ])('the requests of a page on %s', async (_name, headers, status) => {
    expect((await get('/assets/a.js', headers)).status).toBe(status)
  })

  test('but not a link to it, nor the requests of its own page', async () => {
    expect((await get('/', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' })).status).toBe(200)
    expect((await get('/assets/a.js', { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' })).status).toBe(200)
  })
})

describe('an upgrade', () => {
  const origin = () => `http://127.0.0.1:${server.port}`
  const upgrade = (headers: Record<string, string>, path = '/rpc') => ask(server.port, path, { headers })

  test('from the own page with the cookie is accepted', async () => {
    expect((await upgrade(upgradeHeaders(origin(), cookie))).status).toBe(101)
  })

  test('is refused without the cookie, and with another one', async () => {
    expect((await upgrade(upgradeHeaders(origin(), null))).status).toBe(403)
    expect((await upgrade(upgradeHeaders(origin(), `${cookie}x`))).status).toBe(403)
    expect((await upgrade(upgradeHeaders(origin(), foreignCookie))).status).toBe(403)
  })

  test('is refused from every other origin, and without one', async () => {
    const origins = [
      'https://cache.example',
      'null',
      `http://127.0.0.1:${other.port}`,
      `https://127.0.0.1:${server.port}`,
      'http://127.0.0.1'
    ]
    for (const from of [...origins, `http://localhost:${server.port}`, null]) {
      expect((await upgrade(upgradeHeaders(from, cookie))).status, String(from)).toBe(403)
    }
  })

  test('is refused with another host name', async () => {
    const host = `cache.example:${server.port}`
    expect((await upgrade({ ...upgradeHeaders(`http://${host}`, cookie), Host: host })).status).toBe(421)
  })

  test('is refused for anything but a WebSocket at its path', async () => {
    expect((await upgrade(upgradeHeaders(origin(), cookie), '/')).status).toBe(404)
    expect((await upgrade(upgradeHeaders(origin(), cookie), '/rpc/..')).status).toBe(404)
    expect((await upgrade({ ...upgradeHeaders(origin(), cookie), Upgrade: 'h2c' })).status).toBe(400)
    const posted = await ask(server.port, '/rpc', { method: 'POST', headers: upgradeHeaders(origin(), cookie) })
    expect(posted.status).toBe(405)
  })
})

test('a port that is in use is reported as a system error', async () => {
  await expect(start(server.port)).rejects.toThrow(SystemError)
  await expect(start(server.port)).rejects.toThrow(/^cannot listen on 127\.0\.0\.1:\d+: /)
})
