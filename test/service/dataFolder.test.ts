/** What the service keeps of its own: recent caches, the catalog, the log; and that none of it is ever a reason to fail. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import pino from 'pino'
import { expect, test } from 'vitest'
import { openCatalog } from '../../src/main/service/catalog.ts'
import { createService } from '../../src/main/service/index.ts'
import { openLog, readLog } from '../../src/main/service/logFile.ts'
import { RecentCaches } from '../../src/main/service/recentCaches.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { doJob, faultOf, openTestService, openWhole, summaryWhen } from './testService.ts'

test('ten recent caches are kept, pinned ones before all others', async () => {
  const recent = new RecentCaches(temporaryFolder())
  for (let i = 0; i < 14; i++) recent.opened(`/cache/${i}`)
  recent.pin('/cache/5', true)
  recent.opened('/cache/20')
  const list = await recent.list()
  expect(list).toHaveLength(10)
  expect(list[0]).toMatchObject({ path: '/cache/5', pinned: true, exists: false })
  expect(list.map(({ path }) => path)).toContain('/cache/20')
  recent.opened('/cache/5')
  expect((await recent.list())[0]).toMatchObject({ path: '/cache/5', pinned: true })
})

test('what was seen of a cache is remembered; what has gone meanwhile is forgotten', async () => {
  const root = referenceCache('healthy')
  const { client, service, dataFolder } = openTestService()
  const { shards, rows } = await openWhole(client, root)
  await service.close()
  const catalog = openCatalog(join(dataFolder, 'catalog.sqlite'))
  const entries = catalog.entriesAfter(catalog.rootId(root), '', 1000)
  expect(entries.reduce((sum, entry) => sum + (entry.rows ?? 0), 0)).toBe(rows)
  expect(entries.every(entry => entry.footerSeen)).toBe(true)
  const gone = entries[3]?.shardPath ?? ''
  rmSync(join(root, gone))
  catalog.close()
  const { client: again } = openTestService(dataFolder)
  const opened = await again.caches.open({ path: root })
  const now = await summaryWhen(again, opened.cacheId, summary => summary.shards === shards - 1 && summary.scan.state === 'done')
  expect(now.rows).toBe((rows ?? 0) - (entries[3]?.rows ?? 0))
  const after = openCatalog(join(dataFolder, 'catalog.sqlite'))
  expect(after.entriesAfter(after.rootId(root), '', 1000).map(entry => entry.shardPath)).not.toContain(gone)
  after.close()
})

test('a catalog that is none is made anew', () => {
  const file = join(temporaryFolder(), 'catalog.sqlite')
  writeFileSync(file, 'this is not a database, but it is long enough to be taken for one. '.repeat(20))
  const catalog = openCatalog(file)
  const root = catalog.rootId('/cache')
  const entry = {
    shardPath: 'embeddings/a.parquet',
    bytes: 5,
    mtimeNs: 1_600_000_000_123_456_789n,
    footerSeen: true,
    rows: null,
    dimensions: null
  }
  catalog.save(root, [entry], [])
  expect(catalog.entriesAfter(root, '', 10)).toEqual([entry])
  catalog.save(root, [], [entry.shardPath])
  expect(catalog.entriesAfter(root, '', 10)).toEqual([])
  catalog.close()
})

test('the log is cut at whole lines and put aside when it is long', () => {
  const file = join(temporaryFolder(), 'inspector.log')
  expect(readLog(file, 5)).toEqual([])
  writeFileSync(file, `${'x'.repeat(99)}\n`.repeat(50_000))
  expect(readLog(file, 500).every(line => line.length === 99)).toBe(true)
  openLog(file).info('a new one')
  expect(readLog(file, 5).map(line => JSON.parse(line).msg)).toEqual(['a new one'])
  expect(readFileSync(`${file}.1`).length).toBe(5_000_000)
})

test('a log of somebody else is used instead of the file', async () => {
  const lines: string[] = []
  const service = createService({ dataFolder: temporaryFolder(), log: pino({}, { write: line => lines.push(line) }) })
  await service.close()
  expect(lines.map(line => JSON.parse(line).msg)).toEqual(['the service is up', 'the service is closed'])
})

test('a data folder that cannot be is a fault with a sentence', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(() => createService({ dataFolder: join(file, 'below') })).toThrow(/cannot write to .*below: a part of the path is not a folder/)
})

test('a bug is INTERNAL to its caller, and in the log once with its stack', async () => {
  const { client, dataFolder } = openTestService()
  const { cacheId } = await openWhole(client, referenceCache('damaged'))
  await doJob(client, cacheId, { kind: 'verify' })
  const ledger = new Database(join(dataFolder, 'ledger.sqlite'))
  ledger.exec('DROP TABLE verifications')
  ledger.close()
  const fault = await faultOf(client.findings({ cacheId }))
  expect(fault).toMatchObject({ code: 'INTERNAL', defined: true, details: {} })
  expect(fault.message).not.toContain('verifications')
  const bugs = (await client.program.log({ lines: 500 })).filter(line => line.includes('no such table'))
  expect(bugs).toHaveLength(1)
  expect(JSON.parse(bugs[0] ?? '').err.stack).toContain('ledger.ts')
})

test('what is called like a shard and is none is told, and a folder named so is looked into', async () => {
  const root = referenceCache('healthy')
  mkdirSync(join(root, 'embeddings/x/chr1_0.parquet'), { recursive: true })
  const { client } = openTestService()
  const { scanFindings } = await openWhole(client, root)
  expect(scanFindings).toMatchObject([{ kind: 'not_a_file', shardPath: 'embeddings/x/chr1_0.parquet' }])
})
