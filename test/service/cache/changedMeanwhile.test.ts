/** A verification while another process writes: findings about newer files are marked, and another verification of them resolves it. */
import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Finding } from '../../../src/shared/model/finding.ts'
import { shardsOf } from '../../core/cacheFiles.ts'
import { INDEX, spoilIndex } from '../../core/index/indexFile.ts'
import { makeManyShards } from '../../support/manyShards.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { collect, doJob, endOf, openTestService, openWhole, summaryWhen } from '../testService.ts'

const FILLERS = 600
/** All shards except the fillers. */
const READ_FIRST = shardsOf(referenceCache('healthy')).length
const { client } = openTestService()

const markOf = ({ kind, shardPath, details }: Finding) => [kind, shardPath, details.changed_meanwhile === true]

/** A cache that takes a while to verify, and three of its first shards, with entries in the index. */
function slowCache() {
  const root = referenceCache('healthy')
  const [one = '', other = '', absent = ''] = shardsOf(root).slice(-3)
  renameSync(join(makeManyShards(FILLERS), 'embeddings/encoder-0'), join(root, 'embeddings/the-last-encoder'))
  return { root, one, other, absent }
}

async function marksOf(cacheId: string, shardPath: string) {
  const { findings } = await client.findings({ cacheId })
  return findings.filter(found => found.severity === 'index' && found.shardPath === shardPath).map(markOf)
}

/** Verifies everything, and calls a function once the shards were listed and some of them were read. */
async function verifyWhile(cacheId: string, work: () => void): Promise<void> {
  const { jobId } = await client.jobs.start({ cacheId, request: { kind: 'verify' }, workers: 1 })
  const events = await client.jobs.attach({ jobId })
  for (let next = await events.next(); !next.done; next = await events.next()) {
    if (next.value.type === 'progress' && next.value.progress.phase === 'read' && next.value.progress.done > READ_FIRST) break
  }
  work()
  expect(endOf(await collect(events)).outcome).toBe('done')
}

test.runIf(process.platform !== 'win32')(
  'a shard that another process writes during or after a verification',
  async () => {
    const { root, one: shard, other, absent } = slowCache()
    const elsewhere = join(temporaryFolder(), 'shard')
    renameSync(join(root, absent), elsewhere)
    spoilIndex(root, db => db.prepare('DELETE FROM window_index WHERE shard_path IN (?, ?)').run(shard, other))
    const { cacheId, shards } = await openWhole(client, root)
    await verifyWhile(cacheId, () => execFileSync('touch', [join(root, shard)]))
    // Findings about unchanged files remain certain.
    await expect.poll(() => marksOf(cacheId, shard)).toEqual([['row_without_entry', shard, true]])
    expect(await marksOf(cacheId, other)).toEqual([['row_without_entry', other, false]])
    expect(await marksOf(cacheId, absent)).toEqual([['entry_without_row', absent, false]])
    execFileSync('cp', [elsewhere, join(root, absent)])
    await summaryWhen(client, cacheId, summary => summary.shards === shards + 1 && summary.scan.state === 'done')
    await expect.poll(() => marksOf(cacheId, absent)).toEqual([['entry_without_row', absent, true]])
    await doJob(client, cacheId, { kind: 'verify', shards: [shard, absent] })
    expect(await marksOf(cacheId, shard)).toEqual([['row_without_entry', shard, false]])
    expect(await marksOf(cacheId, absent)).toEqual([])
    expect(await marksOf(cacheId, other)).toEqual([['row_without_entry', other, false]])
  },
  120_000
)

test('an index that another process writes during a verification', async () => {
  const { root, one: shard } = slowCache()
  spoilIndex(root, db => db.prepare('DELETE FROM window_index WHERE shard_path = ?').run(shard))
  const { cacheId } = await openWhole(client, root)
  await verifyWhile(cacheId, () => {
    execFileSync(process.execPath, ['-e', "require('better-sqlite3')(process.argv[1]).exec('VACUUM')", join(root, INDEX)])
  })
  await expect.poll(() => marksOf(cacheId, shard)).toEqual([['row_without_entry', shard, true]])
  expect((await client.caches.summary({ cacheId })).index.drift).toBeNull()
  await doJob(client, cacheId, { kind: 'verify', shards: [shard] })
  expect(await marksOf(cacheId, shard)).toEqual([['row_without_entry', shard, false]])
}, 120_000)
