/** A missing shard stays a problem, independent of changes to the index, until it is restored or the user forgets it. */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type Finding,
  forgetLost,
  inspectCache,
  quarantineShards,
  reindexCache,
  repairCache,
  restoreShards,
  type VerifyOptions,
  type VerifyReport,
  verifyCache,
  writeShard
} from '../../../src/main/core/index.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { toRecorded } from '../../../src/shared/text/recordedFinding.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { replaceShard } from '../cacheFiles.ts'
import { INDEX, spoilIndex } from '../index/indexFile.ts'
import { newLedger } from '../ledgers.ts'
import { LAB_SHARD, type LabShard, labCache, labShards, optionsOf, pathOf, ROWS, recordsOf, SHARDS } from './labCache.ts'

const LOST = pathOf(LAB_SHARD)
const ALPHA = 'embeddings/lab__alpha'

const kindsOf = ({ findings }: Pick<VerifyReport, 'findings'>) => findings.map(({ kind, shardPath }) => `${kind} ${shardPath}`)
const missingIn = ({ findings }: VerifyReport): Finding[] => findings.filter(({ kind }) => kind === 'missing_shard')

/** The missing rows in a report. */
async function missing(root: string, options: VerifyOptions = {}) {
  const { missingShards, missingRows } = await verifyCache(root, options)
  return { missingShards, missingRows }
}
const NOTHING = { missingShards: 0, missingRows: 0 }
const ONE_SHARD = { missingShards: 1, missingRows: ROWS }

test('nothing is missing from a complete cache, with and without a ledger, before and after a reindex', async () => {
  const root = await labCache()
  const ledger = newLedger()
  expect(kindsOf(await verifyCache(root))).toEqual([])
  expect(kindsOf(await verifyCache(root, { ledger }))).toEqual([])
  await reindexCache(root)
  expect(await verifyCache(root, { ledger })).toMatchObject({ ...NOTHING, findings: [] })
})

describe('a deleted shard', () => {
  test('is missing according to the index, with its keys, and its windows from shards of other configurations', async () => {
    const root = await labCache()
    rmSync(join(root, LOST))
    const report = await verifyCache(root)
    expect(report).toMatchObject({ ...ONE_SHARD, healthyShards: SHARDS - 1 })
    expect(kindsOf(report)).toEqual([`entry_without_row ${LOST}`, `missing_shard ${LOST}`])
    const [found] = missingIn(report)
    expect(found?.severity).toBe('missing')
    expect(found && describeFinding(found)).toBe('the shard is missing, and no other shard holds 4 rows of it (X:32769-69632).')
    expect(found?.details).toMatchObject({
      count: ROWS,
      reason: 'missing',
      sources: ['index'],
      windows: recordsOf(LAB_SHARD).map(({ chrom, startBp, endBp }) => ({ chrom, start_bp: Number(startBp), end_bp: Number(endBp) })),
      keys: recordsOf(LAB_SHARD).map(({ windowHash }) => Buffer.from(windowHash).toString('hex'))
    })
  })

  test('reports the number of configurations that hold its block', async () => {
    const root = await labCache()
    const presence = async (options: VerifyOptions = {}) =>
      missingIn(await verifyCache(root, options)).map(({ shardPath, details }) => [shardPath, details.present_in, details.configurations])
    rmSync(join(root, LOST))
    const [found] = missingIn(await verifyCache(root))
    expect(found?.details).toMatchObject({ contig: 'X', stride_block: 1, configurations: 4, present_in: 3 })
    // From the listing alone, without reading shards.
    expect(await presence({ quick: true })).toEqual([[LOST, 3, 4]])
    expect(await presence({ shards: [LOST.replace('X_1', 'X_0')] })).toEqual([])
    const beta = pathOf({ ...LAB_SHARD, encoder: 'lab/beta' })
    await quarantineShards(root, [beta], 'not trusted')
    expect(await presence()).toEqual([
      [LOST, 2, 4],
      [beta, 2, 4]
    ])
    // A configuration without any shards counts as well.
    rmSync(join(root, ALPHA), { recursive: true })
    expect(new Set((await presence()).map(([path, ...counts]) => `${String(path).slice(-12)} ${counts}`))).toEqual(
      new Set(['r1_0.parquet 2,4', 'r1_1.parquet 2,4', 'rX_0.parquet 2,4', 'rX_1.parquet 1,4'])
    )
  })

  test('reports no configurations in a cache of one', async () => {
    const root = await labCache(labShards().filter(({ encoder, layer }) => encoder === 'lab/alpha' && layer === 5))
    rmSync(join(root, LOST))
    const [found] = missingIn(await verifyCache(root))
    expect(Object.keys(found?.details ?? {})).toEqual(['count', 'reason', 'sources', 'windows', 'keys'])
  })

  test.each<VerifyOptions>([
    { quick: true },
    { changed: true },
    { olderThanMs: 86_400_000 },
    { resume: true },
    { shards: [LOST.replace('X_1', 'X_0')] }
  ])('is missing for a verification of %j, unless that names other shards', async options => {
    const root = await labCache()
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    rmSync(join(root, LOST))
    const expected = options.shards === undefined ? ONE_SHARD : NOTHING
    expect(await missing(root, { ledger, ...options })).toEqual(expected)
  })

  test('stays missing after a reindex and a repair, without a ledger', async () => {
    const root = await labCache()
    rmSync(join(root, LOST))
    await reindexCache(root)
    expect(await verifyCache(root)).toMatchObject({ ...ONE_SHARD, byKind: { missing_shard: 1 } })
    expect(await repairCache(root)).toMatchObject(ONE_SHARD)
    await reindexCache(root)
    const report = await verifyCache(root)
    expect(kindsOf(report)).toEqual([`missing_shard ${LOST}`])
    expect(missingIn(report)[0]?.details).toMatchObject({ sources: ['kept'], count: ROWS })
  })

  test('is missing according to the ledger if another program rebuilt the index, or if the index is missing', async () => {
    const root = await labCache()
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    rmSync(join(root, LOST))
    rmSync(join(root, INDEX))
    const without = await verifyCache(root, { ledger })
    expect(without).toMatchObject(ONE_SHARD)
    expect(missingIn(without)[0]?.details).toMatchObject({ sources: ['ledger'] })
    await reindexCache(root)
    const { lost, report } = await inspectCache(root, { ledger, nameAllLost: true })
    expect(report).toMatchObject({ ...ONE_SHARD, byKind: { missing_shard: 1 } })
    // Its keys are the windows of another configuration in its own configuration.
    expect(lost[0]?.keys.map(({ windowHash, stateLayer }) => [windowHash, stateLayer])).toEqual(
      recordsOf(LAB_SHARD).map(({ windowHash }) => [Buffer.from(windowHash).toString('hex'), LAB_SHARD.layer])
    )
    expect(lost[0]?.windows).toHaveLength(ROWS)
  })

  test('has its windows from the ledger in a cache of one configuration', async () => {
    const shards = labShards().filter(({ encoder, layer }) => encoder === 'lab/alpha' && layer === 5)
    const root = await labCache(shards)
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    rmSync(join(root, LOST))
    const known = await inspectCache(root, { ledger })
    expect(known.lost[0]?.keys.map(({ window }) => window?.startBp)).toEqual(recordsOf(LAB_SHARD).map(({ startBp }) => startBp))
    const unknown = await inspectCache(root, {})
    expect(unknown.report).toMatchObject(ONE_SHARD)
    expect(unknown.lost[0]?.keys.map(({ window }) => window)).toEqual(Array.from({ length: ROWS }, () => null))
  })

  test('is no longer missing when it is restored from a backup, before and after a reindex', async () => {
    const root = await labCache()
    const ledger = newLedger()
    const bytes = join(temporaryFolder(), 'backup')
    cpSync(root, bytes, { recursive: true })
    await verifyCache(root, { ledger })
    rmSync(join(root, LOST))
    await reindexCache(root)
    await verifyCache(root, { ledger })
    cpSync(join(bytes, LOST), join(root, LOST), { preserveTimestamps: true })
    expect(kindsOf(await verifyCache(root, { ledger }))).toEqual([`row_without_entry ${LOST}`])
    expect(await missing(root)).toEqual(NOTHING)
    await reindexCache(root)
    expect(await verifyCache(root, { ledger })).toMatchObject({ ...NOTHING, findings: [] })
    expect(existsSync(join(root, 'embeddings/.quarantine'))).toBe(false)
  })

  test('lacks only the rows that no other shard holds', async () => {
    const root = await labCache()
    const copy = LOST.replace('X_1', 'X_7')
    cpSync(join(root, LOST), join(root, copy))
    rmSync(join(root, LOST))
    expect(await missing(root)).toEqual(NOTHING)
    rmSync(join(root, copy))
    const two = recordsOf(LAB_SHARD).slice(0, 2)
    await replaceShard(root, copy, { ...optionsOf(LAB_SHARD), records: two })
    const report = await verifyCache(root)
    expect(report).toMatchObject({ missingShards: 1, missingRows: ROWS - 2 })
    expect(missingIn(report).map(describeFinding)[0]).toContain('2 other rows of it are in other shards.')
  })
})

describe('a moved shard is not missing', () => {
  test.each([
    ['a shard', (root: string) => renameSync(join(root, LOST), join(root, LOST.replace('X_1', 'X_7')))],
    ['the folder of an encoder', (root: string) => renameSync(join(root, ALPHA), join(root, 'embeddings/lab__gamma'))]
  ])('%s', async (_, move) => {
    const root = await labCache()
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    move(root)
    expect(await missing(root, { quick: true })).toEqual(NOTHING)
    expect(await missing(root)).toEqual(NOTHING)
    expect(await missing(root, { ledger })).toEqual(NOTHING)
    rmSync(join(root, INDEX))
    await reindexCache(root)
    expect(await missing(root, { ledger })).toEqual(NOTHING)
  })

  test('even if only the ledger knew it', async () => {
    const root = await labCache()
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    renameSync(join(root, LOST), join(root, LOST.replace('X_1', 'X_7')))
    rmSync(join(root, INDEX))
    await reindexCache(root)
    expect(await missing(root, { ledger, quick: true })).toEqual(NOTHING)
    expect(await missing(root, { ledger })).toEqual(NOTHING)
  })
})

test('a missing encoder folder is one missing shard for each', async () => {
  const root = await labCache()
  rmSync(join(root, ALPHA), { recursive: true })
  const expected = { missingShards: SHARDS / 2, missingRows: (SHARDS / 2) * ROWS }
  expect(await missing(root)).toEqual(expected)
  await reindexCache(root)
  expect(await missing(root)).toEqual(expected)
})

test('a cache without any shards misses all of them', async () => {
  const root = await labCache()
  for (const name of readdirSync(join(root, 'embeddings'))) {
    if (name !== 'index.sqlite') rmSync(join(root, 'embeddings', name), { recursive: true })
  }
  const expected = { missingShards: SHARDS, missingRows: SHARDS * ROWS }
  expect(await missing(root)).toEqual(expected)
  await reindexCache(root)
  expect(await missing(root)).toEqual(expected)
})

test('entries that no shard can have had are not evidence', async () => {
  const root = await labCache()
  const copy = (hash: string, path: string, row: number) =>
    `INSERT INTO window_index SELECT '${hash}', encoder_hash, state_layer, pool_type, pool_radius, dtype, '${path}', ${row}, created_at FROM window_index LIMIT 1`
  spoilIndex(root, db => {
    db.exec(copy('no hash', 'embeddings/gone.parquet', 0))
    db.exec(copy('cd'.repeat(32), '../outside.parquet', 0))
  })
  expect(await missing(root)).toEqual(NOTHING)
})

describe('rows in quarantine', () => {
  test('are missing while no other shard holds them', async () => {
    const root = await labCache()
    await quarantineShards(root, [LOST], 'not trusted')
    const report = await verifyCache(root)
    expect(report).toMatchObject(ONE_SHARD)
    expect(kindsOf(report)).toEqual([`missing_shard ${LOST}`])
    expect(missingIn(report).map(toRecorded)[0]).toMatchObject({
      message: expect.stringContaining('the shard is in quarantine (embeddings/.quarantine/'),
      details: { reason: 'quarantined', count: ROWS }
    })
    await restoreShards(root, 'all')
    expect(await verifyCache(root)).toMatchObject({ ...NOTHING, findings: [] })
  })

  test('are not missing while another shard holds them', async () => {
    const root = await labCache()
    const copy = LOST.replace('X_1', 'X_7')
    cpSync(join(root, LOST), join(root, copy))
    await quarantineShards(root, [copy], 'a copy')
    expect(await missing(root)).toEqual(NOTHING)
  })

  test('are counted from the index if the file cannot be read, even if GenoLeWM moved it', async () => {
    const root = await labCache()
    const file = join(root, LOST)
    const bytes = readFileSync(file)
    const place = join(root, LOST.replace('embeddings', 'embeddings/.quarantine'))
    mkdirSync(join(place, '..'), { recursive: true })
    rmSync(file)
    writeFileSync(place, bytes.subarray(0, bytes.length / 2))
    expect(await missing(root)).toEqual(ONE_SHARD)
    expect(missingIn(await verifyCache(root))[0]?.details).toMatchObject({ reason: 'quarantined' })
    // Without index and ledger, the number is unknown.
    rmSync(join(root, INDEX))
    await reindexCache(root)
    expect(await missing(root)).toEqual({ missingShards: 1, missingRows: 0 })
  })
})

describe('forgetting', () => {
  test('resolves it, is recorded with user and time, and does not apply to files written there later', async () => {
    const root = await labCache()
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    rmSync(join(root, LOST))
    await reindexCache(root)
    const [forgotten] = await forgetLost(root, [LOST], { ledger })
    expect(forgotten).toMatchObject({ shardPath: LOST, rows: ROWS, reason: 'missing' })
    expect(await missing(root, { ledger })).toEqual(NOTHING)
    const [name = ''] = readdirSync(join(root, 'embeddings/.quarantine'))
    const [line = '', ...evidence] = readFileSync(join(root, 'embeddings/.quarantine', name), 'utf8')
      .trimEnd()
      .split('\n')
    expect(JSON.parse(line)).toMatchObject({ shard_path: LOST, rows: ROWS, by: userInfo().username, at: expect.stringMatching(/^\d{19}$/) })
    expect(evidence).toHaveLength(ROWS)
    await expect(forgetLost(root, [LOST], { ledger })).rejects.toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
    await writeShard(root, { ...optionsOf(LAB_SHARD), records: recordsOf(LAB_SHARD) })
    expect(await verifyCache(root, { ledger })).toMatchObject({ ...NOTHING, findings: [] })
    rmSync(join(root, LOST))
    expect(await missing(root, { ledger })).toEqual(ONE_SHARD)
  })

  test('uses the entries of the index, and works without a reindex', async () => {
    const root = await labCache()
    rmSync(join(root, LOST))
    await forgetLost(root, [LOST])
    expect(await verifyCache(root)).toMatchObject({ ...NOTHING, findings: [] })
  })

  test('a shard in quarantine keeps the file there, and a restore works as before', async () => {
    const root = await labCache()
    await quarantineShards(root, [LOST], 'not trusted')
    await forgetLost(root, [LOST])
    expect(await missing(root)).toEqual(NOTHING)
    await restoreShards(root, 'all')
    expect(await verifyCache(root)).toMatchObject({ ...NOTHING, findings: [] })
    await quarantineShards(root, [LOST], 'once more')
    expect(await missing(root)).toEqual(ONE_SHARD)
  })

  test('refuses shards that are not missing, and then forgets nothing', async () => {
    const root = await labCache()
    rmSync(join(root, LOST))
    const there = pathOf({ ...LAB_SHARD, block: 0 } satisfies LabShard)
    await expect(forgetLost(root, [LOST, there])).rejects.toMatchObject({ code: 'RESOURCE.NOT_FOUND', details: { shard_path: there } })
    expect(await missing(root)).toEqual(ONE_SHARD)
  })
})
