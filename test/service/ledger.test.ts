/** The service and the ledger: shards that are only readable, and a moved cache. */
import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeShard } from '../../src/main/core/index.ts'
import { BLOCK, recordOf } from '../core/cacheFiles.ts'
import { makeManyShards } from '../support/manyShards.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { collect, doJob, EVERYTHING, faultOf, openTestService, openWhole } from './testService.ts'

const { client, dataFolder } = openTestService()

async function shardRows(cacheId: string) {
  const { entries } = await client.shards.page({ cacheId, ...EVERYTHING, offset: 0, limit: 100 })
  return entries
}

test('a shard that was fully read but has no digest is readable, not verified', async () => {
  const { cacheId } = await openWhole(client, referenceCache('healthy'))
  await doJob(client, cacheId, { kind: 'verify' })
  const { health } = await client.caches.summary({ cacheId })
  const verified = health.verified ?? 0
  expect(verified).toBeGreaterThan(90)
  const [first] = await shardRows(cacheId)
  const shardPath = first?.shardPath ?? ''
  // A moved shard loses its digest, because a later file at its path may be another shard.
  await doJob(client, cacheId, { kind: 'quarantine', shards: [shardPath], reason: 'to try' })
  await doJob(client, cacheId, { kind: 'restore', which: 'all' })
  expect((await client.caches.summary({ cacheId })).health).toEqual({ ...health, verified: verified - 1, readable: 1 })
  const [again] = await shardRows(cacheId)
  expect(again).toMatchObject({ shardPath, health: 'readable', findings: 0 })
  expect(again?.verifiedAtMs).toBe(first?.verifiedAtMs)
  await doJob(client, cacheId, { kind: 'verify', shards: [shardPath] })
  expect((await client.caches.summary({ cacheId })).health).toEqual(health)
})

test('a shard with a checksum on every page is verified without a digest', async () => {
  const root = temporaryFolder()
  const { shardPath } = await writeShard(root, { ...BLOCK, records: [recordOf(1)] })
  const { cacheId } = await openWhole(client, root)
  await doJob(client, cacheId, { kind: 'verify' })
  await doJob(client, cacheId, { kind: 'quarantine', shards: [shardPath], reason: 'to try' })
  await doJob(client, cacheId, { kind: 'restore', which: 'all' })
  expect(await shardRows(cacheId)).toMatchObject([{ shardPath, health: 'verified', findings: 0 }])
})

test('a moved cache keeps its verifications, and the log says so', async () => {
  const before = referenceCache('healthy')
  const after = join(temporaryFolder(), 'elsewhere')
  const first = await openWhole(client, before)
  await doJob(client, first.cacheId, { kind: 'verify' })
  const { health, lastVerifiedMs } = await client.caches.summary({ cacheId: first.cacheId })
  await client.caches.close({ cacheId: first.cacheId })
  renameSync(before, after)
  expect(await openWhole(client, after)).toMatchObject({ lastVerifiedMs, health: { verified: health.verified } })
  const remark = readFileSync(join(dataFolder, 'inspector.log'), 'utf8')
    .split('\n')
    .find(line => line.includes('this cache was moved'))
  expect(JSON.parse(remark ?? '')).toMatchObject({ root: after, before })
})

test.each([0, -1, 1.5, 257])('a job of %d workers is refused', async workers => {
  const { cacheId } = await openWhole(client, referenceCache('healthy'))
  const refused = await faultOf(client.jobs.start({ cacheId, request: { kind: 'verify' }, workers }))
  expect(refused.code).toBe('INPUT.GENERIC')
})

test.runIf(process.platform === 'linux')(
  'a job has the requested number of threads',
  async () => {
    const { cacheId } = await openWhole(client, makeManyShards(500))
    const threadsOf = async (workers: number): Promise<number> => {
      const before = threads()
      let most = 0
      const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' }, workers })
      const looking = setInterval(() => {
        most = Math.max(most, threads() - before)
      }, 10)
      await collect(await client.jobs.attach({ jobId }))
      clearInterval(looking)
      return most
    }
    const alone = await threadsOf(1)
    const six = await threadsOf(6)
    expect(six - alone).toBeGreaterThanOrEqual(5)
  },
  60_000
)

/** Of this process, started by anything. */
function threads(): number {
  return readdirSync('/proc/self/task').length
}
