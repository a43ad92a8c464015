/** The second reader in the window's service: a job that uses it, its recorded findings, and files of other layouts in raw form. */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { RawRowPage } from '../../src/shared/contract/index.ts'
import { ambiguousShard, dataPage, HANDMADE_PATH, handmadeShard, plainText } from '../core/handmadeShard.ts'
import { everyTypeFile, newerCache } from '../support/newer.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { doJob, EVERYTHING, faultOf, openTestService, openWhole, summaryWhen } from './testService.ts'

const { client } = openTestService()

function cacheWith(bytes: Uint8Array): string {
  const root = temporaryFolder()
  mkdirSync(dirname(join(root, HANDMADE_PATH)), { recursive: true })
  writeFileSync(join(root, HANDMADE_PATH), bytes)
  return root
}

const kindsOf = async (cacheId: string): Promise<string[]> =>
  (await client.findings({ cacheId })).findings.filter(({ severity }) => severity !== 'index').map(({ kind }) => kind)

test('a difference is kept until the second reader runs again, or the shard changes', async () => {
  const root = cacheWith(ambiguousShard())
  const { cacheId } = await openWhole(client, root)
  const { report } = await doJob(client, cacheId, { kind: 'verify', secondReader: true })
  expect(report.secondReader).toEqual({ compared: 1, disagreeing: 1, notRead: [] })
  await expect.poll(() => kindsOf(cacheId)).toContain('readers_disagree')
  const [job] = await client.jobs.list()
  expect(job?.title).toBe('Verify the whole cache with two readers')
  const { entries } = await client.shards.page({ cacheId, ...EVERYTHING, offset: 0, limit: 1 })
  expect(entries[0]?.health).toBe('suspect')

  expect((await doJob(client, cacheId, { kind: 'verify' })).report).not.toHaveProperty('secondReader')
  expect(await kindsOf(cacheId)).toContain('readers_disagree')
  await doJob(client, cacheId, { kind: 'verify', shards: [HANDMADE_PATH] })
  expect(await kindsOf(cacheId)).toContain('readers_disagree')
  await doJob(client, cacheId, { kind: 'plan' })
  expect(await kindsOf(cacheId)).toContain('readers_disagree')

  writeFileSync(join(root, HANDMADE_PATH), handmadeShard(8))
  const later = new Date(Date.now() + 5000)
  utimesSync(join(root, HANDMADE_PATH), later, later)
  await expect.poll(() => kindsOf(cacheId)).not.toContain('readers_disagree')
  const again = await doJob(client, cacheId, { kind: 'verify', secondReader: true })
  expect(again.report.secondReader).toEqual({ compared: 1, disagreeing: 0, notRead: [] })
  expect(await kindsOf(cacheId)).not.toContain('readers_disagree')
})

test('a shard of layout 3: its schema, its key-value metadata and its rows, page by page', async () => {
  const { cacheId } = await openWhole(client, newerCache('layout3b'))
  const { entries } = await client.shards.page({ cacheId, ...EVERYTHING, sort: { by: 'rows', descending: true }, offset: 0, limit: 1 })
  const shardPath = entries[0]?.shardPath ?? ''
  const facts = await client.shards.raw({ cacheId, shardPath })
  expect(facts.leaves.map(({ column }) => column)).toContain('embedding.list.element')
  expect(facts.keyValues).toEqual([{ key: 'ARROW:schema', value: expect.stringContaining('/////'), bytes: expect.any(Number) }])
  expect(facts).toMatchObject({ rowCount: 17, rowGroupCount: 1, unread: [], createdBy: expect.stringContaining('parquet-cpp-arrow') })
  const all = await client.shards.rawRows({ cacheId, shardPath, offset: 0, limit: 100 })
  expect(all).toMatchObject({ total: 17, unread: [] })
  expect(all.rows).toHaveLength(17)
  const at = all.columns.indexOf('schema_version')
  expect(new Set(all.rows.map(row => row[at]))).toEqual(new Set(['3.0.0']))
  const middle = await client.shards.rawRows({ cacheId, shardPath, offset: 5, limit: 3 })
  expect(middle.rows).toEqual(all.rows.slice(5, 8))
  expect((await client.shards.rawRows({ cacheId, shardPath, offset: 17, limit: 3 })).rows).toEqual([])
})

test('an unsupported encoding hides one column. A damaged footer hides everything, and gives the reason', async () => {
  const page = dataPage('LZO', 1, 'PLAIN', plainText('1'))
  const root = cacheWith(handmadeShard(1, { chrom: { chunk: { codec: 'LZO', values: 1, pages: [page] } } }))
  const { cacheId } = await openWhole(client, root)
  const rows: RawRowPage = await client.shards.rawRows({ cacheId, shardPath: HANDMADE_PATH, offset: 0, limit: 10 })
  expect(rows.unread).toEqual([{ column: 'chrom', severity: 'unsupported', reason: expect.stringContaining('LZO') }])
  expect(rows.columns).toHaveLength(12)
  writeFileSync(join(root, HANDMADE_PATH), 'PAR1 cut off')
  expect(await faultOf(client.shards.raw({ cacheId, shardPath: HANDMADE_PATH }))).toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
  for (const shardPath of ['embeddings/none.parquet', '../secret.parquet']) {
    expect(await faultOf(client.shards.raw({ cacheId, shardPath }))).toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
  }
})

test('cells are short, for any contents', async () => {
  const root = cacheWith(handmadeShard(1))
  const path = 'embeddings/any/file.parquet'
  mkdirSync(join(root, 'embeddings/any'))
  writeFileSync(join(root, path), readFileSync(everyTypeFile()))
  const { cacheId } = await summaryWhen(client, (await openWhole(client, root)).cacheId, ({ shards }) => shards === 2)
  const { rows, columns } = await client.shards.rawRows({ cacheId, shardPath: path, offset: 0, limit: 3 })
  const cell = (row: number, name: string): string | null | undefined => rows[row]?.[columns.indexOf(name)]
  expect(cell(0, 'map')).toBe('{key_value: [{key: k, value: 1}, {key: __proto__, value: 2}]}')
  expect(cell(1, 'ts_ns')).toBeNull()
  expect(cell(0, 'list')).toBe('[1, 2, null]')
  expect(Math.max(...rows.flat().map(text => text?.length ?? 0))).toBeLessThanOrEqual(120)
})
