/** Requests of another user on the machine: none gets in, none ends the server, none keeps it from answering the next one. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Assets } from '../../src/main/page/assets.ts'
import { type PageServer, startPageServer } from '../../src/main/server/pageServer.ts'
import { createService, type Service } from '../../src/main/service/index.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { ask, cookieOf, send, upgradeHeaders } from './pageRequest.ts'

let service: Service
let server: PageServer
let cookie: string
const bugs: unknown[] = []
/** For requests that cause a bug: reading the page's files fails. */
const asked: string[] = []

const ASSETS: Assets = new Map([['/', { type: 'text/html; charset=utf-8', etag: '"1"', bytes: Buffer.from('the page') }]])

beforeAll(async () => {
  service = createService({ dataFolder: temporaryFolder() })
  const assets = new Map(ASSETS)
  assets.get = path => {
    asked.push(path)
    if (path === '/bug') throw new Error('a bug')
    return ASSETS.get(path)
  }
  server = await startPageServer({ router: service.router, assets, port: 0, folder: null, onBug: bug => bugs.push(bug) })
  cookie = await cookieOf(server.port, server.url)
})

afterAll(async () => {
  await server.close()
  await service.close()
})

/** A request with these lines. The host and the end are added. */
function raw(lines: readonly string[], target = '/', method = 'GET'): Promise<string> {
  return send(server.port, [`${method} ${target} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, ...lines, '', ''].join('\r\n'))
}

async function stillAnswers(): Promise<void> {
  expect(await ask(server.port, '/', { headers: { Cookie: cookie } })).toMatchObject({ status: 200, body: 'the page' })
}

const INHERITED = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'isPrototypeOf']

describe('a header named like a property of every object', () => {
  test.each(INHERITED)('%s', async name => {
    const head = [`${name}: x`, `${name.toUpperCase()}: y`, 'Connection: close']
    expect(await raw(head)).toMatch(/^HTTP\/1\.1 403 /)
    expect(await raw([...head, 'Expect: 100-continue', 'Content-Length: 1'])).toMatch(/^HTTP\/1\.1 413 /)
    const upgrade = Object.entries(upgradeHeaders(`http://127.0.0.1:${server.port}`, null)).map(([key, value]) => `${key}: ${value}`)
    expect(await raw([...upgrade, `${name}: x`], '/rpc')).toMatch(/^HTTP\/1\.1 403 /)
    await stillAnswers()
  })

  test('from a page with the cookie changes nothing', async () => {
    const reply = await raw([`Cookie: ${cookie}`, ...INHERITED.map(name => `${name}: x`), 'Connection: close'])
    expect(reply).toMatch(/^HTTP\/1\.1 200 /)
    expect(reply).toMatch(/the page$/)
  })
})

test.each([
  ['Host', '127.0.0.1:PORT', '127.0.0.1:PORT'],
  ['Cookie', 'COOKIE', 'COOKIE'],
  ['Cookie', 'other=1', 'COOKIE'],
  ['Origin', 'http://127.0.0.1:PORT', 'https://cache.example'],
  ['Sec-Fetch-Site', 'same-origin', 'cross-site'],
  ['Content-Length', '0', '0'],
  ['If-None-Match', '"1"', '"1"']
])('%s twice (%s and %s) is refused', async (name, ...values) => {
  const host = [`Host: 127.0.0.1:${server.port}`, `Cookie: ${cookie}`].filter(line => !line.startsWith(`${name}:`))
  const twice = values.map(value => `${name}: ${value.replace('PORT', String(server.port)).replace('COOKIE', cookie)}`)
  const upgrade = Object.entries(upgradeHeaders(`http://127.0.0.1:${server.port}`, null)).map(([key, value]) => `${key}: ${value}`)
  for (const [target, more] of [
    ['/', []],
    ['/rpc', upgrade.filter(line => !line.startsWith(`${name}:`))]
  ] as const) {
    const lines = [`GET ${target} HTTP/1.1`, ...host, ...twice, ...more, ...(target === '/' ? ['Connection: close'] : []), '', '']
    expect(await send(server.port, lines.join('\r\n'))).toMatch(/^HTTP\/1\.1 400 /)
  }
})

test('a header after many others counts', async () => {
  const many = Array.from({ length: 400 }, (_, i) => `X-${i}: x`)
  const reply = await raw([`Cookie: ${cookie}`, ...many, 'Origin: https://cache.example', 'Connection: close'])
  expect(reply).toMatch(/^HTTP\/1\.1 403 /)
  expect(reply).toMatch(/Requests from another page are not allowed\.\n$/)
})

test.each([
  ['/%', 403],
  ['/%zz', 403],
  ['/%c0%ae%c0%ae/', 403],
  ['/?token=%', 403],
  ['/?token=%ff%fe', 403],
  ['/?token=a&token=b', 403],
  [`/?token=${'A'.repeat(7000)}`, 403],
  [`/${'a'.repeat(9000)}`, 431],
  ['//', 403],
  ['/?', 403],
  ['?', 400],
  ['*', 403],
  ['http://', 403],
  ['http://[::1', 403]
])('the target %s is refused with %i', async (target, status) => {
  expect(await raw(['Connection: close'], target)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  await stillAnswers()
})

test.each([
  ['CONNECT', 'CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n', /^$/],
  ['the greeting of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00', /^HTTP\/1\.1 400 /],
  ['HTTP/0.9', 'GET /\r\n\r\n', /^HTTP\/1\.1 421 /],
  ['an unknown method', 'GETT / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n', /^HTTP\/1\.1 4/],
  [
    'a length together with chunks',
    'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    /^HTTP\/1\.1 4/
  ],
  ['an invalid length', 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['another expectation', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-maybe\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 4/]
])('%s ends only its own connection', async (_name, text, reply) => {
  expect(await send(server.port, text)).toMatch(reply)
  await stillAnswers()
})

test('a request without the cookie does not share its connection', async () => {
  const request = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`
  const reply = await send(server.port, request.repeat(20))
  expect(reply.match(/^HTTP\/1\.1 403 /gm)).toHaveLength(1)
  expect(reply).toMatch(/^Connection: close\r$/m)
})

test('an upgrade with a body is refused', async () => {
  const headers = upgradeHeaders(`http://127.0.0.1:${server.port}`, cookie)
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  expect(await raw([...lines, 'Content-Length: 5'], '/rpc')).toMatch(/^HTTP\/1\.1 413 /)
  expect(await raw([...lines, 'Transfer-Encoding: chunked'], '/rpc')).toMatch(/^HTTP\/1\.1 413 /)
  await stillAnswers()
})

test('an upgrade ends if its peer closes its half', async () => {
  const socket = connect(server.port, '127.0.0.1')
  const headers = { Host: `127.0.0.1:${server.port}`, ...upgradeHeaders(`http://127.0.0.1:${server.port}`, cookie) }
  socket.end(
    `GET /rpc HTTP/1.1\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`
  )
  socket.resume()
  await once(socket, 'close')
  await stillAnswers()
})

test('a bug affects only the request that caused it, and is reported', async () => {
  expect(await raw([`Cookie: ${cookie}`], '/bug')).toBe('')
  expect(asked).toContain('/bug')
  expect(bugs).toEqual([new Error('a bug')])
  await stillAnswers()
})

describe('while other connections stay open', () => {
  const opened: Socket[] = []

  async function hold(count: number, from: (i: number) => string, text: string): Promise<void> {
    for (let i = 0; i < count; i++) {
      const socket = connect({ port: server.port, host: '127.0.0.1', localAddress: from(i) })
      socket.on('error', () => undefined)
      socket.resume()
      opened.push(socket)
      await once(socket, 'connect')
      socket.write(text)
    }
  }

  const isOpen = (socket: Socket): boolean => !socket.closed

  const fromHere = (): string => '127.0.0.1'
  /** Only on Linux does the machine have all of these addresses. */
  const fromMany = process.platform === 'linux' ? (i: number): string => `127.0.${i >> 6}.${2 + (i & 63)}` : fromHere
  const HELD: [name: string, from: (i: number) => string, text: string][] = [
    ['that send nothing', fromHere, ''],
    ['that send half a request', fromHere, 'GET / HTTP/1.1\r\nHost: x'],
    ['that send half an upgrade', fromHere, 'GET /rpc HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'],
    ['from many addresses', fromMany, 'GET / HTTP/1.1\r\nHost: x']
  ]
  test.each(HELD)('%s, the page is answered and its connections stay open', async (_name, from, text) => {
    const line = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, {
      origin: `http://127.0.0.1:${server.port}`,
      headers: { Cookie: cookie }
    })
    await once(line, 'open')
    await hold(600, from, text)
    await stillAnswers()
    expect((await ask(server.port, '/')).status).toBe(403)
    // An answered ping shows that the connection is open on both sides.
    line.ping()
    await once(line, 'pong')
    line.terminate()
    await expect.poll(() => opened.filter(isOpen).length).toBeLessThanOrEqual(256)
    expect(opened.filter(isOpen).length).toBeGreaterThan(0)
    for (const socket of opened.splice(0)) socket.destroy()
  })

  test('one address does not use up the connections of another', async () => {
    await hold(1, () => '127.0.0.5', 'GET / HTTP/1.1\r\nHost: x')
    const [first] = opened
    await hold(200, () => '127.0.0.6', '')
    await expect.poll(() => opened.filter(isOpen).length).toBeLessThanOrEqual(65)
    expect(first?.closed).toBe(false)
    for (const socket of opened.splice(0)) socket.destroy()
  })
})
