/** Missing shards and rows of a cache, for every client: from its opening, after every job and after every change of its folders. */
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { LAB_SHARD, labCache, pathOf, ROWS, SHARDS } from '../../core/evidence/labCache.ts'
import { INDEX } from '../../core/index/indexFile.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { doJob, faultOf, openTestService, openWhole, summaryWhen } from '../testService.ts'

const { client } = openTestService()

const PATH = pathOf(LAB_SHARD)
const OTHER = pathOf({ ...LAB_SHARD, block: 0 })
const SCOPE = { encoder: 'lab__alpha', stateLayer: 5, pool: 'centered_mean_8', contig: 'X' }
const nothing = { missingShards: 0, missingRows: 0 }
const oneShard = { missingShards: 1, missingRows: ROWS }

const until = (cacheId: string, missing: { missingShards: number; missingRows: number }) =>
  summaryWhen(client, cacheId, summary => JSON.stringify(summary.missing) === JSON.stringify(missing))

async function missingPaths(cacheId: string, scope = {}): Promise<string[]> {
  const { findings } = await client.findings({ cacheId, scope })
  return findings.filter(({ kind }) => kind === 'missing_shard').map(({ shardPath }) => shardPath)
}

describe('a deleted shard', () => {
  test('is missing from the opening on, before any verification: in the findings, the tree and the lane', async () => {
    const root = await labCache()
    rmSync(join(root, PATH))
    const { cacheId } = await openWhole(client, root)
    expect(await until(cacheId, oneShard)).toMatchObject({ shards: SHARDS - 1, written: false })
    expect(await missingPaths(cacheId)).toEqual([PATH])
    expect(await missingPaths(cacheId, SCOPE)).toEqual([PATH])
    expect(await missingPaths(cacheId, { ...SCOPE, contig: '1' })).toEqual([])
    const tree = await client.shards.tree({ cacheId })
    expect(tree.filter(({ health }) => health.missing === 1).map(({ id, shards }) => [id, shards])).toEqual([
      ['lab__alpha', SHARDS / 2 - 1],
      ['lab__alpha/5', 3],
      ['lab__alpha/5/centered_mean_8', 3],
      ['lab__alpha/5/centered_mean_8/X', 1]
    ])
    const { contigs } = await client.shards.lane({ cacheId, scope: SCOPE })
    expect(contigs).toEqual([
      {
        contig: 'X',
        blocks: [
          { strideBlock: 0, health: 'unverified', shards: 1, shardPath: OTHER },
          { strideBlock: 1, health: 'missing', shards: 0, shardPath: PATH }
        ]
      }
    ])
  })

  test('is missing after a verification, a reindex and a repair, and in a service that starts later', async () => {
    const root = await labCache()
    const { cacheId } = await openWhole(client, root)
    await until(cacheId, nothing)
    rmSync(join(root, PATH))
    // The watched folder reports it.
    await until(cacheId, oneShard)
    const { report } = await doJob(client, cacheId, { kind: 'verify' })
    expect(report).toMatchObject(oneShard)
    await doJob(client, cacheId, { kind: 'reindex' })
    expect((await client.caches.summary({ cacheId })).missing).toEqual(oneShard)
    const { plan } = await doJob(client, cacheId, { kind: 'plan' })
    expect(plan).toMatchObject({ ...oneShard, moves: [] })
    await doJob(client, cacheId, { kind: 'apply', plan, ticked: [] })
    expect((await client.caches.summary({ cacheId })).missing).toEqual(oneShard)
    expect(await missingPaths(cacheId)).toEqual([PATH])
    const later = openTestService().client
    const { cacheId: again } = await openWhole(later, root)
    await summaryWhen(later, again, ({ missing }) => missing.missingRows === ROWS)
  })

  test('is no longer missing when it is restored', async () => {
    const root = await labCache()
    const backup = join(temporaryFolder(), 'backup')
    cpSync(root, backup, { recursive: true })
    rmSync(join(root, 'embeddings/lab__alpha'), { recursive: true })
    const { cacheId } = await openWhole(client, root)
    await until(cacheId, { missingShards: SHARDS / 2, missingRows: (SHARDS / 2) * ROWS })
    cpSync(join(backup, 'embeddings/lab__alpha'), join(root, 'embeddings/lab__alpha'), { recursive: true })
    await until(cacheId, nothing)
    expect(await missingPaths(cacheId)).toEqual([])
  })
})

test('rows in quarantine that no other shard holds are missing, until they are restored or forgotten', async () => {
  const root = await labCache()
  const { cacheId } = await openWhole(client, root)
  await doJob(client, cacheId, { kind: 'quarantine', shards: [PATH, OTHER], reason: 'a test' })
  expect((await client.caches.summary({ cacheId })).missing).toEqual({ missingShards: 2, missingRows: 2 * ROWS })
  const { report } = await doJob(client, cacheId, { kind: 'forget', shards: [OTHER] })
  expect(report.forgotten).toMatchObject([{ shardPath: OTHER, rows: ROWS, reason: 'quarantined' }])
  expect((await client.caches.summary({ cacheId })).missing).toEqual(oneShard)
  await doJob(client, cacheId, { kind: 'restore', which: 'all' })
  expect(await client.caches.summary({ cacheId })).toMatchObject({ missing: nothing, shards: SHARDS })
})

test('forgetting keeps the verdict about the rest of the index, and refuses shards that are not missing', async () => {
  const root = await labCache()
  const { cacheId } = await openWhole(client, root)
  rmSync(join(root, PATH))
  await until(cacheId, oneShard)
  await doJob(client, cacheId, { kind: 'verify' })
  await doJob(client, cacheId, { kind: 'forget', shards: [PATH] })
  expect(await client.caches.summary({ cacheId })).toMatchObject({ missing: nothing, index: { drift: 0 } })
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'forget', shards: [OTHER] } })
  for await (const event of await client.jobs.attach({ jobId })) {
    if (event.type === 'end') expect(event.end).toMatchObject({ outcome: 'failed', error: { code: 'RESOURCE.NOT_FOUND' } })
  }
  expect(await faultOf(client.jobs.start({ cacheId, request: { kind: 'forget', shards: [] } }))).toMatchObject({ code: 'INPUT.GENERIC' })
})

describe('while another process holds the index locked', () => {
  test('missing shards stay missing, and the summary says that there may be more', { timeout: 90_000 }, async () => {
    const root = await labCache()
    rmSync(join(root, PATH))
    const { cacheId } = await openWhole(client, root)
    await until(cacheId, oneShard)
    const holder = new Database(join(root, INDEX))
    holder.exec('BEGIN EXCLUSIVE')
    try {
      rmSync(join(root, OTHER))
      // A verification evaluates missing shards at its end.
      await doJob(client, cacheId, { kind: 'verify' })
      expect(await client.caches.summary({ cacheId })).toMatchObject({
        missing: oneShard,
        index: { state: 'present', reason: expect.stringContaining('locked') }
      })
      expect(await missingPaths(cacheId)).toEqual([PATH])
      expect(await faultOf(client.lost({ cacheId, format: 'bed', scope: {} }))).toMatchObject({ code: 'RESOURCE.BUSY' })
    } finally {
      holder.exec('ROLLBACK')
      holder.close()
    }
    await doJob(client, cacheId, { kind: 'verify' })
    expect(await client.caches.summary({ cacheId })).toMatchObject({
      missing: { missingShards: 2, missingRows: 2 * ROWS },
      index: { state: 'present', reason: null }
    })
  })

  test('a cache that is opened then is not shown as complete', { timeout: 60_000 }, async () => {
    const root = await labCache()
    rmSync(join(root, PATH))
    const holder = new Database(join(root, INDEX))
    holder.exec('BEGIN EXCLUSIVE')
    const { cacheId } = await openWhole(client, root)
    const { index } = await summaryWhen(client, cacheId, summary => summary.index.reason !== null)
    expect(index).toMatchObject({ state: 'present', reason: expect.stringContaining('locked') })
    holder.exec('ROLLBACK')
    holder.close()
  })
})

test('a list without the evidence of a damaged index says so', async () => {
  const root = await labCache()
  const { cacheId } = await openWhole(client, root)
  await doJob(client, cacheId, { kind: 'verify' })
  rmSync(join(root, PATH))
  writeFileSync(join(root, INDEX), 'no database, and of another size')
  await until(cacheId, oneShard)
  const { file: _, ...report } = await client.lost({ cacheId, format: 'bed', scope: {} })
  expect(report).toMatchObject({ shards: 1, indexFailure: expect.stringContaining('cannot be used') })
})
