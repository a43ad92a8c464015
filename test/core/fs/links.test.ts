/**
 * Symbolic links, as used by data managers, workflow engines and users. Everything that GenoLeWM reads through a link is read, verified and
 * indexed. The target of a link is never moved.
 */

import { createHash } from 'node:crypto'
import {
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import {
  checkCacheRoot,
  describeShard,
  find,
  inspectCache,
  listQuarantine,
  listShards,
  openLedger,
  planRepair,
  quarantineShards,
  readEmbedding,
  reindexCache,
  repairCache,
  restoreShards,
  setLinkPolicy,
  verifyCache,
  writeChecksums,
  writeShard
} from '../../../src/main/core/index.ts'
import { toRecorded } from '../../../src/shared/text/recordedFinding.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, BLOCK_PATH, entriesByShard, filesBelow, flipBit, keyOf, makePipe, recordOf, shardsOf } from '../cacheFiles.ts'

afterEach(() => setLinkPolicy('own'))

const ROWS = referenceRows('healthy')
const [first] = ROWS
if (first === undefined) throw new Error('the reference has no rows')
const SHARDS = 92
const ENCODER = 'embeddings/local-kmer'
const SHARD = first.shard_path

/** Moves a file or folder out of a cache, and puts a link in its place. */
function moveAway(root: string, path: string, { absolute = false } = {}): string {
  const store = temporaryFolder()
  const away = join(store, basename(path))
  renameSync(join(root, path), away)
  symlinkSync(absolute ? away : relative(dirname(join(root, path)), away), join(root, path))
  return away
}

async function kindsOf(root: string, path: string): Promise<string[]> {
  return (await verifyCache(root)).findings.filter(({ shardPath }) => shardPath === path).map(({ kind }) => kind)
}

describe.each([
  [
    'every shard is a link',
    (root: string) => shardsOf(root).forEach(path => void moveAway(root, path, { absolute: path.length % 2 === 0 }))
  ],
  ['the folder of an encoder is a link', (root: string) => void moveAway(root, ENCODER)],
  ['a folder of shards is a link', (root: string) => void moveAway(root, dirname(SHARD), { absolute: true })],
  ['embeddings is a link', (root: string) => void moveAway(root, 'embeddings')],
  [
    'a link to a link to a folder of links',
    (root: string) => {
      for (const path of shardsOf(root)) moveAway(root, path, { absolute: true })
      moveAway(root, ENCODER, { absolute: true })
      moveAway(root, ENCODER)
    }
  ]
])('%s', (_, change) => {
  const root = referenceCache('healthy')
  const before = entriesByShard(root)
  change(root)

  test('every shard is read, verified, listed and found', async () => {
    const ledger = openLedger(join(temporaryFolder(), 'ledger.sqlite'))
    const report = await verifyCache(root, { ledger })
    expect([report.checkedShards, report.byKind]).toEqual([SHARDS, { non_finite: 1 }])
    // A second run finds every file unchanged.
    expect((await verifyCache(root, { ledger, changed: true })).checkedShards).toBe(0)
    ledger.close()
    expect(await listShards(root)).toHaveLength(SHARDS)
    expect((await describeShard(root, SHARD)).rows).toBeGreaterThan(0)
    expect((await find(root, first.window_hash)).rows.length).toBeGreaterThan(0)
    expect((await writeChecksums(root)).split('\n')).toHaveLength(SHARDS + 1)
    for (const row of ROWS) expect(await readEmbedding(root, keyOf(row))).not.toBeNull()
  })

  test('a reindex and a repair keep every entry and every link', async () => {
    const links = linksBelow(root)
    expect((await reindexCache(root)).indexedShards).toBe(SHARDS)
    expect((await repairCache(root)).quarantined).toEqual([])
    expect(entriesByShard(root)).toEqual(before)
    expect(linksBelow(root)).toEqual(links)
  })

  test('with --no-follow, nothing behind a link is read, and no entry is lost', async () => {
    setLinkPolicy('never')
    if (lstatSync(join(root, 'embeddings')).isSymbolicLink()) {
      await expect(checkCacheRoot(root)).rejects.toMatchObject({ code: 'INPUT.GENERIC', message: expect.stringContaining('not followed') })
      return
    }
    const { findings, checkedShards } = await verifyCache(root)
    expect(checkedShards).toBeLessThan(SHARDS)
    expect(new Set(findings.map(({ kind }) => kind).filter(kind => kind !== 'non_finite'))).toEqual(new Set(['not_a_file']))
    await reindexCache(root)
    await repairCache(root)
    expect(entriesByShard(root)).toEqual(before)
  })
})

function linksBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => lstatSync(join(root, path)).isSymbolicLink())
    .map(path => `${path} -> ${readlinkSync(join(root, path))}`)
}

test('a shard is written through the link of its encoder', async () => {
  const root = temporaryFolder()
  await writeShard(root, { ...BLOCK, records: [recordOf(0)] })
  const away = moveAway(root, 'embeddings/lab__encoder')
  const { shardPath } = await writeShard(root, { ...BLOCK, strideBlock: 1, records: [recordOf(1)] })
  expect(existsSync(join(away, shardPath.split('/').slice(2).join('/')))).toBe(true)
  expect((await verifyCache(root)).findings).toEqual([])
  setLinkPolicy('never')
  await expect(writeShard(root, { ...BLOCK, strideBlock: 2, records: [recordOf(2)] })).rejects.toMatchObject({
    code: 'RESOURCE.CACHE_CORRUPT',
    message: expect.stringContaining('was not followed')
  })
})

describe('a dangling link', () => {
  test.each([
    ['../../../../blobs/6d0f', 'does not exist here'],
    ['../../../../.git/annex/objects/Xx/1M/MD5E-s4--0.parquet/MD5E-s4--0.parquet', 'git annex get'],
    ['/data/.dvc/cache/files/md5/0a/5f', 'dvc pull']
  ])('in place of a shard (%s): a placeholder, whose entries stay', async (target, reported) => {
    const root = referenceCache('healthy')
    const before = entriesByShard(root)
    renameSync(join(root, SHARD), join(temporaryFolder(), 'away'))
    symlinkSync(target, join(root, SHARD))
    const { findings, checkedShards } = await verifyCache(root)
    expect(checkedShards).toBe(SHARDS - 1)
    expect(findings.map(toRecorded).filter(({ shardPath }) => shardPath === SHARD)).toEqual([
      expect.objectContaining({ kind: 'placeholder', severity: 'missing', message: expect.stringContaining(reported) })
    ])
    expect((await planRepair(root)).moves.map(({ shardPath }) => shardPath)).not.toContain(SHARD)
    await repairCache(root)
    await reindexCache(root)
    expect(entriesByShard(root)).toEqual(before)
    expect(readlinkSync(join(root, SHARD))).toBe(target)
    await expect(quarantineShards(root, [SHARD], 'a reason')).rejects.toMatchObject({ code: 'INPUT.GENERIC' })
    expect((await describeShard(root, SHARD)).findings).toMatchObject([{ kind: 'placeholder' }])
  })

  test('in place of an encoder folder: reported, and the entries of its shards stay', async () => {
    const root = referenceCache('healthy')
    const before = entriesByShard(root)
    renameSync(join(root, ENCODER), join(temporaryFolder(), 'away'))
    symlinkSync('/scratch/away', join(root, ENCODER))
    expect((await verifyCache(root)).findings).toMatchObject([{ kind: 'placeholder', shardPath: ENCODER, details: { link: 'nowhere' } }])
    await reindexCache(root)
    expect(entriesByShard(root)).toEqual(before)
  })

  test('at a path that no shard and no folder of shards would have: not a file, or unrelated to the cache', async () => {
    const root = referenceCache('healthy')
    symlinkSync('gone', join(root, dirname(SHARD), 'notes'))
    symlinkSync('gone', join(root, 'embeddings/.notes'))
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1, not_a_file: 1 })
  })

  test('with the name of an editor’s lock is not a shard', async () => {
    const root = referenceCache('healthy')
    symlinkSync('user@host.4711:1700000000', join(root, dirname(SHARD), '.#chr1_0.parquet'))
    symlinkSync('user@host.4711:1700000000', join(root, dirname(SHARD), '.#notes'))
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1, stray_file: 1 })
  })

  test('in place of embeddings: reported, with its target', async () => {
    const root = temporaryFolder()
    symlinkSync('/scratch/away', join(root, 'embeddings'))
    await expect(checkCacheRoot(root)).rejects.toMatchObject({ message: expect.stringContaining('/scratch/away, which does not exist') })
  })
})

describe('a link cycle', () => {
  test.each(['.', '..', '../..', 'itself'])('of a folder that links to %s is a finding, and is walked once', async target => {
    const root = referenceCache('healthy')
    symlinkSync(target, join(root, ENCODER, 'itself'))
    const { checkedShards, findings } = await verifyCache(root)
    expect(checkedShards).toBe(SHARDS)
    expect(findings.filter(({ kind }) => kind === 'not_a_file')).toMatchObject([
      { shardPath: `${ENCODER}/itself`, details: { link: 'circle' } }
    ])
  })

  test('of two folders outside the cache is a finding where it closes', async () => {
    const root = referenceCache('healthy')
    const [one, other] = [temporaryFolder(), temporaryFolder()]
    symlinkSync(other, join(one, 'other'))
    symlinkSync(one, join(other, 'one'))
    symlinkSync(one, join(root, 'embeddings/one'))
    expect((await verifyCache(root)).findings.filter(({ kind }) => kind === 'not_a_file')).toMatchObject([
      { shardPath: 'embeddings/one/other/one', details: { link: 'circle' } }
    ])
  })
})

describe('something other than a file in place of a shard', () => {
  test.each<[string, string, (path: string) => void]>([
    ['a link to itself', 'placeholder', path => symlinkSync(basename(path), path)],
    [
      'two links to each other',
      'placeholder',
      path => {
        symlinkSync('other', path)
        symlinkSync(basename(path), join(dirname(path), 'other'))
      }
    ],
    ['a dangling link', 'placeholder', path => symlinkSync('/nowhere/blob', path)],
    ['a folder', 'not_a_file', path => mkdirSync(path)],
    ['a link to a folder', 'not_a_file', path => symlinkSync(temporaryFolder(), path)],
    ['a pipe', 'not_a_file', makePipe]
  ])('%s is a finding (%s), and its rows are missing', async (_, kind, make) => {
    const root = referenceCache('healthy')
    const rows = entriesByShard(root).get(SHARD)
    unlinkSync(join(root, SHARD))
    make(join(root, SHARD))
    for (let i = 0; i < 2; i++) {
      const { report, lost } = await inspectCache(root, {})
      expect(report.findings.filter(({ shardPath }) => shardPath === SHARD)).toMatchObject([{ kind }])
      expect(report).toMatchObject({ missingShards: 1, missingRows: rows })
      expect(lost).toMatchObject([{ shardPath: SHARD, rows, reason: 'placeholder' }])
      expect(await repairCache(root)).toMatchObject({ quarantined: [], missingShards: 1, missingRows: rows })
    }
  })

  test('a link that is not followed says nothing about the rows', async () => {
    const root = referenceCache('healthy')
    moveAway(root, SHARD)
    setLinkPolicy('never')
    expect(await verifyCache(root)).toMatchObject({ missingShards: 0, missingRows: 0, byKind: { not_a_file: 1 } })
  })
})

describe('one shard under two paths', () => {
  test('by a link to it: its own path counts, and the link is not a duplicate', async () => {
    const root = referenceCache('healthy')
    const before = entriesByShard(root)
    const link = `${dirname(SHARD)}/chrA_0.parquet`
    symlinkSync(basename(SHARD), join(root, link))
    const { checkedShards, byKind } = await verifyCache(root)
    expect([checkedShards, byKind]).toEqual([SHARDS, { non_finite: 1, stray_file: 1 }])
    expect((await reindexCache(root)).indexedShards).toBe(SHARDS)
    expect(entriesByShard(root)).toEqual(before)
  })

  test('by a link to its encoder folder: entries through the link are correct, and a reindex gives them its own path', async () => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'embeddings/a-encoder'), { recursive: true })
    symlinkSync('a-encoder', join(root, 'embeddings/lab__encoder'))
    symlinkSync('a-encoder', join(root, 'embeddings/0-encoder'))
    await writeShard(root, { ...BLOCK, records: [recordOf(0), recordOf(1)] })
    expect([...entriesByShard(root).keys()]).toEqual([BLOCK_PATH])
    expect(await verifyCache(root)).toMatchObject({ checkedShards: 1, byKind: {} })
    expect(await readEmbedding(root, recordOf(1))).not.toBeNull()
    await reindexCache(root)
    expect([...entriesByShard(root)]).toEqual([[BLOCK_PATH.replace('lab__encoder', 'a-encoder'), 2]])
    expect(await verifyCache(root)).toMatchObject({ checkedShards: 1, byKind: {} })
  })

  test('by links to a folder and to its parent: not a duplicate', async () => {
    const root = referenceCache('healthy')
    const away = moveAway(root, ENCODER)
    mkdirSync(join(root, 'embeddings/other'))
    symlinkSync(join(away, '12'), join(root, 'embeddings/other/12'))
    const { byKind } = await verifyCache(root)
    expect([byKind.duplicate_key, byKind.entry_elsewhere, byKind.row_without_entry]).toEqual([undefined, undefined, undefined])
    expect((await reindexCache(root)).findings.filter(({ kind }) => kind === 'duplicate_key')).toEqual([])
  })

  test('by links into a store inside the cache: the paths of shards count, and files in the store are never moved', async () => {
    const root = referenceCache('healthy')
    const before = entriesByShard(root)
    for (const path of shardsOf(root)) {
      const store = `embeddings/.store/${createHash('sha256').update(path).digest('hex')}.parquet`
      mkdirSync(dirname(join(root, store)), { recursive: true })
      renameSync(join(root, path), join(root, store))
      symlinkSync(relative(dirname(join(root, path)), join(root, store)), join(root, path))
    }
    const { checkedShards, byKind } = await verifyCache(root)
    expect([checkedShards, byKind]).toEqual([SHARDS, { non_finite: 1, stray_file: SHARDS }])
    await reindexCache(root)
    expect(entriesByShard(root)).toEqual(before)
    writeFileSync(realpathSync(join(root, SHARD)), 'rubbish')
    const stored = filesBelow(join(root, 'embeddings/.store'))
    expect((await repairCache(root)).quarantined).toMatchObject([{ shardPath: SHARD }])
    expect(filesBelow(join(root, 'embeddings/.store'))).toEqual(stored)
  })

  test('a copy is still a duplicate', async () => {
    const root = referenceCache('healthy')
    copyFileSync(join(root, SHARD), join(root, dirname(SHARD), 'chrA_0.parquet'))
    expect((await verifyCache(root)).byKind.duplicate_key).toBe(2)
  })
})

describe('repair', () => {
  test('moves the link of a damaged shard and not the shard. After a restore, the link works again', async () => {
    const root = referenceCache('healthy')
    const away = moveAway(root, SHARD)
    const target = readlinkSync(join(root, SHARD))
    writeFileSync(away, 'rubbish')
    const { quarantined } = await repairCache(root)
    expect(quarantined).toMatchObject([{ shardPath: SHARD }])
    expect(existsSync(join(root, SHARD))).toBe(false)
    expect(readFileSync(away, 'utf8')).toBe('rubbish')
    expect(await listQuarantine(root)).toMatchObject([{ shardPath: SHARD, bytes: 7 }])
    expect((await restoreShards(root, 'all')).restored).toMatchObject([{ shardPath: SHARD }])
    expect([readlinkSync(join(root, SHARD)), readFileSync(join(root, SHARD), 'utf8')]).toEqual([target, 'rubbish'])
  })

  test('leaves a damaged shard behind a folder link in place, and indexes none of its rows', async () => {
    const root = referenceCache('healthy')
    const away = moveAway(root, dirname(SHARD))
    flipBit(join(root, SHARD), lstatSync(join(away, basename(SHARD))).size - 2)
    const before = filesBelow(away)
    const plan = await planRepair(root)
    expect(plan.moves.map(({ shardPath }) => shardPath)).not.toContain(SHARD)
    expect(plan.kept.map(({ shardPath }) => shardPath)).toContain(SHARD)
    expect((await repairCache(root)).quarantined).toEqual([])
    await expect(quarantineShards(root, [SHARD], 'a reason')).rejects.toMatchObject({
      message: expect.stringContaining('is behind the symbolic link')
    })
    expect(filesBelow(away)).toEqual(before)
    expect(entriesByShard(root).has(SHARD)).toBe(false)
  })

  test('never restores through a folder link', async () => {
    const root = referenceCache('healthy')
    await quarantineShards(root, [SHARD], 'a reason')
    const away = moveAway(root, dirname(SHARD))
    const before = filesBelow(away)
    await restoreShards(root, 'all').catch(() => {})
    expect(filesBelow(away)).toEqual(before)
    expect(await listQuarantine(root)).toHaveLength(1)
  })
})

describe('an index behind a link', () => {
  const INDEX = 'embeddings/index.sqlite'

  test('is read at its target, and reading changes neither link nor target', async () => {
    const root = referenceCache('healthy')
    const away = moveAway(root, INDEX)
    const before = [filesBelow(root), readFileSync(away)]
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1 })
    expect(await readEmbedding(root, keyOf(first))).not.toBeNull()
    expect((await find(root, first.window_hash)).rows.length).toBeGreaterThan(0)
    expect([filesBelow(root), readFileSync(away)]).toEqual(before)
  })

  test.each<[string, (root: string) => Promise<unknown>]>([
    ['a reindex', root => reindexCache(root)],
    ['a repair', root => repairCache(root)],
    ['a quarantine', root => quarantineShards(root, [SHARD], 'a reason').then(() => restoreShards(root, 'all'))],
    ['a write', root => writeShard(root, { ...BLOCK, records: [recordOf(0)] })]
  ])('%s works on a copy, and does not change the target', async (_, work) => {
    const root = referenceCache('healthy')
    const before = entriesByShard(root)
    const away = moveAway(root, INDEX)
    const content = readFileSync(away)
    await work(root)
    expect(readFileSync(away).equals(content)).toBe(true)
    expect(lstatSync(join(root, INDEX)).isFile()).toBe(true)
    expect(new Map([...entriesByShard(root)].filter(([path]) => path !== BLOCK_PATH))).toEqual(before)
    const kept = linksBelow(root)
    expect(kept).toEqual([expect.stringMatching(/^embeddings\/\.quarantine\/index\.sqlite\.\d+\.bad -> /)])
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1 })
  })

  test('that is damaged is quarantined as a copy', async () => {
    const root = referenceCache('healthy')
    const away = moveAway(root, INDEX)
    writeFileSync(away, 'not a database')
    expect((await verifyCache(root)).byKind.index_unreadable).toBe(1)
    await reindexCache(root)
    expect(readFileSync(away, 'utf8')).toBe('not a database')
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1 })
  })

  test.each(['nowhere.sqlite', 'index.sqlite', '.'])('that leads to %s is a finding, and a reindex makes a new index', async target => {
    const root = referenceCache('healthy')
    renameSync(join(root, INDEX), join(temporaryFolder(), 'away'))
    symlinkSync(target, join(root, INDEX))
    expect((await verifyCache(root)).byKind.index_unreadable).toBe(1)
    await reindexCache(root)
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1 })
  })

  test('that is not followed is a finding, and replacing it is refused', async () => {
    const root = referenceCache('healthy')
    moveAway(root, INDEX)
    setLinkPolicy('never')
    const before = filesBelow(root)
    expect((await verifyCache(root)).byKind.index_unreadable).toBe(1)
    const refusal = { code: 'RESOURCE.SYSTEM', message: expect.stringContaining('Nothing was changed') }
    await expect(reindexCache(root)).rejects.toMatchObject(refusal)
    await expect(writeShard(root, { ...BLOCK, records: [recordOf(0)] })).rejects.toMatchObject(refusal)
    await expect(quarantineShards(root, [SHARD], 'a reason')).rejects.toMatchObject(refusal)
    expect(filesBelow(root)).toEqual(before)
  })
})

describe.skipIf(process.getuid?.() !== 0)('a link target of another user', () => {
  test('is not followed, reported, and loses no entry. --follow reads it', async () => {
    const root = referenceCache('healthy')
    const before = entriesByShard(root)
    const away = moveAway(root, SHARD)
    chownSync(away, 65534, 65534)
    expect(await kindsOf(root, SHARD)).toEqual(['not_a_file'])
    await expect(readEmbedding(root, keyOf(first))).rejects.toMatchObject({ message: expect.stringContaining('another user (65534)') })
    await reindexCache(root)
    await repairCache(root)
    expect(entriesByShard(root)).toEqual(before)
    setLinkPolicy('always')
    expect(await kindsOf(root, SHARD)).toEqual([])
    expect(await readEmbedding(root, keyOf(first))).not.toBeNull()
  })

  test('is neither walked as a folder nor accepted as the cache', async () => {
    const root = referenceCache('healthy')
    const away = moveAway(root, ENCODER)
    chownSync(away, 65534, 65534)
    expect((await verifyCache(root)).findings).toMatchObject([
      { kind: 'not_a_file', shardPath: ENCODER, details: { link: 'not_followed' } }
    ])
    const other = referenceCache('healthy')
    chownSync(moveAway(other, 'embeddings'), 65534, 65534)
    await expect(checkCacheRoot(other)).rejects.toMatchObject({ message: expect.stringContaining('another user') })
  })
})
