/** Index entries of unread shards: no rebuild of the index drops them, for any reason why the shards were not read. */
import {
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  openLedger,
  planRepair,
  quarantineShards,
  readEmbedding,
  reindexCache,
  repairCache,
  restoreShards,
  setLimits,
  verifyCache,
  writeShard
} from '../../../src/main/core/index.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, recordOf } from '../cacheFiles.ts'
import { INDEX, indexEntries, spoilIndex } from './indexFile.ts'

/** Rows of blocks 0, 1 and 2. */
const ROWS = [3, 6, 3]
const FIRST = [0, 3, 9]
const pathOf = (block: number): string => `embeddings/lab__encoder/5/centered_mean_8/chr1_${block}.parquet`
const recordsOf = (block: number) => Array.from({ length: ROWS[block] ?? 0 }, (_, i) => recordOf((FIRST[block] ?? 0) + i))

let root = ''
let before: string[] = []
beforeEach(async () => {
  root = join(temporaryFolder(), 'cache')
  for (const block of [0, 1, 2]) await writeShard(root, { ...BLOCK, strideBlock: block, records: recordsOf(block) })
  before = indexEntries(root)
})
afterEach(() => setLimits({}))

const indexBytes = (): string => readFileSync(join(root, INDEX)).toString('base64')

/** Reasons why block 1 alone cannot be read. */
const UNREAD: readonly (readonly [name: string, hide: () => void])[] = [
  ['exceeds a limit', () => setLimits({ rows: 5 })],
  ['has become a folder', () => replaceBlock(path => mkdirSync(path))],
  ['is a dangling link', () => replaceBlock(path => symlinkSync('/nowhere/blob', path))],
  ['is in a link cycle', () => replaceBlock(path => symlinkSync('chr1_1.parquet', path))]
]

function replaceBlock(make: (path: string) => void): void {
  const path = join(root, pathOf(1))
  rmSync(path)
  make(path)
}

describe.each(UNREAD)('a shard that %s keeps its entries', (_name, hide) => {
  test.each([
    ['reindex', () => reindexCache(root)],
    ['repair', () => repairCache(root)],
    [
      'quarantine and restore of another shard',
      async () => {
        await quarantineShards(root, [pathOf(2)], 'a test')
        expect(indexEntries(root)).toHaveLength(9)
        await restoreShards(root, 'all')
      }
    ]
  ])('in a %s', async (_command, run) => {
    hide()
    await run()
    expect(indexEntries(root)).toEqual(before)
  })

  test('and the report gives their number', async () => {
    hide()
    const { indexedShards, indexedRows, indexKept, findings } = await reindexCache(root)
    expect({ indexedShards, indexedRows, indexKept }).toEqual({ indexedShards: 2, indexedRows: 12 })
    expect(findings.filter(({ shardPath }) => shardPath === pathOf(1))).toMatchObject([{ details: { entries_kept: 6 } }])
  })
})

test('entries below a folder that is now a dangling link stay, and so do the records of its shards', async () => {
  const ledger = openLedger(join(temporaryFolder(), 'ledger.sqlite'))
  try {
    await verifyCache(root, { ledger })
    const folder = join(root, 'embeddings/lab__encoder')
    renameSync(folder, `${root}-away`)
    symlinkSync('/nowhere/lab', folder)
    const { findings } = await verifyCache(root, { ledger })
    expect(findings.filter(({ kind }) => kind === 'entry_without_row')).toEqual([])
    await reindexCache(root)
    await repairCache(root, { ledger })
    unlinkSync(folder)
    renameSync(`${root}-away`, folder)
    expect(indexEntries(root)).toEqual(before)
    expect([0, 1, 2].map(block => ledger.lastVerification(root, pathOf(block))?.sha256)).not.toContain(undefined)
  } finally {
    ledger.close()
  }
})

test('a plan names a shard that was just verified and cannot be read now', async () => {
  const ledger = openLedger(join(temporaryFolder(), 'ledger.sqlite'))
  try {
    await verifyCache(root, { ledger })
    setLimits({ rows: 5 })
    const { kept, moves } = await planRepair(root, { ledger, trustMs: 3_600_000 })
    expect([kept, moves]).toEqual([[{ shardPath: pathOf(1), reasons: [expect.objectContaining({ kind: 'over_limit' })] }], []])
  } finally {
    ledger.close()
  }
})

test('entries of a deleted shard and of a damaged one are removed', async () => {
  rmSync(join(root, pathOf(0)))
  truncateSync(join(root, pathOf(1)), 100)
  await reindexCache(root)
  expect(indexEntries(root).map(entry => entry.split(',')[6])).toEqual([pathOf(2), pathOf(2), pathOf(2)])
})

describe('if no shard could be read', () => {
  test.each([1, 2])('the index is not changed, with %i workers', async workers => {
    spoilIndex(root, db => db.exec('DELETE FROM window_index WHERE rowid = 1'))
    const bytes = indexBytes()
    setLimits({ rows: 1 })
    const report = await reindexCache(root, { workers })
    expect(report).toMatchObject({ indexKept: true, indexedShards: 0, indexedRows: 11 })
    expect((await repairCache(root, { workers })).reindex.indexKept).toBe(true)
    expect(indexBytes()).toBe(bytes)
  })

  test('no index is created', async () => {
    rmSync(join(root, INDEX))
    setLimits({ rows: 1 })
    expect(await reindexCache(root)).toMatchObject({ indexKept: true, indexedRows: 0 })
    expect(() => readFileSync(join(root, INDEX))).toThrow(/ENOENT/)
  })
})

test('a key that a readable shard also holds points to that shard', async () => {
  const copy = 'embeddings/lab__encoder/5/centered_mean_8/chr1_7.parquet'
  writeFileSync(join(root, copy), readFileSync(join(root, pathOf(0))))
  replaceBlock0()
  await reindexCache(root)
  expect(indexEntries(root).filter(entry => entry.includes(copy))).toHaveLength(3)
  const [record] = recordsOf(0)
  expect(record && [...((await readEmbedding(root, record)) ?? [])]).toEqual(record?.embedding)
})

function replaceBlock0(): void {
  rmSync(join(root, pathOf(0)))
  symlinkSync('/nowhere/blob', join(root, pathOf(0)))
}

test('entries are found by a table scan if the tree of paths is damaged', async () => {
  let page = 0
  spoilIndex(root, db => {
    page = db.prepare<[], number>("SELECT rootpage FROM sqlite_master WHERE name = 'idx_shard_path'").pluck().get() ?? 0
  })
  expect(page).toBeGreaterThan(1)
  writeSync(openSync(join(root, INDEX), 'r+'), Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096)
  setLimits({ rows: 5 })
  expect(await reindexCache(root)).toMatchObject({ indexedShards: 2, indexedRows: 12 })
  expect(indexEntries(root)).toEqual(before)
})
