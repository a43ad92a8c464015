/** Layout 2: every row is read like by the GenoLeWM that wrote it, and nothing is ever written. */

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  describeShard,
  type Finding,
  find,
  findLost,
  openCacheReader,
  planFromJson,
  planRepair,
  planToJson,
  quarantineShards,
  reindexCache,
  repairCache,
  restoreShards,
  tickMoves,
  verifyCache,
  type WindowKey,
  writeShard
} from '../../../src/main/core/index.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { newerCache, newerRows } from '../../support/newer.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, filesBelow, flipBit, float64Hex, hexBytes, keyOf as keyOfLayout1, recordOf, shardsOf } from '../cacheFiles.ts'
import { INDEX, spoilIndex } from '../index/indexFile.ts'
import { newLedger } from '../ledgers.ts'

type Row = ReturnType<typeof newerRows>[number]

const rows = newerRows('layout2')
const [first, second] = rows
if (first === undefined || second === undefined) throw new Error('the reference has no rows')

/** The shard with NaN and infinities, which are suspect in each layout. The reference of layout 1 has one as well. */
const NON_FINITE = 'embeddings/local-kmer/127/attention_7/chrnonfinite_0.parquet'

function keyOf(row: Row): WindowKey {
  const { window_hash, encoder_hash, state_layer, pool_type, pool_radius, center_token, dtype } = row
  return {
    windowHash: hexBytes(String(window_hash)),
    encoderHash: hexBytes(String(encoder_hash)),
    stateLayer: state_layer,
    poolType: pool_type,
    poolRadius: pool_radius,
    centerToken: center_token,
    dtype
  } as WindowKey
}

const indexFindings = (findings: readonly Finding[]): Finding[] => findings.filter(({ severity }) => severity === 'index')

/** The path to which a shard of another cache is copied. */
const beside = (path: string): string => path.replace('embeddings/', 'embeddings/other-')

/** Copies the shards of a cache into another one. */
function addShards(from: string, to: string): readonly string[] {
  const shards = shardsOf(from)
  for (const path of shards) {
    mkdirSync(dirname(join(to, beside(path))), { recursive: true })
    copyFileSync(join(from, path), join(to, beside(path)))
  }
  return shards
}

test('each row is read bit for bit by its key', () => {
  const reader = openCacheReader(newerCache('layout2'))
  const found = reader.readEmbeddings(rows.map(keyOf))
  reader.close()
  expect(found.map(each => each && { place: each.place, hex: float64Hex(each.embedding) })).toEqual(
    rows.map(row => ({ place: { shardPath: row.shard_path, rowOffset: row.row_offset }, hex: row.embedding_f64le }))
  )
})

test('a key without a center matches a row without one', () => {
  const reader = openCacheReader(newerCache('layout2'))
  const without = (row: Row) => reader.readEmbedding({ ...keyOf(row), centerToken: undefined })
  for (const row of rows) expect(without(row) !== null).toBe(row.center_token === null)
  expect(reader.locate({ ...keyOf(first), centerToken: 255 })).toBeNull()
  expect(() => reader.locate({ ...keyOf(first), centerToken: -1 })).toThrow('negative center_token')
  reader.close()
})

describe.each(['layout2', 'long2'] as const)('%s', which => {
  const root = newerCache(which)
  const expected = newerRows(which)

  test('its rows are listed with their center', async () => {
    for (const shardPath of shardsOf(root)) {
      const { rowList } = await describeShard(root, shardPath, { rows: true })
      for (const row of expected.filter(each => each.shard_path === shardPath)) {
        const listed = rowList?.[row.row_offset]
        expect(listed).toMatchObject({ ...keyOf(row), chrom: row.chrom, schemaVersion: '2.0.0' })
        expect([listed?.startBp, listed?.endBp, listed?.createdAt].map(String)).toEqual(
          [row.start_bp, row.end_bp, row.created_at].map(String)
        )
      }
    }
  })

  test('a hash finds its row', async () => {
    for (const row of [...expected.slice(0, 5), ...expected.slice(-2)]) {
      const found = await find(root, String(row.window_hash))
      expect(found.rows.map(({ shardPath, rowOffset }) => [shardPath, rowOffset])).toContainEqual([row.shard_path, row.row_offset])
    }
  })

  test('is healthy, according to both readers', async () => {
    const before = filesBelow(root)
    const { findings, secondReader, checkedRows } = await verifyCache(root, { secondReader: true })
    const missing = which === 'long2' ? ['index_missing'] : []
    expect(findings.filter(({ shardPath }) => shardPath !== NON_FINITE).map(({ kind }) => kind)).toEqual(missing)
    expect(secondReader).toMatchObject({ compared: shardsOf(root).length, disagreeing: 0, notRead: [] })
    expect(checkedRows).toBe(which === 'long2' ? 1031 : 56)
    expect(filesBelow(root)).toEqual(before)
  })
})

describe('its index', () => {
  const changed = async (work: (db: Database.Database) => void): Promise<readonly Finding[]> => {
    const root = newerCache('layout2')
    spoilIndex(root, work)
    const bytes = readFileSync(join(root, INDEX))
    const { findings } = await verifyCache(root)
    await expect(reindexCache(root)).rejects.toMatchObject({ code: 'RESOURCE.UNSUPPORTED' })
    const plan = await planRepair(root)
    expect(plan).toMatchObject({ reindex: false, keepsIndex: true })
    expect(tickMoves(plan, new Set()).reindex).toBe(false)
    expect(planToJson(planFromJson(JSON.parse(JSON.stringify(planToJson(plan)))))).toEqual(planToJson(plan))
    expect(readFileSync(join(root, INDEX)).equals(bytes)).toBe(true)
    return findings.filter(({ shardPath }) => shardPath !== NON_FINITE)
  }
  const at = `shard_path = '${first.shard_path}' AND row_offset = 0`

  test('a missing entry', async () => {
    const findings = await changed(db => db.exec(`DELETE FROM window_index WHERE ${at}`))
    expect(findings).toMatchObject([{ kind: 'row_without_entry', shardPath: first.shard_path, row: 0, details: { index_layout: 2 } }])
    expect(findings.map(describeFinding)[0]).not.toContain('reindex')
  })

  test('an entry with another center', async () => {
    const findings = await changed(db => db.exec(`UPDATE window_index SET center_token = 255 WHERE ${at}`))
    expect(findings).toMatchObject([
      {
        kind: 'changed_since_indexed',
        row: 0,
        column: 'center_token',
        details: { recorded: { center_token: 255 }, found: { center_token: 256 } }
      }
    ])
  })

  test('an entry without a center where the pool requires one', async () => {
    const findings = await changed(db => db.exec(`UPDATE window_index SET center_token = -1 WHERE ${at}`))
    expect(findings.map(({ kind }) => kind).sort()).toEqual(['entry_elsewhere', 'row_without_entry'])
  })
})

test('each bit of an index entry matters', async () => {
  const root = newerCache('layout2')
  spoilIndex(root, db => {
    const hash = db.prepare('SELECT window_hash FROM window_index WHERE rowid = 7').pluck().get() as string
    const flipped = `${hash.startsWith('a') ? 'b' : 'a'}${hash.slice(1)}`
    db.prepare('UPDATE window_index SET window_hash = ? WHERE rowid = 7').run(flipped)
  })
  expect((await verifyCache(root)).findings.filter(({ shardPath }) => shardPath !== NON_FINITE).map(({ kind }) => kind)).toEqual([
    'changed_since_indexed'
  ])
})

test('a damaged shard is quarantined, its entries stay, and it is restored', async () => {
  const root = newerCache('layout2')
  const target = String(first.shard_path)
  const path = join(root, target)
  const bytes = readFileSync(path)
  const index = readFileSync(join(root, INDEX))
  writeFileSync(path, bytes.subarray(0, bytes.length - 100))
  const report = await repairCache(root)
  expect(report.quarantined.map(({ shardPath }) => shardPath)).toEqual([target])
  expect(report.reindex).toMatchObject({ indexKept: true, findings: [{ kind: 'index_unsupported', shardPath: INDEX }] })
  expect(report).toMatchObject({ missingShards: 1, missingRows: 6 })
  expect(readFileSync(join(root, INDEX)).equals(index)).toBe(true)
  const { lost } = await findLost(root, { shardsNamed: 10, keysNamed: 10 })
  expect(lost.map(each => each.lost)).toMatchObject([{ shardPath: target, reason: 'quarantined', rows: 6 }])
  expect(lost[0]?.lost.keys.map(({ centerToken }) => centerToken)).toEqual([256, 259, 262, 265, 268, 271])
  const { findings } = await verifyCache(root)
  expect(findings.filter(({ shardPath }) => shardPath !== NON_FINITE)).toMatchObject([
    { kind: 'entry_without_row', shardPath: target, details: { index_layout: 2 } },
    { kind: 'missing_shard', shardPath: target }
  ])
  expect((await restoreShards(root, [target])).restored.map(({ shardPath }) => shardPath)).toEqual([target])
  writeFileSync(path, bytes)
  expect((await verifyCache(root)).findings.map(({ kind }) => kind)).toEqual(['non_finite'])
  expect(readFileSync(join(root, INDEX)).equals(index)).toBe(true)
})

test('changes are refused, and change nothing', async () => {
  const root = newerCache('layout2')
  const before = filesBelow(root)
  const refused = { code: 'RESOURCE.UNSUPPORTED', details: { index_path: INDEX, index_layout: 2 } }
  await expect(reindexCache(root)).rejects.toMatchObject(refused)
  await expect(writeShard(root, { ...BLOCK, records: [recordOf(0)] })).rejects.toMatchObject(refused)
  await expect(quarantineShards(root, [String(first.shard_path)], 'by hand')).rejects.toMatchObject(refused)
  expect((await repairCache(root)).reindex).toMatchObject({ indexKept: true })
  expect(filesBelow(root)).toEqual(before)
})

test('without an index as well', async () => {
  const root = newerCache('long2')
  const before = filesBelow(root)
  const [shard = ''] = shardsOf(root)
  await expect(reindexCache(root)).rejects.toMatchObject({ code: 'RESOURCE.UNSUPPORTED', details: { layout: 2, count: 1031 } })
  await expect(writeShard(root, { ...BLOCK, records: [recordOf(0)] })).rejects.toMatchObject({
    code: 'RESOURCE.UNSUPPORTED',
    details: { shard_path: shard }
  })
  expect(await planRepair(root)).toMatchObject({ reindex: false, keepsIndex: true })
  expect((await repairCache(root)).reindex).toMatchObject({ indexKept: true, findings: [{ kind: 'index_other_layout' }] })
  expect(filesBelow(root)).toEqual(before)
})

test('a record with a center is refused', async () => {
  const records = [{ ...recordOf(0), centerToken: 8 }]
  await expect(writeShard(temporaryFolder(), { ...BLOCK, records })).rejects.toMatchObject({
    code: 'INPUT.GENERIC',
    details: { field: 'center_token' }
  })
})

describe('beside an index of layout 1', () => {
  const root = referenceCache('healthy')
  const [row] = referenceRows('healthy')
  const shards = addShards(newerCache('layout2'), root)

  test('rows of layout 2 are reported once', async () => {
    for (const quick of [false, true]) {
      const { findings } = await verifyCache(root, { quick })
      expect(indexFindings(findings)).toMatchObject([
        { kind: 'index_other_layout', shardPath: INDEX, details: { index_layout: 1, layout: 2, shards: shards.length, count: 56 } }
      ])
      expect(findings.filter(({ severity }) => severity !== 'index').map(({ kind }) => kind)).toEqual(
        quick ? [] : ['non_finite', 'non_finite']
      )
    }
  })

  test('rows of both are found', async () => {
    if (row === undefined) throw new Error('the reference has no rows')
    const reader = openCacheReader(root)
    expect(reader.readEmbedding(keyOfLayout1(row))).not.toBeNull()
    expect(reader.readEmbedding(keyOf(first))).toBeNull()
    reader.close()
    for (const [hash, path] of [
      [row.window_hash, row.shard_path],
      [String(second.window_hash), beside(String(second.shard_path))]
    ]) {
      const found = await find(root, hash ?? '')
      expect(found.rows.map(({ shardPath }) => shardPath)).toContain(path)
    }
  })

  test('a new index holds the rows of layout 1, and the others are not reported as missing from it', async () => {
    const { indexedRows, findings } = await reindexCache(root)
    expect(indexedRows).toBe(referenceRows('healthy').length)
    expect(findings).toMatchObject([{ kind: 'index_other_layout', details: { shards: shards.length, count: 56 } }])
    const plan = await planRepair(root)
    expect(plan.reindex).toBe(false)
    expect(plan.keepsIndex).toBeUndefined()
    spoilIndex(root, db => db.exec('DELETE FROM window_index WHERE rowid = 3'))
    expect((await planRepair(root)).reindex).toBe(true)
    await repairCache(root)
    expect(indexFindings((await verifyCache(root)).findings).map(({ kind }) => kind)).toEqual(['index_other_layout'])
  })

  test('a shard of layout 2 in place of one of layout 1 has changed since it was indexed', async () => {
    const mixed = referenceCache('healthy')
    const path = String(row?.shard_path)
    const held = referenceRows('healthy').filter(each => each.shard_path === path).length
    copyFileSync(join(newerCache('layout2'), String(first.shard_path)), join(mixed, path))
    const { findings, missingRows } = await verifyCache(mixed)
    const kinds = findings.filter(({ shardPath }) => shardPath === path).map(({ kind }) => kind)
    expect(kinds).toContain('changed_since_indexed')
    expect(kinds).not.toContain('row_without_entry')
    expect(findings.filter(({ kind }) => kind === 'index_other_layout')).toHaveLength(1)
    expect(missingRows).toBe(Math.max(0, held - 6))
    await expect(
      writeShard(mixed, { ...BLOCK, records: [recordOf(0)], encoderId: 'local-kmer', contig: recordOf(0).chrom, strideBlock: 77 })
    ).resolves.toMatchObject({ written: true })
  })
})

test('beside an index of layout 2, rows of layout 1 are reported once, and the index stays', async () => {
  const root = newerCache('layout2')
  const shards = addShards(referenceCache('healthy'), root)
  const index = readFileSync(join(root, INDEX))
  const { findings } = await verifyCache(root)
  expect(indexFindings(findings)).toMatchObject([
    { kind: 'index_other_layout', details: { index_layout: 2, layout: 1, shards: shards.length, count: referenceRows('healthy').length } }
  ])
  expect(findings.filter(({ severity }) => severity !== 'index').map(({ kind }) => kind)).toEqual(['non_finite', 'non_finite'])
  const [row] = referenceRows('healthy')
  expect((await find(root, row?.window_hash ?? '')).rows.map(({ shardPath }) => shardPath)).toContain(beside(row?.shard_path ?? ''))
  expect(await planRepair(root)).toMatchObject({ reindex: false, keepsIndex: true })
  await expect(reindexCache(root)).rejects.toMatchObject({ code: 'RESOURCE.UNSUPPORTED' })
  await repairCache(root)
  expect(readFileSync(join(root, INDEX)).equals(index)).toBe(true)
})

test('a flipped bit in a shard is found once its digest is recorded', async () => {
  const root = newerCache('layout2')
  const ledger = newLedger()
  await verifyCache(root, { ledger })
  const target = String(first.shard_path)
  flipBit(join(root, target), 1500)
  const { findings } = await verifyCache(root, { ledger })
  expect(findings.filter(({ shardPath }) => shardPath === target).length).toBeGreaterThan(0)
})
