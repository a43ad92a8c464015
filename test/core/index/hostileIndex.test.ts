/** Something else in place of the index: found, never executed or followed, kept or replaced by a reindex, and without leftovers. */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { find, readEmbedding, reindexCache, repairCache, verifyCache, writeShard } from '../../../src/main/core/index.ts'
import { toRecorded } from '../../../src/shared/text/recordedFinding.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, filesBelow, float64Hex, keyOf, makePipe, recordOf } from '../cacheFiles.ts'
import { INDEX, indexEntries, indexFacts, spoilIndex } from './indexFile.ts'

const [row] = referenceRows('unusual')
if (row === undefined) throw new Error('the reference has no rows')

const sql = (statement: string) => (root: string) => spoilIndex(root, db => db.exec(statement))
const bytes = (contents: Uint8Array) => (root: string) => writeFileSync(join(root, INDEX), contents)
const inPlace = (put: (path: string) => void) => (root: string) => {
  rmSync(join(root, INDEX), { recursive: true })
  put(join(root, INDEX))
}

const NONSENSE = 'pages of nonsense behind its schema'

/** How the index is damaged, and the finding kind of verify. */
const HOSTILE: readonly (readonly [
  name: string,
  damage: (root: string) => void,
  kind: 'index_schema' | 'index_unreadable' | 'index_missing'
])[] = [
  ['a trigger', sql('CREATE TRIGGER evil AFTER INSERT ON window_index BEGIN DELETE FROM window_index; END'), 'index_schema'],
  ['a view', sql('CREATE VIEW evil AS SELECT 1'), 'index_schema'],
  [
    'a view in place of the table',
    sql('ALTER TABLE window_index RENAME TO t; CREATE VIEW window_index AS SELECT * FROM t'),
    'index_schema'
  ],
  ['a missing column', sql('ALTER TABLE window_index DROP COLUMN created_at'), 'index_schema'],
  [
    'another key',
    sql('CREATE TABLE t AS SELECT * FROM window_index; DROP TABLE window_index; ALTER TABLE t RENAME TO window_index'),
    'index_schema'
  ],
  ['only another table', sql('ALTER TABLE window_index RENAME TO t'), 'index_schema'],
  ['random bytes', bytes(Uint8Array.from({ length: 8192 }, (_, i) => Math.imul(i + 7, 2_654_435_761) >>> 24)), 'index_unreadable'],
  ['a text', bytes(Buffer.from('this is not a database')), 'index_unreadable'],
  ['zero bytes', bytes(new Uint8Array(4096)), 'index_unreadable'],
  ['a truncated database', root => truncateSync(join(root, INDEX), 5000), 'index_unreadable'],
  [NONSENSE, root => spoilPages(root), 'index_unreadable'],
  ['an empty file', bytes(new Uint8Array(0)), 'index_missing'],
  ['nothing', root => rmSync(join(root, INDEX)), 'index_missing'],
  ['a folder', inPlace(path => mkdirSync(join(path, 'inside'), { recursive: true })), 'index_unreadable'],
  ['a dangling link', inPlace(path => symlinkSync('nowhere', path)), 'index_unreadable'],
  ['a pipe', inPlace(path => makePipe(path)), 'index_unreadable'],
  ['a pipe in place of its journal', root => makePipe(join(root, `${INDEX}-journal`)), 'index_unreadable'],
  ['a pipe in place of its write-ahead log', root => makePipe(join(root, `${INDEX}-wal`)), 'index_unreadable'],
  ['a link in place of its journal', root => symlinkSync('nowhere', join(root, `${INDEX}-journal`)), 'index_unreadable']
]

function spoilPages(root: string): void {
  const contents = readFileSync(join(root, INDEX))
  writeFileSync(join(root, INDEX), contents.fill(0xa5, 4096, contents.length - 4096))
}

const leftovers = (root: string): string[] =>
  Object.keys(filesBelow(root)).filter(path => !path.includes('.quarantine') && /lewm-tmp|\.lock|-journal|-wal|-shm/.test(path))

describe.each(HOSTILE)('%s', (name, damage, kind) => {
  test('is a finding. Searches by key are refused or miss. Nothing is changed', async () => {
    const root = referenceCache('unusual')
    damage(root)
    const before = filesBelow(root)
    const { findings, healthyShards } = await verifyCache(root)
    expect(findings.filter(({ severity }) => severity === 'index').map(found => [found.kind, found.shardPath])).toEqual([[kind, INDEX]])
    expect(healthyShards).toBe(25)
    const outcome = await readEmbedding(root, keyOf(row)).catch((error: unknown) => error)
    if (kind === 'index_missing') expect(outcome).toBeNull()
    else expect(outcome).toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
    // The shards themselves can still be read.
    expect((await find(root, row.window_hash)).rows.length).toBeGreaterThan(0)
    expect(filesBelow(root)).toEqual(before)
  })

  test('is replaced by a reindex, and a file that SQLite could not open is kept', async () => {
    const root = referenceCache('unusual')
    const whole = indexEntries(root)
    damage(root)
    const target = existsSync(join(root, INDEX)) && statSync(join(root, INDEX)).isFile() ? readFileSync(join(root, INDEX)) : null
    const { findings } = await reindexCache(root)
    expect(findings).toEqual([])
    expect(indexEntries(root)).toEqual(whole)
    expect((await verifyCache(root)).byKind).toEqual({ ragged_dimensions: 1 })
    expect(float64Hex((await readEmbedding(root, keyOf(row))) ?? [])).toBe(row.embedding_f64le)
    expect(leftovers(root)).toEqual([])
    const kept = Object.keys(filesBelow(root)).filter(path => /\.quarantine\/index\.sqlite\.\d+\.bad$/.test(path))
    if (kind === 'index_unreadable' && target !== null && kept[0] !== undefined) expect(readFileSync(join(root, kept[0]))).toEqual(target)
    // If its schema can be read, SQLite replaces the database in place.
    expect(kept.length).toBe(kind === 'index_unreadable' && name !== NONSENSE ? 1 : 0)
  })
})

test('a link to the index of another cache is read like any index, and a reindex does not change that cache', async () => {
  const root = referenceCache('unusual')
  const whole = indexEntries(root)
  const other = referenceCache('healthy')
  inPlace(path => symlinkSync(join(other, INDEX), path))(root)
  const before = filesBelow(other)
  const kinds = new Set((await verifyCache(root)).findings.filter(({ severity }) => severity === 'index').map(({ kind }) => kind))
  expect(kinds).toContain('row_without_entry')
  await reindexCache(root)
  expect(indexEntries(root)).toEqual(whole)
  expect(filesBelow(other)).toEqual(before)
})

test('an index that declares 64 GiB but is empty causes no delay', { timeout: 60_000 }, async () => {
  const root = referenceCache('unusual')
  const whole = indexEntries(root)
  writeFileSync(join(root, INDEX), '')
  truncateSync(join(root, INDEX), 64 * 2 ** 30)
  expect((await verifyCache(root)).byKind).toMatchObject({ index_unreadable: 1 })
  await reindexCache(root)
  expect(indexEntries(root)).toEqual(whole)
})

describe('a repair', () => {
  test('of a cache whose only damage is its index fixes it', async () => {
    const root = referenceCache('unusual')
    bytes(Buffer.from('no database'))(root)
    const { quarantined, reindex } = await repairCache(root)
    expect({ quarantined, rows: reindex.indexedRows }).toEqual({ quarantined: [], rows: 415 })
    expect((await verifyCache(root)).byKind).toEqual({ ragged_dimensions: 1 })
  })
})

describe('a hot journal', () => {
  /**
   * A cache whose index was being changed during a power failure: half of the change is in the file, and the journal holds the original
   * pages.
   */
  function interrupted(): string {
    const root = referenceCache('unusual')
    const copy = join(temporaryFolder(), 'cache')
    spoilIndex(root, db => {
      db.pragma('cache_size = 1')
      db.exec("BEGIN; UPDATE window_index SET shard_path = shard_path || 'x', created_at = 7")
      cpSync(root, copy, { recursive: true })
      db.exec('ROLLBACK')
    })
    expect(existsSync(join(copy, `${INDEX}-journal`))).toBe(true)
    return copy
  }

  test('is rolled back in a copy for a reader, and reading writes nothing', async () => {
    const root = interrupted()
    const before = filesBelow(root)
    const { findings } = await verifyCache(root)
    expect(findings.filter(({ severity }) => severity === 'index')).toEqual([])
    expect(await readEmbedding(root, keyOf(row))).not.toBeNull()
    expect(filesBelow(root)).toEqual(before)
  })

  test('is resolved by a reindex', async () => {
    const root = interrupted()
    await reindexCache(root)
    expect(leftovers(root)).toEqual([])
    expect((await verifyCache(root)).byKind).toEqual({ ragged_dimensions: 1 })
  })

  test('that declares far more than its index is not copied', async () => {
    const root = interrupted()
    truncateSync(join(root, `${INDEX}-journal`), 8 * 2 ** 30)
    const { findings } = await verifyCache(root)
    expect(findings.map(toRecorded).filter(({ severity }) => severity === 'index')).toMatchObject([
      { kind: 'index_unreadable', message: expect.stringContaining('index.sqlite-journal beside it is far larger than the index') }
    ])
  })

  test('of another database does not damage the new index', async () => {
    const root = interrupted()
    writeFileSync(join(root, INDEX), 'no database')
    await reindexCache(root)
    expect(leftovers(root)).toEqual([])
    expect((await verifyCache(root)).byKind).toEqual({ ragged_dimensions: 1 })
  })
})

describe('an index in WAL mode', () => {
  test('is read without leaving files beside it', async () => {
    const root = referenceCache('unusual')
    spoilIndex(root, db => db.pragma('journal_mode = WAL'))
    const before = filesBelow(root)
    expect(float64Hex((await readEmbedding(root, keyOf(row))) ?? [])).toBe(row.embedding_f64le)
    expect((await verifyCache(root)).byKind).toEqual({ ragged_dimensions: 1 })
    expect(filesBelow(root)).toEqual(before)
  })

  test('has a rollback journal after a reindex', async () => {
    const root = referenceCache('unusual')
    spoilIndex(root, db => db.pragma('journal_mode = WAL'))
    await reindexCache(root)
    expect(indexFacts(root).journal).toBe('delete')
    expect(leftovers(root)).toEqual([])
  })
})

describe('a reindex', () => {
  test.each(['healthy', 'unusual'] as const)('of the %s cache gives the entries of GenoLeWM, in the same form', async which => {
    const root = referenceCache(which)
    const theirs = { entries: indexEntries(root), ...indexFacts(root) }
    rmSync(join(root, INDEX))
    const report = await reindexCache(root)
    expect(report).toMatchObject({ indexedRows: theirs.entries.length, indexPath: INDEX, findings: [] })
    expect({ entries: indexEntries(root), ...indexFacts(root) }).toEqual(theirs)
    expect(leftovers(root)).toEqual([])
  })

  test('that is cancelled keeps the old index, byte for byte, without leftovers', async () => {
    const root = referenceCache('unusual')
    const before = filesBelow(root)
    const stop = new AbortController()
    await expect(reindexCache(root, { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(filesBelow(root)).toEqual(before)
    await expect(reindexCache(root, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(filesBelow(root)).toEqual(before)
  })

  test('is visible at once to a process with an open index', async () => {
    const root = referenceCache('unusual')
    spoilIndex(root, db => {
      db.exec('DELETE FROM window_index')
      expect(db.prepare('SELECT count(*) FROM window_index').pluck().get()).toBe(0)
    })
    const reader = new (await import('better-sqlite3')).default(join(root, INDEX), { readonly: true })
    expect(reader.prepare('SELECT count(*) FROM window_index').pluck().get()).toBe(0)
    await reindexCache(root)
    expect(reader.prepare('SELECT count(*) FROM window_index').pluck().get()).toBe(415)
    reader.close()
  })

  test('of a cache without shards gives an empty index', async () => {
    const root = temporaryFolder()
    mkdirSync(join(root, 'embeddings'))
    expect(await reindexCache(root)).toEqual({ indexedShards: 0, indexedRows: 0, indexPath: INDEX, findings: [] })
    expect((await verifyCache(root)).findings).toEqual([])
  })
})

test('a write to a cache with a damaged index is refused before anything is written', async () => {
  const root = referenceCache('unusual')
  bytes(Buffer.from('no database'))(root)
  const before = filesBelow(root)
  await expect(writeShard(root, { ...BLOCK, records: [recordOf(1)] })).rejects.toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
  expect(filesBelow(root)).toEqual(before)
})
