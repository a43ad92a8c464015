/** Before an index is replaced, the entries that the new one will lack are archived with the reason. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import {
  type ArchiveProblem,
  archiveEntries,
  archiveFiles,
  type LeavingEntry,
  readArchive
} from '../../../src/main/core/evidence/kept/entryArchive.ts'
import { IndexUnusable } from '../../../src/main/core/index/untrusted.ts'
import { WindowIndex } from '../../../src/main/core/index/windowIndex.ts'
import {
  applyRepair,
  planRepair,
  quarantineShards,
  reindexCache,
  repairCache,
  restoreShards,
  tickMoves,
  writeShard
} from '../../../src/main/core/index.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, BLOCK_PATH, flippedHash, makePipe, recordOf, replaceShard } from '../cacheFiles.ts'
import { indexEntries, spoilIndex } from '../index/indexFile.ts'

const OTHER = { ...BLOCK, strideBlock: 1 }
const OTHER_PATH = BLOCK_PATH.replace('chr1_0', 'chr1_1')
const records = (...ns: number[]) => ns.map(n => recordOf(n))

/** Two shards of three rows each. */
async function smallCache(): Promise<string> {
  const root = join(temporaryFolder(), 'cache')
  await writeShard(root, { ...BLOCK, records: records(0, 1, 2) })
  await writeShard(root, { ...OTHER, records: records(3, 4, 5) })
  return root
}

function kept(root: string): (readonly [why: string, shardPath: string, row: number])[] {
  return [...readArchive(root, problem => expect(problem).toBeNull())].map(({ why, shardPath, rowOffset }) => [why, shardPath, rowOffset])
}

describe('a reindex archives', () => {
  test('nothing if nothing is lost', async () => {
    const root = await smallCache()
    await reindexCache(root)
    expect(existsSync(join(root, 'embeddings/.quarantine'))).toBe(false)
  })

  test('the entries of a missing shard: key, location, creation time, reason', async () => {
    const root = await smallCache()
    rmSync(join(root, OTHER_PATH))
    await reindexCache(root)
    const [file = ''] = archiveFiles(root)
    const [line = ''] = readFileSync(join(root, file), 'utf8').split('\n')
    const { windowHash, encoderHash, createdAt } = recordOf(3)
    expect(JSON.parse(line)).toEqual({
      window_hash: Buffer.from(windowHash).toString('hex'),
      encoder_hash: Buffer.from(encoderHash).toString('hex'),
      state_layer: 5,
      pool_type: 'centered_mean',
      pool_radius: 8,
      dtype: 'fp16',
      shard_path: OTHER_PATH,
      row_offset: 0,
      created_at: String(createdAt),
      why: 'shard_missing',
      at: expect.stringMatching(/^\d{19}$/)
    })
    expect(kept(root)).toEqual([0, 1, 2].map(row => ['shard_missing', OTHER_PATH, row]))
    // They are archived once.
    await reindexCache(root)
    expect(kept(root)).toHaveLength(3)
  })

  test('nothing for a moved shard, because its keys still exist', async () => {
    const root = await smallCache()
    renameSync(join(root, OTHER_PATH), join(root, OTHER_PATH.replace('_1', '_7')))
    await reindexCache(root)
    expect(kept(root)).toEqual([])
  })

  test('the earlier key of a changed row', async () => {
    const root = await smallCache()
    await replaceShard(root, OTHER_PATH, { ...OTHER, records: [recordOf(3), flippedHash(recordOf(4)), recordOf(5)] })
    await reindexCache(root)
    expect(kept(root)).toEqual([['changed', OTHER_PATH, 1]])
  })

  test('the keys of rows that a shard no longer has', async () => {
    const root = await smallCache()
    await replaceShard(root, OTHER_PATH, { ...OTHER, records: records(3) })
    await reindexCache(root)
    expect(kept(root)).toEqual([
      ['changed', OTHER_PATH, 1],
      ['changed', OTHER_PATH, 2]
    ])
  })

  test('the keys of two swapped shards, although each is still held by the other', async () => {
    const root = await smallCache()
    await replaceShard(root, BLOCK_PATH, { ...BLOCK, records: records(3, 4, 5) })
    await replaceShard(root, OTHER_PATH, { ...OTHER, records: records(0, 1, 2) })
    await reindexCache(root)
    expect(kept(root).map(([why]) => why)).toEqual(Array.from({ length: 6 }, () => 'changed'))
  })

  test('entries of an index that contradicts itself, marked as such', async () => {
    const root = await smallCache()
    const copy = (hash: string, path: string, row: number) =>
      `INSERT INTO window_index SELECT '${hash}', encoder_hash, state_layer, pool_type, pool_radius, dtype, '${path}', ${row}, created_at FROM window_index WHERE window_hash = '${Buffer.from(recordOf(0).windowHash).toString('hex')}'`
    spoilIndex(root, db => {
      db.exec(copy('ab'.repeat(32), BLOCK_PATH, 0))
      db.exec(copy('no hash', OTHER_PATH, 0))
      db.exec(copy('cd'.repeat(32), '../outside.parquet', 0))
      db.exec(copy('ef'.repeat(32), OTHER_PATH, -1))
    })
    await reindexCache(root)
    expect(kept(root).map(([why]) => why)).toEqual(Array.from({ length: 4 }, () => 'index_error'))
  })

  test('nothing for entries that were only in another order', async () => {
    const root = await smallCache()
    spoilIndex(root, db => db.exec(`UPDATE window_index SET row_offset = 2 - row_offset WHERE shard_path = '${OTHER_PATH}'`))
    const before = indexEntries(root)
    await reindexCache(root)
    expect(indexEntries(root)).not.toEqual(before)
    expect(kept(root)).toEqual([])
  })

  test('for a row that changed twice, the first key as evidence', async () => {
    const root = await smallCache()
    await replaceShard(root, OTHER_PATH, { ...OTHER, records: [flippedHash(recordOf(3), 1), recordOf(4), recordOf(5)] })
    await reindexCache(root)
    await replaceShard(root, OTHER_PATH, { ...OTHER, records: [flippedHash(recordOf(3), 2), recordOf(4), recordOf(5)] })
    await reindexCache(root)
    expect(kept(root)).toEqual([
      ['changed', OTHER_PATH, 0],
      ['superseded', OTHER_PATH, 0]
    ])
  })

  test('no key of a row that has returned', async () => {
    const root = await smallCache()
    const bytes = readFileSync(join(root, OTHER_PATH))
    await replaceShard(root, OTHER_PATH, { ...OTHER, records: [flippedHash(recordOf(3)), recordOf(4), recordOf(5)] })
    await reindexCache(root)
    writeFileSync(join(root, OTHER_PATH), bytes)
    await reindexCache(root)
    // The index contained the flipped key in between.
    expect(kept(root)).toEqual([['superseded', OTHER_PATH, 0]])
  })

  test('the readable part of a damaged index', async () => {
    const root = await smallCache()
    rmSync(join(root, OTHER_PATH))
    spoilIndex(root, db => {
      db.unsafeMode(true)
      db.pragma('writable_schema = ON')
      // The tree for finding entries by shard is that of another table.
      db.exec(
        "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'window_index') WHERE name = 'idx_shard_path'"
      )
    })
    await reindexCache(root)
    expect(new Set(kept(root).map(each => each.join(' ')))).toEqual(new Set([0, 1, 2].map(row => `shard_missing ${OTHER_PATH} ${row}`)))
  })
})

describe('quarantine archives', () => {
  test('the entries of moved shards, by hand and in a repair', async () => {
    const root = await smallCache()
    await quarantineShards(root, [BLOCK_PATH], 'test')
    writeFileSync(join(root, OTHER_PATH), 'PAR1 no shard')
    await repairCache(root)
    expect(kept(root)).toEqual([
      ...[0, 1, 2].map(row => ['quarantined', BLOCK_PATH, row]),
      ...[0, 1, 2].map(row => ['quarantined', OTHER_PATH, row])
    ])
    expect(indexEntries(root)).toEqual([])
    // The archive does not count as a shard in quarantine.
    expect((await restoreShards(root, [OTHER_PATH])).restored).toHaveLength(1)
    expect(kept(root)).toHaveLength(6)
    // Entries that are in the index again are removed from the archive.
    expect((await restoreShards(root, 'all')).restored).toHaveLength(1)
    expect(kept(root)).toEqual([0, 1, 2].map(row => ['quarantined', OTHER_PATH, row]))
  })

  test('the entries of a damaged shard that stays in place', async () => {
    const root = await smallCache()
    writeFileSync(join(root, OTHER_PATH), 'PAR1 no shard')
    await applyRepair(tickMoves(await planRepair(root), new Set()))
    expect(kept(root)).toEqual([0, 1, 2].map(row => ['damaged', OTHER_PATH, row]))
  })
})

test('quarantine archives the entries of an index that could not be read once: the next read finds them', async () => {
  const root = await smallCache()
  const rowsOf = vi.spyOn(WindowIndex.prototype, 'rowsOf').mockImplementationOnce(() => {
    throw new IndexUnusable('index_unreadable', 'database disk image is malformed')
  })
  await quarantineShards(root, [BLOCK_PATH], 'test')
  expect(rowsOf.mock.calls.length).toBeGreaterThan(1)
  rowsOf.mockRestore()
  expect(kept(root)).toEqual([0, 1, 2].map(row => ['quarantined', BLOCK_PATH, row]))
})

describe('the archive', () => {
  const entry = (n: number): LeavingEntry => ({
    windowHash: n.toString(16).padStart(64, '0'),
    encoderHash: 'e'.repeat(64),
    stateLayer: -1,
    poolType: 'global_mean',
    poolRadius: 0,
    dtype: 'bf16',
    shardPath: `embeddings/e/-1/global_mean_0/chr1_${n}.parquet`,
    rowOffset: n,
    createdAt: 2n ** 62n,
    why: 'shard_missing'
  })
  const read = (root: string) => {
    const problems: ArchiveProblem[] = []
    const entries = [...readArchive(root, problem => problems.push(problem))]
    return { entries, problems }
  }

  test('returns the archived entries, in order, over several files', () => {
    const root = temporaryFolder()
    const entries = Array.from({ length: 60_000 }, (_, n) => entry(n))
    expect(archiveEntries(root, entries)).toBe(60_000)
    expect(archiveEntries(root, [entry(60_000)])).toBe(1)
    expect(archiveFiles(root)).toHaveLength(3)
    const back = read(root)
    expect(back.problems).toEqual([])
    expect(back.entries.map(({ at: _, ...rest }) => rest)).toEqual([...entries, entry(60_000)])
    expect(readdirSync(join(root, 'embeddings/.quarantine')).filter(name => !/^index-entries\.\d+\.ndjson$/.test(name))).toEqual([])
  })

  test('without entries makes no file', () => {
    const root = temporaryFolder()
    expect(archiveEntries(root, [])).toBe(0)
    expect(readdirSync(root)).toEqual([])
    expect(read(root)).toEqual({ entries: [], problems: [] })
  })

  test.each([
    ['damaged lines', (file: string) => writeFileSync(file, `{"a":1}\n\0\0\n${'x'.repeat(200_000)}\n[]\nnull`), /^5 lines are damaged/],
    ['a pipe', (file: string) => makePipe(file), /^one line is damaged/],
    ['a link', (file: string) => symlinkSync('/etc/passwd', file), /could not be read/],
    ['a folder', (file: string) => mkdirSync(file), /could not be read|is damaged/]
  ])('reads the lines around %s, and reports them', (_, make, sentence) => {
    const root = temporaryFolder()
    archiveEntries(root, [entry(1), entry(2)])
    make(join(root, 'embeddings/.quarantine/index-entries.1.ndjson'))
    const { entries, problems } = read(root)
    expect(entries).toHaveLength(2)
    expect(problems).toEqual([
      { path: 'embeddings/.quarantine/index-entries.1.ndjson', message: expect.stringMatching(sentence), refused: expect.any(Boolean) }
    ])
  })

  test('loses only the last line if a crash truncated it', () => {
    const root = temporaryFolder()
    archiveEntries(root, [entry(1), entry(2), entry(3)])
    const [file = ''] = archiveFiles(root)
    const bytes = readFileSync(join(root, file))
    writeFileSync(join(root, file), bytes.subarray(0, bytes.length - 10))
    const { entries, problems } = read(root)
    expect(entries.map(({ rowOffset }) => rowOffset)).toEqual([1, 2])
    expect(problems).toHaveLength(1)
  })
})
