/** A bulk-loaded index equals one that SQLite would have built row by row. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { reindexCache, writeShard } from '../../../src/main/core/index.ts'
import { LAYOUT_1 } from '../../../src/main/core/layouts/layout1.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, BLOCK_PATH, recordOf } from '../cacheFiles.ts'

/** Rows of two encoders alternately, one with negative times, and another shard with the same keys. */
async function mixedCache(): Promise<string> {
  const root = temporaryFolder()
  const encoders = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const records = Array.from({ length: 50 }, (_, i) =>
    recordOf(i, {
      encoderHash: encoders[(i >> 2) % 2] ?? Buffer.alloc(32),
      dtype: i < 25 ? 'fp16' : 'bf16',
      createdAt: i === 3 ? -5n : BigInt(i + 1)
    })
  )
  await writeShard(root, { ...BLOCK, records })
  copyFileSync(join(root, BLOCK_PATH), join(root, BLOCK_PATH.replace('_0.', '_1.')))
  return root
}

function contents(path: string): { schema: unknown[]; rows: unknown[]; check: unknown; byKey: unknown[]; byShard: unknown } {
  const db = new Database(path, { readonly: true })
  try {
    return {
      schema: db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master').all(),
      rows: db.prepare('SELECT * FROM window_index NOT INDEXED ORDER BY shard_path, row_offset').safeIntegers().all(),
      check: db.pragma('integrity_check', { simple: true }),
      byKey: db.prepare('SELECT window_hash FROM window_index ORDER BY window_hash').pluck().all(),
      byShard: db.prepare('SELECT count(*) FROM window_index WHERE shard_path = ?').pluck().get(BLOCK_PATH)
    }
  } finally {
    db.close()
  }
}

test('schema, rows and both indexes equal those of an index that grew', async () => {
  const root = await mixedCache()
  const path = join(root, 'embeddings/index.sqlite')
  const grown = contents(path)
  const report = await reindexCache(root)
  expect(contents(path)).toEqual(grown)
  expect(grown).toMatchObject({ check: 'ok', byShard: 50 })
  expect(report.indexedRows).toBe(50)
  expect(report.findings.map(({ kind, shardPath, details }) => [kind, shardPath, details.count])).toEqual([
    ['duplicate_key', BLOCK_PATH.replace('_0.', '_1.'), 50]
  ])
})

test('accepts rows like any other index, and refuses a duplicate key', async () => {
  const root = await mixedCache()
  await reindexCache(root)
  const db = new Database(join(root, 'embeddings/index.sqlite'))
  for (const statement of LAYOUT_1.indexStatements) db.exec(statement)
  const insert = db.prepare(
    'INSERT INTO window_index SELECT window_hash, encoder_hash, ?, pool_type, pool_radius, dtype, shard_path, row_offset, created_at FROM window_index'
  )
  expect(() => insert.run(5)).toThrow(/UNIQUE constraint failed/)
  expect(insert.run(6).changes).toBe(50)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
})
