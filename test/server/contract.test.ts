/** The contract over a WebSocket: values, binary data, typed errors, streams, and their end. */
import { createORPCClient, isDefinedError, safe } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type PageServer, startPageServer } from '../../src/main/server/pageServer.ts'
import { createService, type Service } from '../../src/main/service/index.ts'
import type { Contract } from '../../src/shared/contract/index.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { cookieOf } from './pageRequest.ts'

let service: Service
let server: PageServer
let cookie: string
const dataFolder = temporaryFolder()

beforeAll(async () => {
  service = createService({ dataFolder })
  server = await startPageServer({ router: service.router, assets: new Map(), port: 0, folder: null })
  cookie = await cookieOf(server.port, server.url)
})

afterAll(async () => {
  await server.close()
  await service.close()
})

async function connect(): Promise<{ client: ContractRouterClient<Contract>; socket: WebSocket; closed: Promise<void> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, {
    origin: `http://127.0.0.1:${server.port}`,
    headers: { Cookie: cookie }
  })
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return { client: createORPCClient(new RPCLink({ websocket: socket })), socket, closed }
}

test('answers, with numbers as bytes', async () => {
  const { client, socket } = await connect()
  expect(await client.program.info()).toMatchObject({ pid: process.pid, dataFolder })
  const { cacheId } = await client.caches.openSample({ damaged: false })
  for await (const { scan } of await client.caches.watch({ cacheId })) if (scan.state === 'done') break
  const { entries } = await client.shards.page({
    cacheId,
    scope: {},
    text: '',
    health: [],
    sort: { by: 'shardPath', descending: false },
    offset: 0,
    limit: 1
  })
  const map = await client.shards.heatMap({ cacheId, shardPath: entries[0]?.shardPath ?? '', width: 16, height: 8 })
  const blobs = Object.values(map).filter(value => value instanceof Blob)
  expect(blobs.length).toBeGreaterThan(0)
  for (const blob of blobs) expect(blob.size).toBeGreaterThan(0)
  socket.close()
})

test('returns errors by their code', async () => {
  const { client, socket } = await connect()
  const { error } = await safe(client.caches.open({ path: temporaryFolder() }))
  expect(isDefinedError(error) && error.code).toBe('INPUT.GENERIC')
  socket.close()
})

test('a message that names no call does not affect pending calls', async () => {
  const { client, socket } = await connect()
  const { cacheId } = await client.caches.openSample({ damaged: false })
  const stream = await client.caches.watch({ cacheId })
  expect((await stream.next()).value).toMatchObject({ cacheId })
  for (const message of ['{"p":{"u":"/program/info"}}', '{"i":null,"t":4}', '{"t":4}', '{', 'null', '[]', Buffer.from('{"t":4}')]) {
    const answer = client.jobs.list()
    socket.send(message)
    expect(await answer).toEqual([])
  }
  const ended = stream.next()
  await client.caches.close({ cacheId })
  // The stream existed until its cache was closed. It ends by itself, without an error.
  let next = await ended
  while (!next.done) next = await stream.next()
  socket.close()
})

test('a stream ends with the connection, and the connection with the server', async () => {
  const own = await connect()
  const { cacheId } = await own.client.caches.openSample({ damaged: false })
  const stream = await own.client.caches.watch({ cacheId })
  expect((await stream.next()).value).toMatchObject({ cacheId })
  const rest = (async () => {
    for await (const _summary of stream);
  })()
  await server.close()
  await own.closed
  await expect(rest).rejects.toThrow()
})
