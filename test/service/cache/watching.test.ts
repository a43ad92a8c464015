/** Changes in the folder while a cache is open: new shards from other processes, a disk that disappears and returns, no file watches. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { shardsOf } from '../../core/cacheFiles.ts'
import { makeManyShards } from '../../support/manyShards.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { EVERYTHING, endOf, jobEvents, openTestService, openWhole, summaryWhen, type TestClient } from '../testService.ts'

const refuse = vi.hoisted(() => ({ code: '' }))
vi.mock('node:fs', async original => {
  const fs = await original<typeof import('node:fs')>()
  const refusing = (): never => {
    throw Object.assign(new Error(`${refuse.code}: System limit for number of file watchers reached`), {
      code: refuse.code,
      syscall: 'watch'
    })
  }
  return {
    ...fs,
    watch: new Proxy(fs.watch, { apply: (watch, at, given) => (refuse.code === '' ? Reflect.apply(watch, at, given) : refusing()) })
  }
})

beforeEach(() => {
  refuse.code = ''
})

async function pathsOf(client: TestClient, cacheId: string): Promise<string[]> {
  const { entries } = await client.shards.page({ cacheId, ...EVERYTHING, offset: 0, limit: 500 })
  return entries.map(entry => entry.shardPath)
}

/** The work of a separate process. */
function copyElsewhere(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  execFileSync('cp', [from, to])
}

async function warnings(client: TestClient): Promise<string[]> {
  return (await client.program.log({ lines: 500 })).map(line => JSON.parse(line)).flatMap(({ level, msg }) => (level >= 40 ? [msg] : []))
}

test.runIf(process.platform !== 'win32')('shards of another process appear, in known and in new folders', async () => {
  const root = makeManyShards(30)
  const { client } = openTestService()
  const { cacheId } = await openWhole(client, root)
  const [first = ''] = await pathsOf(client, cacheId)
  const added = [join(dirname(first), 'chr99_0.parquet'), 'embeddings/later/3/global_mean_0/chr1_0.parquet']
  for (const path of added) copyElsewhere(join(root, first), join(root, path))
  const { rows } = await summaryWhen(client, cacheId, ({ shards, scan }) => shards === 32 && scan.state === 'done')
  expect(rows).not.toBeNull()
  expect(await pathsOf(client, cacheId)).toEqual(expect.arrayContaining(added))
  rmSync(join(root, 'embeddings/later'), { recursive: true })
  await summaryWhen(client, cacheId, ({ shards }) => shards === 31)
  expect(await warnings(client)).toEqual([])
})

test('shards behind links are shown and verified, and changes behind a link are detected', async () => {
  const root = referenceCache('healthy')
  const paths = shardsOf(root)
  const linked = 'embeddings/local-kmer/12/global_mean_0/chr1_0.parquet'
  const folder = 'embeddings/local-kmer/24'
  const store = temporaryFolder()
  renameSync(join(root, linked), join(store, 'one'))
  symlinkSync(join(store, 'one'), join(root, linked))
  renameSync(join(root, folder), join(store, 'folder'))
  symlinkSync(join(store, 'folder'), join(root, folder))
  const { client } = openTestService()
  const { cacheId, scanFindings, shards } = await openWhole(client, root)
  expect([scanFindings, shards]).toEqual([[], paths.length])
  expect(await pathsOf(client, cacheId)).toEqual(expect.arrayContaining(paths))
  expect(endOf(await jobEvents(client, cacheId, { kind: 'verify' }))).toMatchObject({
    outcome: 'done',
    report: { report: { checkedShards: paths.length, byKind: { non_finite: 1 } } }
  })
  expect((await client.caches.summary({ cacheId })).health).toEqual({ verified: paths.length - 1, suspect: 1 })
  rmSync(join(store, 'one'))
  const { scanFindings: later } = await summaryWhen(client, cacheId, summary => summary.shards === paths.length - 1)
  expect(later).toMatchObject([{ kind: 'placeholder', shardPath: linked }])
}, 120_000)

test('a folder that disappears is one finding and no error, and returning shards are shown again', async () => {
  const root = makeManyShards(40)
  const { client } = openTestService()
  const { cacheId } = await openWhole(client, root)
  renameSync(join(root, 'embeddings'), join(root, 'away'))
  const gone = await summaryWhen(client, cacheId, ({ scanFindings }) => scanFindings.length > 0)
  expect(gone).toMatchObject({
    shards: 0,
    scanFindings: [{ kind: 'unreadable', shardPath: 'embeddings', facts: { cause: 'shards_gone' } }]
  })
  renameSync(join(root, 'away'), join(root, 'embeddings'))
  const back = await summaryWhen(client, cacheId, ({ shards, scan }) => shards === 40 && scan.state === 'done')
  expect(back.scanFindings).toEqual([])
  expect(await warnings(client)).toEqual([])
})

test('a whole cache that disappears is reported as such, not as one without an index', async () => {
  const root = referenceCache('healthy')
  const { client } = openTestService()
  const { cacheId, shards } = await openWhole(client, root)
  renameSync(root, `${root}-away`)
  expect(endOf(await jobEvents(client, cacheId, { kind: 'verify' }))).toMatchObject({ outcome: 'failed' })
  expect(await client.caches.summary({ cacheId })).toMatchObject({
    index: { state: 'missing' },
    scanFindings: [{ kind: 'unreadable', shardPath: 'embeddings' }]
  })
  renameSync(`${root}-away`, root)
  const back = await summaryWhen(client, cacheId, summary => summary.shards === shards && summary.index.state === 'present')
  expect(back.scanFindings).toEqual([])
})

test('without watches, the folder is polled, and the log says so once', async () => {
  refuse.code = 'ENOSPC'
  const root = referenceCache('healthy')
  const { client } = openTestService()
  const { cacheId, shards } = await openWhole(client, root)
  const [first = ''] = await pathsOf(client, cacheId)
  rmSync(join(root, first))
  await summaryWhen(client, cacheId, summary => summary.shards === shards - 1)
  expect(await warnings(client)).toEqual([expect.stringContaining('does not report changes')])
})
