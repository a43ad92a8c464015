/** An index of a newer GenoLeWM: reported as such, never changed or replaced by any operation, even if it is damaged. */
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  find,
  planRepair,
  quarantineShards,
  readEmbedding,
  reindexCache,
  repairCache,
  restoreShards,
  verifyCache,
  writeShard
} from '../../../src/main/core/index.ts'
import { lewmCache, ndjson } from '../../cli/lewmCache.ts'
import { recordLine, WRITE } from '../../cli/records.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { BLOCK, keyOf, recordOf, shardsOf } from '../cacheFiles.ts'
import { INDEX, spoilIndex } from './indexFile.ts'

const [row] = referenceRows('unusual')
if (row === undefined) throw new Error('the reference has no rows')

const COLUMNS = 'window_hash TEXT, encoder_hash TEXT, state_layer INTEGER, pool_type TEXT, pool_radius INTEGER'
const PLACE = 'shard_path TEXT NOT NULL, row_offset INTEGER NOT NULL, created_at INTEGER NOT NULL'
const KEY = 'window_hash, encoder_hash, state_layer, pool_type, pool_radius'

/** Replaces the database with these statements, and inserts a row so that there is something to lose. */
const made =
  (version: number, ...statements: readonly string[]) =>
  (root: string): void => {
    rmSync(join(root, INDEX))
    spoilIndex(root, db => {
      for (const statement of statements) db.exec(statement)
      db.pragma(`user_version = ${version}`)
    })
  }

const changed = (work: (db: Database.Database) => void) => (root: string) => spoilIndex(root, work)

const damaged = (make: (root: string) => void, damage: (root: string) => void) => (root: string) => {
  make(root)
  damage(root)
}

const LAYOUT_2 = [
  `CREATE TABLE window_index (${COLUMNS}, center_token INTEGER NOT NULL, dtype TEXT, ${PLACE}, PRIMARY KEY (${KEY}, center_token, dtype))`,
  `INSERT INTO window_index VALUES ('${row.window_hash}', 'e', 3, 'global_mean', 0, -1, 'fp32', '${row.shard_path}', 0, 1)`
]
const LAYOUT_3 = [
  `CREATE TABLE window_index (${COLUMNS.replaceAll(/TEXT|INTEGER/g, 'ANY')}, center_token ANY, dtype ANY, physical_encoding ANY,
     ${PLACE.replaceAll(/TEXT|INTEGER/g, 'ANY')}, PRIMARY KEY (${KEY}, center_token, dtype, physical_encoding)) STRICT`,
  `INSERT INTO window_index VALUES ('${row.window_hash}', 'e', 3, 'global_mean', 0, -1, 'fp32', 'list<float16>', '${row.shard_path}', 0, 1)`
]

const NEWER: readonly (readonly [name: string, make: (root: string) => void, what: string])[] = [
  ['layout 2', made(2, ...LAYOUT_2), 'layout 2 or an early layout 3, user_version 2'],
  ['layout 3', made(4, ...LAYOUT_3), 'layout 3, user_version 4'],
  ['layout 2 before its version is set', made(0, ...LAYOUT_2), 'a column "center_token"'],
  ['an unknown layout', made(77, ...LAYOUT_3), 'an unknown layout, user_version 77'],
  ['a negative version', made(-1, ...LAYOUT_2), 'an unknown layout, user_version -1'],
  ['the columns of layout 1 and a version', changed(db => db.pragma('user_version = 2')), 'user_version 2'],
  ['the columns of layout 1 and one more', changed(db => db.exec('ALTER TABLE window_index ADD COLUMN note TEXT')), 'a column "note"'],
  ['a smaller key', made(0, `CREATE TABLE window_index (${COLUMNS}, dtype TEXT, ${PLACE}, PRIMARY KEY (${KEY}))`), 'the key window_hash'],
  ['a version without a table', made(4), 'user_version 4'],
  ['a version with only another table', made(2, 'CREATE TABLE other (a)'), 'user_version 2'],
  [
    'a version and a trigger',
    changed(db => db.exec('PRAGMA user_version = 3; CREATE TRIGGER t AFTER INSERT ON window_index BEGIN SELECT 1; END')),
    'user_version 3'
  ],
  ['a version in WAL mode', changed(db => db.exec('PRAGMA journal_mode = WAL; PRAGMA user_version = 4')), 'user_version 4'],
  [
    'layout 3, truncated',
    damaged(made(4, ...LAYOUT_3), root => truncateSync(join(root, INDEX), 5000)),
    'layout 3, user_version 4, damaged'
  ],
  ['layout 3 with a damaged first byte', damaged(made(4, ...LAYOUT_3), overwriteMagic), 'layout 3, user_version 4, damaged'],
  ['layout 2 with a damaged first byte', damaged(made(0, ...LAYOUT_2), overwriteMagic), 'a newer layout, damaged']
]

function overwriteMagic(root: string): void {
  const bytes = readFileSync(join(root, INDEX))
  bytes[0] = 0
  writeFileSync(join(root, INDEX), bytes)
}

describe.each(NEWER)('%s', (_, make, what) => {
  const root = referenceCache('unusual')
  const target = row.shard_path
  make(root)
  const index = readFileSync(join(root, INDEX))
  const shard = readFileSync(join(root, target))
  const refused = { code: 'RESOURCE.UNSUPPORTED', message: expect.stringContaining(what), details: { index_path: INDEX } }
  const finding = { kind: 'index_unsupported', shardPath: INDEX, facts: { reason: expect.stringContaining('of a newer GenoLeWM') } }
  const expectUntouched = (): void => expect(readFileSync(join(root, INDEX)).equals(index)).toBe(true)

  test('is a finding, but not a reason to rebuild it', async () => {
    for (const quick of [false, true]) {
      const { findings, healthyShards } = await verifyCache(root, { quick })
      expect(findings.filter(({ severity }) => severity === 'index')).toMatchObject([finding])
      expect(healthyShards).toBeGreaterThan(24)
    }
    expect(await planRepair(root)).toMatchObject({ reindex: false, indexFindings: [finding] })
    expect((await find(root, row.window_hash)).rows.length).toBeGreaterThan(0)
    await expect(readEmbedding(root, keyOf(row))).rejects.toMatchObject(refused)
    expectUntouched()
  })

  test('is neither rebuilt nor written to', async () => {
    await expect(reindexCache(root)).rejects.toMatchObject(refused)
    await expect(writeShard(root, { ...BLOCK, records: [recordOf(0)] })).rejects.toMatchObject(refused)
    await expect(quarantineShards(root, [target], 'by hand')).rejects.toMatchObject(refused)
    expect(existsSync(join(root, target))).toBe(true)
    expect((await verifyCache(root, { quick: true })).checkedShards).toBe(26)
    expectUntouched()
  })

  test('stays when a damaged shard is quarantined and restored', async () => {
    writeFileSync(join(root, target), shard.subarray(0, 700))
    const { quarantined, reindex } = await repairCache(root)
    expect(quarantined.map(({ shardPath }) => shardPath)).toEqual([target])
    expect(reindex).toMatchObject({ indexedRows: 0, findings: [finding] })
    expectUntouched()
    expect((await restoreShards(root, [target])).restored.length).toBe(1)
    expectUntouched()
  })
})

test('the commands report it with exit code 5, verify with 3', async () => {
  const root = referenceCache('healthy')
  const [shard = ''] = shardsOf(root)
  made(4, ...LAYOUT_3)(root)
  const end = async (args: readonly string[], input = ''): Promise<readonly [number | null, string]> => {
    const { code, stderr } = await lewmCache([...args, '--cache', root, '--json'], { input })
    return [code, stderr]
  }
  const sentence = /^lewm-cache: the index embeddings\/index\.sqlite is of a newer GenoLeWM \(layout 3, user_version 4\)[^\n]*\n$/
  for (const args of [['reindex'], ['repair'], ['quarantine', shard, '--reason', 'by hand']]) {
    const [code, stderr] = await end(args)
    expect([args[0], code, stderr]).toEqual([args[0], 5, expect.stringMatching(sentence)])
  }
  expect(await end(WRITE, ndjson([recordLine(0)]))).toEqual([5, expect.stringMatching(sentence)])
  for (const args of [['verify'], ['verify', '--quick'], ['repair', '--dry-run']]) expect((await end(args))[0]).toBe(3)
  const { stdout } = await lewmCache(['verify', '--cache', root])
  expect(stdout).toContain('index of a newer GenoLeWM')
  expect(stdout).not.toContain('reindex')
})
