/** Any message over a socket: nothing throws, nothing is written to the cache, and the next call is answered. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startPageServer } from '../../src/main/server/pageServer.ts'
import { createService } from '../../src/main/service/index.ts'
import { filesBelow } from '../core/cacheFiles.ts'
import { announce, random, SOAK, teller, times } from '../faults/extent.ts'
import { cookieOf } from '../server/pageRequest.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { fuzzedMessage } from './fuzzMessages.ts'
import { doJob, openWhole, type TestClient } from './testService.ts'

const MESSAGES = times(10_000, 100_000)
/** Number of messages sent before waiting for an answer. */
const AT_ONCE = 250
const STILL_HERE = '{"i":"still here","p":{"u":"/program/info","b":{}}}'

test('a socket takes any message', { timeout: SOAK ? 3_600_000 : 120_000 }, async () => {
  const dataFolder = temporaryFolder()
  const root = referenceCache('damaged')
  const service = createService({ dataFolder })
  const client: TestClient = createRouterClient(service.router)
  const { cacheId } = await openWhole(client, root)
  await doJob(client, cacheId, { kind: 'verify' })
  const [job] = await client.jobs.list()
  const { findings } = await client.findings({ cacheId })
  const known = { cacheId, root, jobId: job?.jobId ?? '', shardPath: findings[0]?.shardPath ?? '' }
  const before = filesBelow(root)
  const server = await startPageServer({ router: service.router, assets: new Map(), port: 0, folder: null })
  const cookie = await cookieOf(server.port, server.url)
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, {
    origin: `http://127.0.0.1:${server.port}`,
    headers: { Cookie: cookie }
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const bugs: string[] = []
  const sent = new Map<string, string>()
  const statuses = new Map<string, number>()
  let alive = (): void => undefined
  const lost = new Promise<never>((_resolve, reject) => socket.once('close', code => reject(new Error(`the line was closed: ${code}`))))
  lost.catch(() => undefined)
  socket.on('message', (data: Buffer) => {
    const text = data.toString()
    if (text.startsWith('{"i":"still here"')) return alive()
    if (text.includes('"code":"INTERNAL')) bugs.push(sent.get(/^\{"i":"(\d+)/.exec(text)?.[1] ?? '') ?? text)
    const status = /^\{"i":[^{]*"p":\{"s":(\d+)/.exec(text)?.[1] ?? '200'
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  })

  const chance = random()
  const say = teller('fuzzed messages', MESSAGES)
  for (let serial = 0; serial < MESSAGES; serial++) {
    const message = fuzzedMessage(chance, known, serial)
    sent.set(String(serial), message.slice(0, 1000).toString())
    socket.send(message)
    say()
    if (serial % AT_ONCE !== AT_ONCE - 1) continue
    const answered = new Promise<void>(resolve => {
      alive = resolve
    })
    socket.send(STILL_HERE)
    await Promise.race([answered, lost])
    sent.clear()
  }
  // Calls that were understood, refused and unknown: the messages got as far as intended.
  for (const status of ['200', '400', '404']) expect(statuses.get(status), status).toBeGreaterThan(MESSAGES / 100)
  expect(bugs).toEqual([])
  socket.removeAllListeners('close')
  await server.close()
  expect((await client.caches.summary({ cacheId })).root).toBe(root)
  await service.close()
  expect(filesBelow(root)).toEqual(before)
  const log = readFileSync(join(dataFolder, 'inspector.log'), 'utf8').trimEnd().split('\n')
  expect(log.filter(line => Object(JSON.parse(line)).level >= 50)).toEqual([])
  expect(Object.keys({})).toEqual([])
  announce({ 'fuzzed messages': MESSAGES })
})
