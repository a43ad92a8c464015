/** Missing windows as a file: every key or window that evidence knows, and the number of unknown ones. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lewmCache } from '../../cli/lewmCache.ts'
import { LAB_SHARD, labCache, labShards, pathOf, ROWS, recordsOf } from '../../core/evidence/labCache.ts'
import { INDEX, spoilIndex } from '../../core/index/indexFile.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { doJob, faultOf, openTestService, openWhole, summaryWhen } from '../testService.ts'

const { client } = openTestService()

const PATH = pathOf(LAB_SHARD)
const BETA = pathOf({ ...LAB_SHARD, encoder: 'lab/beta', contig: '1', block: 0 })
const WHOLE = { unlisted: 0, unlistedShards: 0, uncountedShards: 0 }

async function listOf(cacheId: string, format: 'ndjson' | 'bed', scope = {}) {
  const { file, ...report } = await client.lost({ cacheId, format, scope })
  return { report, text: await file.text() }
}

const linesOf = (text: string) => text.split('\n').slice(0, -1)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** Opens the cache and waits until the missing shards are known. */
async function openMissing(root: string, shards: number): Promise<string> {
  const { cacheId } = await openWhole(client, root)
  await summaryWhen(client, cacheId, ({ missing }) => missing.missingShards === shards)
  return cacheId
}

test('the keys are those of `lost --keys`, with the shard and the reason of each', async () => {
  const root = await labCache()
  const { cacheId } = await openWhole(client, root)
  await doJob(client, cacheId, { kind: 'quarantine', shards: [BETA], reason: 'a test' })
  rmSync(join(root, PATH))
  await summaryWhen(client, cacheId, ({ missing }) => missing.missingShards === 2)
  const { report, text } = await listOf(cacheId, 'ndjson')
  expect(report).toEqual({ shards: 2, listed: 2 * ROWS, ...WHOLE })
  const lines = linesOf(text).map(line => JSON.parse(line))
  const { lost } = (await lewmCache(['lost', '--keys', '--json', '--cache', root])).json()
  expect(lost.map(({ reason }: { reason: string }) => reason)).toEqual(['missing', 'quarantined'])
  const expected = lost.flatMap(({ shard_path, reason, keys }: { shard_path: string; reason: string; keys: Record<string, unknown>[] }) =>
    keys.map(({ row_offset: _, ...key }) => ({ shard_path, ...key, reason }))
  )
  expect(lines).toEqual(expected)
  expect(Object.keys(lines[0])).toEqual(
    'shard_path window_hash encoder_hash state_layer pool_type pool_radius dtype chrom start_bp end_bp reason'.split(' ')
  )
  expect(lines[0]).toMatchObject({
    shard_path: PATH,
    chrom: 'X',
    window_hash: recordsOf(LAB_SHARD).map(({ windowHash }) => hex(windowHash))[0]
  })
  // The command line accepts the file as a list of keys. Without a reindex, the index still points to the missing shard.
  await doJob(client, cacheId, { kind: 'reindex' })
  const file = join(temporaryFolder(), 'keys.ndjson')
  writeFileSync(file, text)
  const { code, stdout } = await lewmCache(['get', '--keys', file, '--json', '--cache', root])
  expect(code).toBe(0)
  expect(linesOf(stdout).map(line => JSON.parse(line).found)).toEqual(Array.from({ length: 2 * ROWS }, () => false))
})

test('the windows are BED, sorted, named by their hash', async () => {
  const root = await labCache()
  const other = pathOf({ ...LAB_SHARD, block: 0 })
  for (const path of [PATH, other, BETA]) rmSync(join(root, path))
  const cacheId = await openMissing(root, 3)
  const { report, text } = await listOf(cacheId, 'bed')
  expect(report).toEqual({ shards: 3, listed: 3 * ROWS, ...WHOLE })
  const expected = [{ ...LAB_SHARD, contig: '1', block: 0 } as const, { ...LAB_SHARD, block: 0 } as const, LAB_SHARD].flatMap(shard =>
    recordsOf(shard).map(({ chrom, startBp, endBp, windowHash }) => `${chrom}\t${startBp}\t${endBp}\t${hex(windowHash)}`)
  )
  expect(linesOf(text)).toEqual(expected)
})

test('a part of the cache has a separate list', async () => {
  const root = await labCache()
  for (const path of [PATH, BETA]) rmSync(join(root, path))
  const cacheId = await openMissing(root, 2)
  const { report, text } = await listOf(cacheId, 'ndjson', { encoder: 'lab__beta' })
  expect(report).toMatchObject({ shards: 1, listed: ROWS })
  expect(linesOf(text).map(line => JSON.parse(line).shard_path)).toEqual(Array.from({ length: ROWS }, () => BETA))
  expect(await listOf(cacheId, 'bed', { contig: 'Y' })).toEqual({ report: { shards: 0, listed: 0, ...WHOLE }, text: '' })
})

test('unknown keys and windows are counted', async () => {
  // One configuration, so that no other shard knows the windows.
  const root = await labCache(labShards().filter(({ encoder, layer }) => encoder === 'lab/alpha' && layer === 5))
  rmSync(join(root, PATH))
  // An unreadable file in quarantine without index entries, so its number of rows is unknown.
  const other = pathOf({ ...LAB_SHARD, block: 0 })
  const place = join(root, other.replace('embeddings', 'embeddings/.quarantine'))
  mkdirSync(join(place, '..'), { recursive: true })
  renameSync(join(root, other), place)
  writeFileSync(place, readFileSync(place).subarray(0, 200))
  spoilIndex(root, db => db.prepare('DELETE FROM window_index WHERE shard_path = ?').run(other))
  const cacheId = await openMissing(root, 2)
  const keys = await listOf(cacheId, 'ndjson')
  expect(keys.report).toEqual({ shards: 2, listed: ROWS, ...WHOLE, uncountedShards: 1 })
  expect(linesOf(keys.text).map(line => JSON.parse(line).chrom)).toEqual(Array.from({ length: ROWS }, () => null))
  const windows = await listOf(cacheId, 'bed')
  expect(windows).toEqual({ report: { shards: 2, listed: 0, unlisted: ROWS, unlistedShards: 1, uncountedShards: 1 }, text: '' })
})

test('windows without a key are in the list without a name, and their keys are counted as unknown', async () => {
  const root = await labCache(labShards().filter(({ encoder, layer }) => encoder === 'lab/alpha' && layer === 5))
  const { cacheId } = await openWhole(client, root)
  await doJob(client, cacheId, { kind: 'verify' })
  // Only the record of the verification is left.
  rmSync(join(root, INDEX))
  rmSync(join(root, PATH))
  await summaryWhen(client, cacheId, ({ missing }) => missing.missingShards === 1)
  expect(await listOf(cacheId, 'ndjson')).toEqual({
    report: { shards: 1, listed: 0, ...WHOLE, unlisted: ROWS, unlistedShards: 1 },
    text: ''
  })
  const { report, text } = await listOf(cacheId, 'bed')
  expect(report).toEqual({ shards: 1, listed: ROWS, ...WHOLE })
  expect(linesOf(text)).toEqual(recordsOf(LAB_SHARD).map(({ chrom, startBp, endBp }) => `${chrom}\t${startBp}\t${endBp}\t.`))
})

test('a closed cache has no list', async () => {
  const root = await labCache()
  const { cacheId } = await openWhole(client, root)
  renameSync(join(root, 'embeddings'), join(root, 'away'))
  expect(await faultOf(client.lost({ cacheId, format: 'bed' }))).toMatchObject({ code: 'RESOURCE.SYSTEM' })
})

const MANY = 100_000

test('a hundred thousand keys, while the service answers', { timeout: 120_000 }, async () => {
  const root = await labCache()
  const gone = PATH.replace('lab__alpha', 'lab__gone')
  spoilIndex(root, db => {
    const insert = db.prepare('INSERT INTO window_index VALUES (?, ?, 5, ?, 8, ?, ?, ?, 1)')
    const encoder = 'ab'.repeat(32)
    db.transaction(() => {
      for (let i = 0; i < MANY; i++) {
        const shard = gone.replace('X_1', `X_${Math.floor(i / 1000)}`)
        insert.run(createHash('sha256').update(String(i)).digest('hex'), encoder, 'centered_mean', 'fp16', shard, i % 1000)
      }
    })()
  })
  const cacheId = await openMissing(root, MANY / 1000)
  let done = false
  let answered = 0
  const asked = listOf(cacheId, 'ndjson').finally(() => {
    done = true
  })
  while (!done) {
    await client.jobs.list()
    answered += 1
    await new Promise(resolve => setImmediate(resolve))
  }
  const { report, text } = await asked
  expect(report).toEqual({ shards: MANY / 1000, listed: MANY, ...WHOLE })
  expect(new Set(linesOf(text).map(line => JSON.parse(line).window_hash)).size).toBe(MANY)
  // On the service's own thread, it would be a single block.
  expect(answered).toBeGreaterThan(20)
})

test('an abandoned request ends', async () => {
  const root = await labCache()
  rmSync(join(root, PATH))
  const cacheId = await openMissing(root, 1)
  const controller = new AbortController()
  const asked = client.lost({ cacheId, format: 'ndjson' }, { signal: controller.signal })
  controller.abort()
  await expect(asked).rejects.toThrow()
  expect((await listOf(cacheId, 'ndjson')).report.listed).toBe(ROWS)
})
