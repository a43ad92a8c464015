/**
 * Copies of shards: those in trash folders are not part of the cache, and of two rows with one key the one at the correct path is indexed.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openIndex, readEmbedding, reindexCache, repairCache, verifyCache } from '../../../src/main/core/index.ts'
import { writeShard } from '../../../src/main/core/write/writeShard.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { entriesByShard, recordOf } from '../cacheFiles.ts'

const [row] = referenceRows('healthy')
if (row === undefined) throw new Error('the reference has no rows')
const SHARD = row.shard_path

function copyTo(root: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  copyFileSync(join(root, SHARD), join(root, path))
}

/** Entries as GenoLeWM would make them in a reindex while the copy exists. */
function pointIndexTo(root: string, path: string): void {
  const index = openIndex(root, 'write')
  if (index === null) throw new Error('there is no index')
  const rows = [...index.rowsOf(SHARD)]
  index.transaction(() => {
    index.forget(SHARD)
    for (const each of rows) index.enterUnlessTaken({ ...each, shardPath: path })
  })
  index.close()
}

describe.each([
  'embeddings/.Trash-1000/files',
  'embeddings/.Trash/1000/files',
  'embeddings/local-kmer/.stversions',
  `${dirname(SHARD)}/.ipynb_checkpoints`,
  'embeddings/#recycle/deep/er',
  'embeddings/$RECYCLE.BIN/S-1-5-21',
  'embeddings/.zfs/snapshot/daily/embeddings/local-kmer/3/global_mean_0'
])('a copy in %s', folder => {
  const copy = `${folder}/${basename(SHARD)}`

  test('is not part of the cache: verify, search and reindex leave it out', async () => {
    const root = referenceCache('healthy')
    const before = { ...(await verifyCache(root)), seconds: 0 }
    const indexed = entriesByShard(root)
    copyTo(root, copy)
    expect({ ...(await verifyCache(root)), seconds: 0 }).toEqual(before)
    await reindexCache(root)
    expect(entriesByShard(root)).toEqual(indexed)
    await repairCache(root)
    expect(existsSync(join(root, copy))).toBe(true)
  })

  test('in the index is reported. A reindex points the entries to the shard at the correct path', async () => {
    const root = referenceCache('healthy')
    const indexed = entriesByShard(root)
    copyTo(root, copy)
    pointIndexTo(root, copy)
    const { byKind, findings } = await verifyCache(root)
    expect(byKind).toEqual({ non_finite: 1, entry_elsewhere: 1 })
    expect(findings.find(({ kind }) => kind === 'entry_elsewhere')).toMatchObject({
      shardPath: copy,
      details: { count: indexed.get(SHARD) }
    })
    await reindexCache(root)
    expect(entriesByShard(root)).toEqual(indexed)
  })

  test('with rows that no other shard has keeps their entries', async () => {
    const root = referenceCache('healthy')
    const before = entriesByShard(root)
    copyTo(root, copy)
    pointIndexTo(root, copy)
    rmSync(join(root, SHARD))
    await reindexCache(root)
    expect(entriesByShard(root).get(copy)).toBe(before.get(SHARD))
    expect((await verifyCache(root)).byKind.entry_elsewhere).toBe(1)
  })
})

test('a link to a shard in a trash folder counts by its own path', async () => {
  const root = referenceCache('healthy')
  const before = entriesByShard(root)
  const away = 'embeddings/.Trash-1000/files/a.parquet'
  copyTo(root, away)
  rmSync(join(root, SHARD))
  symlinkSync(join(root, away), join(root, SHARD))
  expect((await verifyCache(root)).checkedShards).toBe(92)
  await reindexCache(root)
  expect(entriesByShard(root)).toEqual(before)
})

describe.each([
  ['beside it, with the name of another contig', `${dirname(SHARD)}/chr0_0.parquet`],
  ['beside it, with a name that sorts first', `${dirname(SHARD)}/a copy.parquet`],
  ['in a folder that sorts first', 'embeddings/A/old.parquet'],
  ['in the folder of another pool', SHARD.replace('centered_mean_256', 'centered_mean_128')]
])('a copy %s', (_, copy) => {
  test("comes second: the shard at GenoLeWM's path for its rows is indexed", async () => {
    const root = referenceCache('healthy')
    const before = entriesByShard(root)
    copyTo(root, copy)
    const found = (await verifyCache(root)).findings.filter(({ kind }) => kind === 'duplicate_key')
    expect(found).toMatchObject([
      { shardPath: copy, details: { other_shard: SHARD, indexed: false } },
      { shardPath: SHARD, details: { other_shard: copy, indexed: true } }
    ])
    const { findings } = await reindexCache(root)
    expect(entriesByShard(root)).toEqual(before)
    expect(findings.filter(({ kind }) => kind === 'duplicate_key')).toMatchObject([{ shardPath: copy, details: { other_shard: SHARD } }])
    await repairCache(root)
    expect(entriesByShard(root)).toEqual(before)
  })
})

test('of three copies, both others name the one at the correct path', async () => {
  const root = temporaryFolder()
  const options = { encoderId: 'e', contig: '1', strideBlock: 0, records: [recordOf(0), recordOf(1)] }
  const { shardPath } = await writeShard(root, options)
  for (const name of ['embeddings/a.parquet', 'embeddings/b.parquet']) copyFileSync(join(root, shardPath), join(root, name))
  const found = (await verifyCache(root)).findings.filter(({ kind }) => kind === 'duplicate_key')
  expect(found.filter(({ details }) => details.indexed === false).map(each => [each.shardPath, each.details.other_shard])).toEqual([
    ['embeddings/a.parquet', shardPath],
    ['embeddings/b.parquet', shardPath]
  ])
  await reindexCache(root)
  renameSync(join(root, 'embeddings/a.parquet'), join(temporaryFolder(), 'a'))
  rmSync(join(root, 'embeddings/b.parquet'))
  expect(await readEmbedding(root, recordOf(0))).not.toBeNull()
})
