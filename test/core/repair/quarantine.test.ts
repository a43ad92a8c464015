/** Nothing is ever deleted or overwritten. A quarantined file keeps its bytes, its reason and its original path. */
import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  listQuarantine,
  quarantineShards,
  readEmbedding,
  reindexCache,
  repairCache,
  restoreShards,
  verifyCache
} from '../../../src/main/core/index.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { filesBelow, float64Hex, keyOf, makePipe, shardsOf } from '../cacheFiles.ts'

const rows = referenceRows('healthy')
const [first] = rows
if (first === undefined) throw new Error('the reference has no rows')
const SHARD = first.shard_path
const PLACE = `embeddings/.quarantine/${SHARD.slice('embeddings/'.length)}`

/** Puts a file into quarantine like the Python package does, without a reason. */
function placeByHand(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

describe('by hand', () => {
  test('a shard is moved with its reason, and its rows leave the index. After a restore, everything is as before', async () => {
    const root = referenceCache('healthy')
    const before = filesBelow(root)
    const {
      moved: [moved]
    } = await quarantineShards(root, [SHARD, SHARD], 'looks odd')
    expect(moved).toEqual({ shardPath: SHARD, movedTo: PLACE, reasons: ['looks odd'] })
    expect(await readEmbedding(root, keyOf(first))).toBeNull()
    expect(filesBelow(root)[PLACE]).toBe(before[SHARD])
    const [entry] = await listQuarantine(root)
    expect(entry).toEqual({
      path: PLACE,
      shardPath: SHARD,
      reasons: ['looks odd'],
      findings: [],
      at: expect.any(BigInt),
      bytes: lstatSync(join(root, PLACE)).size
    })

    expect(await restoreShards(root, [SHARD])).toEqual({ restored: [{ path: PLACE, shardPath: SHARD }], skipped: [], indexRebuilt: true })
    const after = filesBelow(root)
    expect({ ...after, 'embeddings/index.sqlite': '' }).toEqual({ ...before, 'embeddings/index.sqlite': '' })
    expect(float64Hex((await readEmbedding(root, keyOf(first))) ?? [])).toBe(first.embedding_f64le)
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1 })
  })

  test.each([
    ['embeddings/none.parquet', 'a reason', 'RESOURCE.NOT_FOUND'],
    ['../outside.parquet', 'a reason', 'RESOURCE.NOT_FOUND'],
    ['embeddings/index.sqlite', 'a reason', 'RESOURCE.NOT_FOUND'],
    [SHARD, ' ', 'INPUT.GENERIC']
  ])('%j for %j: refused, and neither of two shards is moved', async (shardPath, reason, code) => {
    const root = referenceCache('healthy')
    const before = filesBelow(root)
    const other = shardsOf(root)[1] ?? ''
    await expect(quarantineShards(root, [other, shardPath], reason)).rejects.toMatchObject({ code })
    expect(filesBelow(root)).toEqual(before)
  })

  test('a link in place of the quarantine: nothing behind it is moved, cleaned up or listed', async () => {
    const root = referenceCache('damaged')
    const outside = temporaryFolder()
    mkdirSync(join(outside, 'empty'))
    for (const name of ['.lewm-tmp-0123456789ab', 'gone.parquet.reason.json']) writeFileSync(join(outside, name), 'of another process')
    rmSync(join(root, 'embeddings/.quarantine'), { recursive: true, force: true })
    symlinkSync(outside, join(root, 'embeddings/.quarantine'))
    const before = [filesBelow(root), filesBelow(outside)]
    const reported = { code: 'RESOURCE.CACHE_CORRUPT', message: expect.stringContaining('is a symbolic link, which is not followed') }
    await expect(listQuarantine(root)).rejects.toMatchObject(reported)
    await expect(repairCache(root)).rejects.toMatchObject(reported)
    await expect(restoreShards(root, 'all')).rejects.toMatchObject(reported)
    await expect(quarantineShards(root, [shardsOf(root)[0] ?? ''], 'a reason')).rejects.toMatchObject(reported)
    expect([filesBelow(root), filesBelow(outside)]).toEqual(before)
  })

  test.each<[string, (root: string) => void]>([
    ['entries that leave the index', root => rmSync(join(root, SHARD))],
    ['an unusable index', root => writeFileSync(join(root, 'embeddings/index.sqlite'), 'no database')],
    [
      'the link of an index',
      root => {
        const away = join(temporaryFolder(), 'index.sqlite')
        renameSync(join(root, 'embeddings/index.sqlite'), away)
        symlinkSync(away, join(root, 'embeddings/index.sqlite'))
      }
    ]
  ])('a link in place of the quarantine: no reindex stores %s behind it', async (_, change) => {
    const root = referenceCache('healthy')
    const outside = temporaryFolder()
    symlinkSync(outside, join(root, 'embeddings/.quarantine'))
    change(root)
    const before = [filesBelow(root), filesBelow(outside)]
    await expect(reindexCache(root)).rejects.toMatchObject({
      code: 'RESOURCE.CACHE_CORRUPT',
      message: expect.stringContaining('.quarantine')
    })
    expect([filesBelow(root), filesBelow(outside)]).toEqual(before)
  })

  test('a shard whose name begins like a temporary file is a shard, and is never removed', async () => {
    const root = referenceCache('healthy')
    const odd = `${dirname(SHARD)}/.lewm-tmp-0123456789ab.parquet`
    renameSync(join(root, SHARD), join(root, odd))
    copyFileSync(join(root, odd), join(root, 'embeddings/.lewm-tmp-0123456789ab.parquet'))
    const before = filesBelow(root)
    const {
      moved: [moved]
    } = await quarantineShards(root, [odd], 'a reason')
    expect(await listQuarantine(root)).toMatchObject([{ shardPath: odd }])
    expect((await restoreShards(root, 'all')).restored).toMatchObject([{ path: moved?.movedTo, shardPath: odd }])
    expect({ ...filesBelow(root), 'embeddings/index.sqlite': '' }).toEqual({ ...before, 'embeddings/index.sqlite': '' })
  })

  test('a pipe in place of a reason causes no delay', async () => {
    const root = referenceCache('healthy')
    placeByHand(root, PLACE, 'moved by another process')
    makePipe(join(root, `${PLACE}.reason.json`))
    expect(await listQuarantine(root)).toMatchObject([{ path: PLACE, reasons: [], at: null }])
  })

  test('a cache without an index stays without one', async () => {
    const root = referenceCache('damaged')
    await quarantineShards(root, [shardsOf(root)[0] ?? ''], 'a reason')
    expect(existsSync(join(root, 'embeddings/index.sqlite'))).toBe(false)
    await restoreShards(root, 'all')
    expect(existsSync(join(root, 'embeddings/index.sqlite'))).toBe(false)
  })
})

describe('an occupied path in quarantine', () => {
  test('gives the second file another name, and both keep their bytes', async () => {
    const root = referenceCache('healthy')
    const original = readFileSync(join(root, SHARD))
    await quarantineShards(root, [SHARD], 'first')
    writeFileSync(join(root, SHARD), 'second')
    const {
      moved: [moved]
    } = await quarantineShards(root, [SHARD], 'second')
    expect(moved?.movedTo).toMatch(/chr1_0\.parquet\.\d{19}\.bad$/)
    expect(readFileSync(join(root, PLACE))).toEqual(original)
    expect(readFileSync(join(root, moved?.movedTo ?? ''), 'utf8')).toBe('second')
    const entries = await listQuarantine(root)
    expect(entries.map(({ path, shardPath, reasons }) => [path, shardPath, reasons])).toEqual([
      [PLACE, SHARD, ['first']],
      [moved?.movedTo, SHARD, ['second']]
    ])
  })

  test('includes one occupied by a dangling link', async () => {
    const root = referenceCache('healthy')
    mkdirSync(dirname(join(root, PLACE)), { recursive: true })
    symlinkSync('nowhere', join(root, PLACE))
    const {
      moved: [moved]
    } = await quarantineShards(root, [SHARD], 'a reason')
    expect(moved?.movedTo).not.toBe(PLACE)
    expect(lstatSync(join(root, PLACE)).isSymbolicLink()).toBe(true)
  })
})

describe('restore', () => {
  test('never overwrites: by name it is refused, with all it is skipped', async () => {
    const root = referenceCache('healthy')
    await quarantineShards(root, [SHARD], 'a reason')
    writeFileSync(join(root, SHARD), 'the new one')
    const before = filesBelow(root)
    await expect(restoreShards(root, [SHARD])).rejects.toMatchObject({ code: 'INPUT.GENERIC', details: { shard_path: SHARD } })
    const { restored, skipped } = await restoreShards(root, 'all')
    expect({ restored, skipped }).toEqual({
      restored: [],
      skipped: [{ path: PLACE, shardPath: SHARD, reason: expect.any(String), cause: 'taken' }]
    })
    expect(filesBelow(root)).toEqual(before)
  })

  test('never overwrites a link either, even a dangling one', async () => {
    const root = referenceCache('healthy')
    await quarantineShards(root, [SHARD], 'a reason')
    symlinkSync('nowhere', join(root, SHARD))
    await restoreShards(root, 'all')
    expect(lstatSync(join(root, SHARD)).isSymbolicLink()).toBe(true)
    expect(existsSync(join(root, PLACE))).toBe(true)
  })

  test('does not follow a linked folder out of the cache', async () => {
    const root = referenceCache('healthy')
    const outside = referenceCache('damaged')
    await quarantineShards(
      root,
      shardsOf(root).filter(path => path.startsWith('embeddings/local-kmer/24/')),
      'a reason'
    )
    renameSync(join(root, 'embeddings/local-kmer/24'), join(root, 'gone'))
    symlinkSync(outside, join(root, 'embeddings/local-kmer/24'))
    const before = filesBelow(outside)
    await restoreShards(root, 'all').catch(() => {})
    expect(filesBelow(outside)).toEqual(before)
  })

  test('restores files of the Python package, and of several for one path the last', async () => {
    const root = referenceCache('healthy')
    const original = readFileSync(join(root, SHARD))
    renameSync(join(root, SHARD), join(root, 'aside'))
    placeByHand(root, PLACE, 'the first')
    placeByHand(root, `${PLACE}.1700000000000000000.bad`, 'the second')
    writeFileSync(join(root, `${PLACE}.1700000000000000001.bad`), original)
    expect((await listQuarantine(root)).map(({ reasons, at }) => [reasons, at])).toEqual([
      [[], null],
      [[], null],
      [[], null]
    ])
    const { restored, skipped } = await restoreShards(root, 'all')
    expect(restored).toEqual([{ path: `${PLACE}.1700000000000000001.bad`, shardPath: SHARD }])
    expect(skipped.length).toBe(2)
    expect(readFileSync(join(root, SHARD))).toEqual(original)
  })

  test('by the path in quarantine restores that file', async () => {
    const root = referenceCache('healthy')
    await quarantineShards(root, [SHARD], 'first')
    writeFileSync(join(root, SHARD), 'second')
    await quarantineShards(root, [SHARD], 'second')
    const { restored } = await restoreShards(root, [PLACE])
    expect(restored).toEqual([{ path: PLACE, shardPath: SHARD }])
    expect((await listQuarantine(root)).map(({ reasons }) => reasons)).toEqual([['second']])
  })

  test('of something that does not exist', async () => {
    const root = referenceCache('healthy')
    await expect(restoreShards(root, ['embeddings/none.parquet'])).rejects.toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
    expect(await restoreShards(root, 'all')).toEqual({ restored: [], skipped: [], indexRebuilt: false })
  })

  test('after a repair restores all 32 kinds of damage byte for byte', async () => {
    const root = referenceCache('damaged')
    const before = filesBelow(root)
    const { quarantined } = await repairCache(root)
    const { restored, skipped } = await restoreShards(root, 'all')
    expect(restored.map(({ path }) => path).sort()).toEqual(quarantined.map(({ movedTo }) => movedTo).sort())
    // The one that was there before stays, because its path is occupied again.
    expect(skipped.map(({ path }) => path)).toEqual([expect.stringMatching(/chrempty-file_0\.parquet$/)])
    const { 'embeddings/index.sqlite': _, ...after } = filesBelow(root)
    expect(after).toEqual(before)
  })
})

describe('reason files', () => {
  test('without a shard are removed', async () => {
    const root = referenceCache('healthy')
    const orphan = `${PLACE}.reason.json`
    placeByHand(root, orphan, '{"reasons": ["a crash came"], "at": "1"}')
    expect(await listQuarantine(root)).toEqual([])
    await restoreShards(root, 'all')
    expect(existsSync(join(root, orphan))).toBe(false)
    placeByHand(root, orphan, '{}')
    await quarantineShards(root, [shardsOf(root)[5] ?? ''], 'a reason')
    expect(existsSync(join(root, orphan))).toBe(false)
  })

  test.each(['', '{', '[]', 'null', '{"reasons": 7, "at": "1"}', '{"reasons": [], "at": "soon"}', '{"reasons": [null], "at": "1"}'])(
    'with the contents %j are ignored',
    async text => {
      const root = referenceCache('healthy')
      await quarantineShards(root, [SHARD], 'a reason')
      writeFileSync(join(root, `${PLACE}.reason.json`), text)
      expect(await listQuarantine(root)).toMatchObject([{ path: PLACE, shardPath: SHARD, reasons: [], at: null }])
    }
  )
})
