/** The data of the service: recent caches, the catalog, the log. None of it ever causes a failure. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import pino from 'pino'
import { describe, expect, test } from 'vitest'
import { openCatalog } from '../../src/main/service/catalog/catalog.ts'
import { openLog, readLog } from '../../src/main/service/data/logFile.ts'
import { RecentCaches } from '../../src/main/service/data/recentCaches.ts'
import { createService } from '../../src/main/service/index.ts'
import { makePipe } from '../core/cacheFiles.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { doJob, faultOf, openTestService, openWhole, summaryWhen } from './testService.ts'

test('ten recent caches are kept, pinned ones first', async () => {
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

test('known shards of a cache are remembered, and removed ones are forgotten', async () => {
  const root = referenceCache('healthy')
  const { client, service, dataFolder } = openTestService()
  const { shards, rows } = await openWhole(client, root)
  await service.close()
  const catalog = openCatalog(join(dataFolder, 'catalog.sqlite'), untroubled)
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
  const after = openCatalog(join(dataFolder, 'catalog.sqlite'), untroubled)
  expect(after.entriesAfter(after.rootId(root), '', 1000).map(entry => entry.shardPath)).not.toContain(gone)
  after.close()
})

const untroubled = (sentence: string): void => {
  throw new Error(sentence)
}

function withSql(file: string, sql: string): void {
  const db = new Database(file)
  db.exec(sql)
  db.close()
}

describe('an unusable catalog is created again', () => {
  const entry = {
    shardPath: 'embeddings/a.parquet',
    bytes: 5,
    mtimeNs: 1_600_000_000_123_456_789n,
    footerSeen: true,
    rows: null,
    dimensions: null,
    otherContigs: ['22']
  }
  const cases: Record<string, (file: string) => void> = {
    'no database': file => writeFileSync(file, 'this is not a database, but it is long enough to be taken for one. '.repeat(20)),
    'of an earlier version': file => withSql(file, 'CREATE TABLE shards (root INTEGER, path TEXT)'),
    'of a later version': file => withSql(file, 'CREATE TABLE other (a); PRAGMA user_version = 99'),
    'with a pipe in place of its journal': file => makePipe(`${file}-journal`),
    'with a missing column': file => {
      openCatalog(file, untroubled).close()
      withSql(file, 'ALTER TABLE shards DROP COLUMN footer_seen')
    }
  }
  test.each(Object.entries(cases))('%s', (_, make) => {
    const file = join(temporaryFolder(), 'catalog.sqlite')
    make(file)
    const reported: string[] = []
    const catalog = openCatalog(file, sentence => reported.push(sentence))
    expect(reported).toEqual([expect.stringContaining('is recreated')])
    const root = catalog.rootId('/cache')
    catalog.save(root, [entry], [])
    expect(catalog.entriesAfter(root, '', 10)).toEqual([entry])
    catalog.close()
    const again = openCatalog(file, untroubled)
    expect(again.entriesAfter(root, '', 10)).toEqual([entry])
    again.save(root, [], [entry.shardPath])
    expect(again.entriesAfter(root, '', 10)).toEqual([])
    again.close()
  })

  test('damage in the middle does not cause a failure, and the next start has a new one', async () => {
    const root = referenceCache('healthy')
    const { client, service, dataFolder } = openTestService()
    const { shards } = await openWhole(client, root)
    await service.close()
    const file = join(dataFolder, 'catalog.sqlite')
    const bytes = readFileSync(file)
    // The header page is not changed, so nothing is detected when the file is opened.
    bytes.fill(0xee, 2 * bytes.readUInt16BE(16))
    writeFileSync(file, bytes)
    const second = openTestService(dataFolder)
    expect((await openWhole(second.client, root)).shards).toBe(shards)
    await second.service.close()
    const reported: string[] = []
    openCatalog(file, sentence => reported.push(sentence)).close()
    expect(reported).toEqual([expect.stringContaining('is recreated')])
  })
})

test.each(['catalog.sqlite', 'ledger.sqlite'])('a folder in place of %s is one line in the log, and caches open', async name => {
  const dataFolder = temporaryFolder()
  mkdirSync(join(dataFolder, name, 'below'), { recursive: true })
  const { client } = openTestService(dataFolder)
  const { cacheId, health, shards } = await openWhole(client, referenceCache('healthy'))
  expect(health).toEqual({ unverified: shards })
  expect((await doJob(client, cacheId, { kind: 'verify' })).report.checkedShards).toBe(shards)
  expect(warnings(await client.program.log({ lines: 500 }))).toHaveLength(1)
})

test('pipes in place of the log and of small files cause no delay', async () => {
  const folder = temporaryFolder()
  for (const name of ['inspector.log', 'recent.json']) makePipe(join(folder, name))
  expect(readLog(join(folder, 'inspector.log'), 5)).toEqual([])
  openLog(join(folder, 'inspector.log')).info('a new one')
  expect(readLog(join(folder, 'inspector.log'), 5)).toHaveLength(1)
  expect(await new RecentCaches(folder).list()).toEqual([])
})

test('an unusable ledger is renamed with one line in the log, and caches open', async () => {
  const dataFolder = temporaryFolder()
  withSql(join(dataFolder, 'ledger.sqlite'), 'CREATE TABLE verifications (root TEXT, shard_path TEXT)')
  const { client } = openTestService(dataFolder)
  const { cacheId, shards } = await openWhole(client, referenceCache('healthy'))
  expect((await doJob(client, cacheId, { kind: 'verify' })).report.checkedShards).toBe(shards)
  const [warning, ...more] = warnings(await client.program.log({ lines: 500 }))
  expect(warning).toContain('the record of earlier verifications could not be used')
  expect(more).toEqual([])
  expect(readdirSync(dataFolder).filter(name => /^ledger\.sqlite\.20[\dTZ.-]+$/.test(name))).toHaveLength(1)
})

function warnings(log: readonly string[]): string[] {
  return log.map(line => JSON.parse(line)).flatMap(({ level, msg }) => (level >= 40 ? [String(msg)] : []))
}

test('the log is cut at whole lines and renamed when it is long', () => {
  const file = join(temporaryFolder(), 'inspector.log')
  expect(readLog(file, 5)).toEqual([])
  writeFileSync(file, `${'x'.repeat(99)}\n`.repeat(50_000))
  expect(readLog(file, 500).every(line => line.length === 99)).toBe(true)
  openLog(file).info('a new one')
  expect(readLog(file, 5).map(line => JSON.parse(line).msg)).toEqual(['a new one'])
  expect(readFileSync(`${file}.1`).length).toBe(5_000_000)
})

test("another program's log is used instead of the file", async () => {
  const lines: string[] = []
  const service = createService({ dataFolder: temporaryFolder(), log: pino({}, { write: line => lines.push(line) }) })
  await service.close()
  expect(lines.map(line => JSON.parse(line).msg)).toEqual(['the service is up', 'the service is closed'])
})

test('without a writable data folder, a temporary one is used until the service is closed', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const { client, service } = openTestService(join(file, 'below'))
  const { cacheId, shards } = await openWhole(client, referenceCache('healthy'))
  await doJob(client, cacheId, { kind: 'verify' })
  expect((await client.caches.summary({ cacheId })).health.unverified).toBeUndefined()
  expect(shards).toBeGreaterThan(0)
  const { dataFolder } = await client.program.info()
  const [warning, ...more] = warnings(await client.program.log({ lines: 500 }))
  expect(warning).toMatch(
    /^nothing will be saved after the program ends: cannot create the folder .*below: a part of the path is not a folder$/
  )
  expect(more).toEqual([])
  await service.close()
  expect(existsSync(dataFolder)).toBe(false)
})

test.runIf(existsSync('/proc/self'))('a folder in which nothing can be created counts as missing', async () => {
  const { client, service } = openTestService('/proc')
  expect((await client.program.info()).dataFolder).not.toBe('/proc')
  expect(warnings(await client.program.log({ lines: 9 }))).toEqual([expect.stringContaining('cannot write to /proc')])
  await service.close()
})

test('an uncaught exception ends the process, and is in the log', () => {
  const dataFolder = temporaryFolder()
  const service = join(import.meta.dirname, '../../src/main/service/index.ts')
  const program = `const { createService } = await import(${JSON.stringify(service)}); createService(); Promise.reject(new Error('not awaited'))`
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, LEWM_CACHE_DATA: dataFolder }
  })
  expect(status).toBe(1)
  const [last] = readLog(join(dataFolder, 'inspector.log'), 1).map(line => JSON.parse(line))
  expect(last).toMatchObject({ level: 60, origin: 'unhandledRejection', err: { message: 'not awaited' } })
})

test('a bug is INTERNAL to its caller, and in the log once with its stack', async () => {
  const { client, dataFolder } = openTestService()
  const { cacheId } = await openWhole(client, referenceCache('damaged'))
  await doJob(client, cacheId, { kind: 'verify' })
  const ledger = new Database(join(dataFolder, 'ledger.sqlite'))
  ledger.exec("UPDATE verifications SET findings = '{}'")
  ledger.close()
  const fault = await faultOf(client.findings({ cacheId }))
  expect(fault).toMatchObject({ code: 'INTERNAL', defined: true, details: {} })
  expect(fault.message).not.toContain('findings')
  const bugs = (await client.program.log({ lines: 500 })).filter(line => line.includes('TypeError'))
  expect(bugs).toHaveLength(1)
  expect(JSON.parse(bugs[0] ?? '').err.stack).toContain('.ts')
})

test('things that are named like a shard but are not are reported, and a folder with such a name is walked', async () => {
  const root = referenceCache('healthy')
  mkdirSync(join(root, 'embeddings/x/chr1_0.parquet'), { recursive: true })
  const { client } = openTestService()
  const { scanFindings } = await openWhole(client, root)
  expect(scanFindings).toMatchObject([{ kind: 'not_a_file', shardPath: 'embeddings/x/chr1_0.parquet' }])
})

test('the log says when a job starts, and how and after what time it ended', async () => {
  const { client } = openTestService()
  const folder = referenceCache('healthy')
  const { cacheId } = await openWhole(client, folder)
  await doJob(client, cacheId, { kind: 'verify' })
  const entries = (await client.program.log({ lines: 50 })).map((line): Record<string, unknown> => JSON.parse(line))
  const [start, end] = entries.filter(({ jobId }) => jobId !== undefined)
  expect(start).toMatchObject({ msg: 'a job starts', title: 'Verify the whole cache' })
  expect(end).toMatchObject({ msg: 'a job ended', title: 'Verify the whole cache', outcome: 'done', jobId: start?.jobId })
  expect(end?.seconds).toBeGreaterThan(0)
})
