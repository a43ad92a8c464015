/** An index that contradicts the shards: each difference is found, none is trusted, and a reindex fixes all of them. */
import { cpSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  CacheCorruptError,
  type FindingKind,
  find,
  planRepair,
  readEmbedding,
  reindexCache,
  verifyCache
} from '../../../src/main/core/index.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { filesBelow, float64Hex, keyOf } from '../cacheFiles.ts'
import { indexEntries, spoilIndex } from './indexFile.ts'

const rows = referenceRows('unusual')
const [row, next] = rows
if (row === undefined || next === undefined) throw new Error('the reference has too few rows')
const SHARD = row.shard_path
const INDEX_PATH = 'embeddings/index.sqlite'

const set = (column: 'shard_path' | 'row_offset', value: unknown) => (db: Database.Database) => {
  db.prepare(`UPDATE window_index SET ${column} = ? WHERE window_hash = ? AND shard_path = ?`).run(value, row.window_hash, SHARD)
}

type Drift = {
  readonly name: string
  readonly damage: (db: Database.Database) => void
  readonly expected: readonly (readonly [FindingKind, string, number | null])[]
  /** The result of reading the row by its key: the refusal, null for a miss, or its own values. */
  readonly reads: RegExp | null | 'its values'
  /** Whether a search finds the row. If the entry does not lead to a shard, all shards are searched. */
  readonly isFound: boolean
}

const OUTSIDE_SHARD = /row_offset points outside shard/
const OTHER_KEY = /key does not match shard row/

const missing = ['row_without_entry', SHARD, 0] as const
const DRIFT: readonly Drift[] = [
  {
    name: 'an entry beyond the last row',
    damage: set('row_offset', 99_999),
    reads: OUTSIDE_SHARD,
    isFound: false,
    expected: [['entry_without_row', SHARD, 99_999], missing]
  },
  {
    name: 'an entry before the first row',
    damage: set('row_offset', -1),
    reads: OUTSIDE_SHARD,
    isFound: false,
    expected: [['entry_without_row', SHARD, -1], missing]
  },
  {
    name: 'an entry with a fractional row',
    damage: set('row_offset', 1.5),
    reads: OTHER_KEY,
    isFound: false,
    expected: [['entry_without_row', SHARD, 1.5], missing]
  },
  {
    name: 'an entry at another row',
    damage: set('row_offset', 1),
    reads: OTHER_KEY,
    isFound: false,
    expected: [['entry_elsewhere', SHARD, 1]]
  },
  {
    name: 'an entry in another shard',
    damage: set('shard_path', rows.at(-1)?.shard_path),
    reads: OTHER_KEY,
    isFound: false,
    expected: [
      ['row_without_entry', SHARD, 0],
      ['entry_elsewhere', rows.at(-1)?.shard_path ?? '', 0]
    ]
  },
  {
    name: 'an entry in a shard that does not exist',
    damage: set('shard_path', 'embeddings/none/5/centered_mean_8/chr1_0.parquet'),
    reads: /does not exist, but the index/,
    isFound: true,
    expected: [missing, ['entry_without_row', 'embeddings/none/5/centered_mean_8/chr1_0.parquet', null]]
  },
  {
    name: 'a row without an entry',
    damage: db => db.prepare('DELETE FROM window_index WHERE window_hash = ? AND shard_path = ?').run(row.window_hash, SHARD),
    reads: null,
    isFound: false,
    expected: [missing]
  },
  {
    name: 'no entries at all',
    damage: db => db.exec('DELETE FROM window_index'),
    reads: null,
    isFound: false,
    expected: [...new Set(rows.map(each => each.shard_path))].map(path => ['row_without_entry', path, 0] as const)
  },
  {
    name: 'an entry of a key that no row has',
    damage: db =>
      db.exec(
        `INSERT INTO window_index SELECT '${'ab'.repeat(32)}', encoder_hash, state_layer, pool_type, pool_radius, dtype, shard_path, row_offset, created_at FROM window_index WHERE window_hash = '${row.window_hash}' AND shard_path = '${SHARD}'`
      ),
    reads: 'its values',
    isFound: true,
    expected: [['entry_elsewhere', SHARD, 0]]
  },
  ...[
    '../outside.parquet',
    'embeddings/../../outside.parquet',
    '/etc/outside.parquet',
    'embeddings/a\0b.parquet',
    '',
    'embeddings',
    'embeddings/index.sqlite',
    'embeddings/.quarantine/x.parquet',
    'embeddings//x.parquet',
    'embeddings/./x.parquet',
    'C:\\x.parquet',
    '\x1b[2J\n.parquet'
  ].map(
    (path): Drift => ({
      name: `an entry that points to ${JSON.stringify(path)}`,
      damage: set('shard_path', path),
      reads: /is not the path of a shard/,
      isFound: true,
      expected: [['entry_outside', INDEX_PATH, null], missing]
    })
  )
]

const order = (found: readonly (readonly [FindingKind, string, number | null])[]) => found.map(each => JSON.stringify(each)).sort()

describe.each(DRIFT)('$name', ({ damage, expected, reads, isFound }) => {
  const root = referenceCache('unusual')
  const whole = indexEntries(root)
  spoilIndex(root, damage)

  test('is found, adds a reindex to the plan, and changes no file', async () => {
    const before = filesBelow(root)
    const { findings, healthyShards } = await verifyCache(root)
    const index = findings.filter(({ severity }) => severity === 'index')
    expect(order(index.map(({ kind, shardPath, row: at }) => [kind, shardPath, at] as const))).toEqual(order(expected))
    // A wrong index is not evidence against a shard.
    expect(healthyShards).toBe(25)
    expect(await planRepair(root)).toMatchObject({ reindex: true })
    expect(filesBelow(root)).toEqual(before)
  })

  test('never leads to another row', async () => {
    const outcome = await readEmbedding(root, keyOf(row)).catch((error: unknown) => error)
    if (reads === 'its values') expect(float64Hex(outcome as ArrayLike<number>)).toBe(row.embedding_f64le)
    else if (reads === null) expect(outcome).toBeNull()
    else {
      expect(outcome).toBeInstanceOf(CacheCorruptError)
      expect(outcome).toMatchObject({ message: expect.stringMatching(reads) })
    }
    const found = (await find(root, row.window_hash)).rows.map(each => [each.shardPath, each.rowOffset])
    expect(found).toEqual(isFound ? [[SHARD, row.row_offset]] : [])
  })

  test('is fixed by a reindex', async () => {
    await reindexCache(root)
    expect(indexEntries(root)).toEqual(whole)
    expect((await verifyCache(root)).findings.filter(({ severity }) => severity === 'index')).toEqual([])
    expect(float64Hex((await readEmbedding(root, keyOf(row))) ?? [])).toBe(row.embedding_f64le)
  })
})

describe('values of another type', () => {
  test.each([
    ['a shard path of bytes', set('shard_path', Buffer.from('../outside.parquet'))],
    ['a row offset that is text', set('row_offset', 'first')],
    ['a row offset of bytes', set('row_offset', Buffer.from([0]))],
    ['a row offset above 2^53', set('row_offset', 2n ** 62n)]
  ])('%s: a finding, a refusal, and fixed by a reindex', async (_, damage) => {
    const root = referenceCache('unusual')
    spoilIndex(root, damage)
    const { findings } = await verifyCache(root)
    expect(findings.filter(({ severity }) => severity === 'index').length).toBeGreaterThan(0)
    await expect(readEmbedding(root, keyOf(row))).rejects.toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
    // If the entry does not lead to a shard, all shards are searched. The row has one location.
    const places = (await find(root, row.window_hash)).rows.map(each => [each.shardPath, each.rowOffset])
    expect([[], [[SHARD, row.row_offset]]]).toContainEqual(places)
    await reindexCache(root)
    expect((await verifyCache(root)).findings.filter(({ severity }) => severity === 'index')).toEqual([])
  })
})

describe('a real shard outside the cache', () => {
  const root = referenceCache('unusual')
  const outside = join(dirname(root), 'outside.parquet')
  cpSync(join(root, SHARD), outside)

  test.each(['../outside.parquet', outside, 'embeddings/../../outside.parquet'])(
    'to which an entry leads by %j is not read',
    async path => {
      spoilIndex(root, db => db.prepare('UPDATE window_index SET shard_path = ? WHERE window_hash = ?').run(path, row.window_hash))
      await expect(readEmbedding(root, keyOf(row))).rejects.toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
      expect((await find(root, row.window_hash)).rows.map(({ shardPath }) => shardPath)).toEqual([SHARD])
      expect(readFileSync(outside).length).toBeGreaterThan(0)
    }
  )
})

test('a wrong entry does not make find return a row that does not match', async () => {
  const root = referenceCache('unusual')
  spoilIndex(root, db => db.prepare('UPDATE window_index SET row_offset = row_offset + 1 WHERE shard_path = ?').run(SHARD))
  const { rows: found } = await find(root, row.window_hash.slice(0, 12))
  expect(
    found.filter(({ shardPath }) => shardPath === SHARD).map(({ windowHash }) => Buffer.from(windowHash).toString('hex'))
  ).not.toContain(next.window_hash)
})
