/** Nothing leaves the machine: the system calls of a served inspector name no other host while a page loads it and verifies a cache. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Contract } from '../../src/shared/contract/index.ts'
import { startLewmCache } from '../cli/lewmCache.ts'
import { describeWith } from '../support/capabilities.ts'
import { abroad, networkTrace } from '../support/networkTrace.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { ask, cookieOf } from './pageRequest.ts'

describeWith('strace', 'the served inspector', strace => {
  test('contacts no other host while a page loads it and verifies a cache', async () => {
    const root = referenceCache('healthy')
    const file = join(temporaryFolder(), 'trace')
    const child = startLewmCache(['serve', root], { under: [strace, ...networkTrace(file)] })
    const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.setEncoding('utf8').once('data', (line: string) => resolve(line.trim()))
      child.once('close', code => reject(new Error(`serve ended with ${code}`)))
    })
    const { port, origin } = new URL(url)
    const Cookie = await cookieOf(Number(port), url)
    const page = await ask(Number(port), '/', { headers: { Cookie } })
    for (const [, path = ''] of page.body.matchAll(/(?:src|href)="\.?(\/[^"]+)"/g)) {
      expect((await ask(Number(port), path, { headers: { Cookie } })).status, path).toBe(200)
    }
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { origin, headers: { Cookie } })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ websocket: socket }))
    const { cacheId } = await client.caches.open({ path: root })
    const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' } })
    for await (const event of await client.jobs.attach({ jobId })) if (event.type === 'end') expect(event.end.outcome).toBe('done')
    // A traced process that writes to a file does not receive Ctrl-C.
    process.kill((await client.program.info()).pid, 'SIGINT')
    await ended
    const trace = readFileSync(file, 'utf8')
    // The trace is valid: it contains the server's own socket.
    expect(trace).toMatch(/bind\(\d+, \{sa_family=AF_INET, sin_port=htons\(0\), sin_addr=inet_addr\("127\.0\.0\.1"\)/)
    expect(abroad(trace)).toEqual([])
  })

  test('would be detected', async () => {
    const line = '1 connect(20, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = -1 EINPROGRESS'
    expect(abroad(`${line}\n1 connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0`)).toEqual([line])
  })
})
