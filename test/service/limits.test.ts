/** The limits of the process also apply in the service's threads: reader threads, job threads, and its own. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { setLimits } from '../../src/main/core/index.ts'
import { type BridgeMessage, isBridgeMessage, portable } from '../../src/main/desktop/bridgedPort.ts'
import type { Contract } from '../../src/shared/contract/index.ts'
import { shardsOf } from '../core/cacheFiles.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { collect, endOf, faultOf, openTestService, openWhole } from './testService.ts'

afterEach(() => setLimits({}))

const RAISE = 'the limit is list=1; --read-limit or LEWM_CACHE_LIMITS raises it'

test.each([1, 2])('in a job with %i workers, and in queries about a shard', async workers => {
  const root = referenceCache('healthy')
  const [shardPath = ''] = shardsOf(root)
  setLimits({ listLength: 1 })
  const { client } = openTestService()
  const { cacheId } = await openWhole(client, root)
  const refused = await faultOf(client.shards.vector({ cacheId, shardPath, rowOffset: 0 }))
  expect(refused.message).toContain(RAISE)
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' }, workers })
  const end = endOf(await collect(await client.jobs.attach({ jobId })))
  if (end.outcome !== 'done' || end.report.kind !== 'verify') throw new Error(`ended as ${JSON.stringify(end)}`)
  const { over_limit } = end.report.report.byKind
  expect(over_limit).toBeGreaterThan(80)
  expect((await client.caches.summary({ cacheId })).health.unsupported).toBe(over_limit)
})

/** The window's service, as a separate process. */
function startProcess(limits: string): { client: ContractRouterClient<Contract>; complaints: () => string } {
  const entry = join(import.meta.dirname, '../../src/main/desktop/serviceProcess.ts')
  const child = fork(entry, [], {
    env: { PATH: process.env.PATH, LEWM_CACHE_DATA: temporaryFolder(), LEWM_CACHE_LIMITS: limits },
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc']
  })
  onTestFinished(() => {
    child.kill()
  })
  let complaints = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const { port1, port2 } = new MessageChannel()
  const send = (message: BridgeMessage): boolean => child.send(message)
  send({ kind: 'connect', port: 1 })
  port2.on('message', given => {
    const data = portable(given)
    if (data !== null) send({ kind: 'data', port: 1, data })
  })
  child.on('message', message => {
    if (isBridgeMessage(message) && message.kind === 'data') port2.postMessage(message.data)
  })
  onTestFinished(() => port1.close())
  return { client: createORPCClient(new RPCLink({ port: port1 })), complaints: () => complaints }
}

test("from the environment, in the window's process", async () => {
  const root = referenceCache('healthy')
  const [shardPath = ''] = shardsOf(root)
  const { client, complaints } = startProcess('list=1')
  const { cacheId } = await client.caches.open({ path: root })
  expect((await faultOf(client.shards.vector({ cacheId, shardPath, rowOffset: 0 }))).message).toContain(RAISE)
  expect(complaints()).toBe('')
})

test('an invalid limit there is reported, and the window uses its defaults', async () => {
  const root = referenceCache('healthy')
  const [shardPath = ''] = shardsOf(root)
  const { client, complaints } = startProcess('list=1,lists=2')
  const { cacheId } = await client.caches.open({ path: root })
  expect((await client.shards.vector({ cacheId, shardPath, rowOffset: 0 })).row.rowOffset).toBe(0)
  expect(complaints()).toContain('the limits are unchanged: $LEWM_CACHE_LIMITS: there is no limit "lists"; the limits are footer, ')
})
