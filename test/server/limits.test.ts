/** A client that uses the server's time or memory without a valid request is disconnected. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PageServer, startPageServer } from '../../src/main/server/pageServer.ts'
import { createService, type Service } from '../../src/main/service/index.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { ask, cookieOf, upgradeHeaders } from './pageRequest.ts'

const PATIENCE_MS = 500
/** A loaded machine is slow, but not more tolerant. */
const LATEST_MS = 10_000

let service: Service
let server: PageServer
let cookie: string

beforeAll(async () => {
  service = createService({ dataFolder: temporaryFolder() })
  server = await startPageServer({ router: service.router, assets: new Map(), port: 0, folder: null, patienceMs: PATIENCE_MS })
  cookie = await cookieOf(server.port, server.url)
})

afterAll(async () => {
  await server.close()
  await service.close()
})

/** A connection, and its closing time in ms after it was made. */
async function open(): Promise<{ socket: Socket; closedAfter: Promise<number> }> {
  const socket = connect(server.port, '127.0.0.1')
  // Writing to a closed connection is part of the test.
  socket.on('error', () => undefined)
  socket.resume()
  const from = performance.now()
  const closedAfter = once(socket, 'close').then(() => performance.now() - from)
  await once(socket, 'connect')
  return { socket, closedAfter }
}

async function openLine(): Promise<{ socket: Socket; closedAfter: Promise<number>; answer: () => Buffer }> {
  const opened = await open()
  const parts: Buffer[] = []
  opened.socket.on('data', part => parts.push(part))
  const headers = { Host: `127.0.0.1:${server.port}`, ...upgradeHeaders(`http://127.0.0.1:${server.port}`, cookie) }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  opened.socket.write(`GET /rpc HTTP/1.1\r\n${lines.join('')}\r\n`)
  await expect.poll(() => Buffer.concat(parts).toString()).toContain('\r\n\r\n')
  return { ...opened, answer: () => Buffer.concat(parts.splice(0)) }
}

test.each([
  ['nothing at all', '', ''],
  ['an endless header', 'GET / HTTP/1.1\r\nX: ', 'x'],
  ['one header after another', 'GET / HTTP/1.1\r\n', 'X: x\r\n'],
  ['an incomplete call to upgrade', 'GET /rpc HTTP/1.1\r\nUpgrade: websocket\r\n', 'X: x\r\n']
])('a client that sends %s is disconnected in time', async (_name, first, drip) => {
  const { socket, closedAfter } = await open()
  socket.write(first)
  const dripping = setInterval(() => drip !== '' && socket.write(drip), 50)
  const ms = await closedAfter
  clearInterval(dripping)
  expect(ms).toBeGreaterThan(PATIENCE_MS * 0.8)
  expect(ms).toBeLessThan(LATEST_MS)
  expect((await ask(server.port, '/', { headers: { Cookie: cookie } })).status).toBe(404)
})

test('a frame that declares too large a size ends the connection before it has arrived', async () => {
  const { socket, closedAfter, answer } = await openLine()
  answer()
  const header = Buffer.alloc(14)
  header.set([0x81, 0x80 | 127])
  header.writeBigUInt64BE(64n * 2n ** 20n + 1n, 2)
  socket.write(header)
  await closedAfter
  const [first, , ...code] = answer()
  expect(first).toBe(0x88)
  expect(Buffer.from(code.slice(0, 2)).readUInt16BE()).toBe(1009)
})

test('frames that are too large together end the connection', async () => {
  const { socket, closedAfter, answer } = await openLine()
  answer()
  const part = Buffer.alloc(8 * 2 ** 20 + 14)
  part.set([0x00, 0x80 | 127])
  part.writeBigUInt64BE(8n * 2n ** 20n, 2)
  let ended = false
  void closedAfter.then(() => {
    ended = true
  })
  for (let at = 0; at < 9 && !ended; at++) {
    part[0] = at === 0 ? 0x01 : 0x00
    await new Promise<void>(resolve => socket.write(Buffer.from(part), () => resolve()))
  }
  await closedAfter
  expect(ended).toBe(true)
})

test.each([
  ['a frame without a mask', [0x81, 0x01, 0x78]],
  ['a frame of an unknown kind', [0x83, 0x80, 0, 0, 0, 0]],
  ['a compressed frame', [0xc1, 0x80, 0, 0, 0, 0]],
  ['invalid text', [0x81, 0x81, 0, 0, 0, 0, 0xff]]
])('%s ends the connection', async (_name, bytes) => {
  const { socket, closedAfter } = await openLine()
  socket.write(Uint8Array.from(bytes))
  expect(await closedAfter).toBeLessThan(LATEST_MS)
})

test('the 65th connection is refused, and accepted when another one has ended', async () => {
  const lines = []
  for (let i = 0; i < 64; i++) lines.push(await openLine())
  const headers = upgradeHeaders(`http://127.0.0.1:${server.port}`, cookie)
  expect((await ask(server.port, '/rpc', { headers })).status).toBe(503)
  for (const { socket } of lines) socket.destroy()
  await expect.poll(async () => (await ask(server.port, '/rpc', { headers })).status).toBe(101)
})
