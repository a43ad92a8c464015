/** Whether the program has changed a cache is known after a restart, including changes from a terminal. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lastChange, reindexCache, verifyCache } from '../../../src/main/core/index.ts'
import { lewmCache } from '../../cli/lewmCache.ts'
import { filesBelow } from '../../core/cacheFiles.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { doJob, openTestService, openWhole } from '../testService.ts'

test('a cache that was changed before the restart is not shown as read-only', async () => {
  const root = referenceCache('healthy')
  const { client, service, dataFolder } = openTestService()
  const { cacheId, written } = await openWhole(client, root)
  expect(written).toBe(false)
  await doJob(client, cacheId, { kind: 'verify' })
  expect((await client.caches.summary({ cacheId })).written).toBe(false)
  await doJob(client, cacheId, { kind: 'reindex' })
  expect((await client.caches.summary({ cacheId })).written).toBe(true)
  await service.close()
  const { client: again } = openTestService(dataFolder)
  expect((await openWhole(again, root)).written).toBe(true)
  expect((await openWhole(again, referenceCache('healthy'))).written).toBe(false)
})

test('nor is one that was changed from a terminal, before or while it is open', async () => {
  const dataFolder = temporaryFolder()
  const env = { LEWM_CACHE_DATA: dataFolder }
  const [before, during] = [referenceCache('healthy'), referenceCache('healthy')]
  const { client } = openTestService(dataFolder)
  const { cacheId, written } = await openWhole(client, during)
  expect(written).toBe(false)
  for (const root of [before, during]) expect((await lewmCache(['reindex', '--cache', root], { env })).code).toBe(0)
  expect((await openWhole(client, before)).written).toBe(true)
  await doJob(client, cacheId, { kind: 'verify' })
  expect((await client.caches.summary({ cacheId })).written).toBe(true)
  expect(lastChange(dataFolder, during)).toEqual({ atMs: expect.any(Number), operation: 'reindex' })
})

test('operations that only read, or are refused, leave no record', async () => {
  const dataFolder = temporaryFolder()
  const root = referenceCache('damaged')
  const run = async (...args: string[]): Promise<number | null> =>
    (await lewmCache([...args, '--cache', root], { env: { LEWM_CACHE_DATA: dataFolder } })).code
  for (const args of [['verify'], ['ls'], ['repair', '--dry-run'], ['checksums'], ['quarantined']]) await run(...args)
  expect(await run('quarantine', 'embeddings/none.parquet', '--reason', 'a reason')).toBe(1)
  expect(existsSync(join(dataFolder, 'changed'))).toBe(false)
  expect(await run('repair')).toBe(4)
  expect(readdirSync(join(dataFolder, 'changed'))).toHaveLength(1)
})

test('the library itself records nothing, and a read-only data folder does not prevent a change', async () => {
  const root = referenceCache('healthy')
  await verifyCache(root)
  const before = Object.keys(filesBelow(root))
  await reindexCache(root)
  expect(Object.keys(filesBelow(root))).toEqual(before)
  const blocked = temporaryFolder()
  mkdirSync(join(blocked, 'data'))
  writeFileSync(join(blocked, 'data/changed'), 'in the way')
  expect((await lewmCache(['reindex', '--cache', root], { env: { LEWM_CACHE_DATA: join(blocked, 'data') } })).code).toBe(0)
  expect(lastChange(join(blocked, 'data'), root)).toBeNull()
})
