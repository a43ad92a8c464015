/** A shard that returned with fewer rows: the other rows are missing, not changed. */

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  applyRepair,
  findLost,
  forgetLost,
  inspectCache,
  type Ledger,
  planRepair,
  reindexCache,
  repairCache,
  verifyCache
} from '../../../src/main/core/index.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { flippedHash, replaceShard } from '../cacheFiles.ts'
import { INDEX } from '../index/indexFile.ts'
import { newLedger } from '../ledgers.ts'
import { LAB_SHARD, labCache, labShards, optionsOf, pathOf, ROWS, recordsOf } from './labCache.ts'

const PATH = pathOf(LAB_SHARD)
const COPY = PATH.replace('X_1', 'X_7')
const GONE = ROWS - 1

const alone = () => labCache(labShards().filter(({ encoder, layer }) => encoder === LAB_SHARD.encoder && layer === LAB_SHARD.layer))
const records = recordsOf(LAB_SHARD)
const shorten = (root: string) => replaceShard(root, PATH, { ...optionsOf(LAB_SHARD), records: records.slice(0, ROWS - GONE) })
const hashOf = (row: number) => Buffer.from(records[row]?.windowHash ?? []).toString('hex')

/** An index made by another program, which does not archive removed entries. */
async function indexedElsewhere(root: string): Promise<void> {
  rmSync(join(root, INDEX))
  await reindexCache(root)
}

describe('while the index still has the rows', () => {
  test('they are missing and counted, before and after a reindex and a repair', async () => {
    const root = await alone()
    await shorten(root)
    for (const step of [() => reindexCache(root), () => repairCache(root), () => reindexCache(root)]) {
      const { report, lost } = await inspectCache(root, { nameAllLost: true })
      expect(report.findings.map(({ kind, shardPath }) => `${kind} ${shardPath}`)).toEqual([`missing_shard ${PATH}`])
      expect(report.findings[0]?.details).toMatchObject({ count: GONE, reason: 'rows_missing' })
      expect(report).toMatchObject({ missingShards: 1, missingRows: GONE })
      expect(lost).toMatchObject([{ shardPath: PATH, rows: GONE, reason: 'rows_missing' }])
      expect(lost[0]?.keys.map(({ windowHash, rowOffset }) => [windowHash, rowOffset])).toEqual([1, 2, 3].map(row => [hashOf(row), row]))
      await step()
    }
  })

  test('a recorded verification does not make them an error of the index', async () => {
    const root = await alone()
    const ledger = newLedger()
    await shorten(root)
    for (let i = 0; i < 2; i++) {
      expect((await verifyCache(root, { ledger })).findings.map(({ kind }) => kind)).toEqual(['missing_shard'])
    }
    await reindexCache(root)
    expect(await verifyCache(root, { ledger })).toMatchObject({ missingShards: 1, missingRows: GONE })
  })

  test('a repair reports the number', async () => {
    const root = await alone()
    await shorten(root)
    expect(await applyRepair(await planRepair(root))).toMatchObject({ missingShards: 1, missingRows: GONE })
  })

  test('a remaining row with another key has changed. Each problem is reported separately', async () => {
    const root = await alone()
    await replaceShard(root, PATH, {
      ...optionsOf(LAB_SHARD),
      records: records.slice(0, 2).map((record, row) => (row === 1 ? flippedHash(record) : record))
    })
    for (let i = 0; i < 2; i++) {
      const { report, lost } = await inspectCache(root, {})
      expect(report.findings.map(({ kind, row, details }) => [kind, row, details.count])).toEqual([
        ['missing_shard', null, 2],
        ['changed_since_indexed', 1, 1]
      ])
      expect(report).toMatchObject({ missingShards: 1, missingRows: 2 })
      expect(lost.map(({ reason, rows, keys }) => [reason, rows, keys.map(({ rowOffset }) => rowOffset)])).toEqual([
        ['rows_missing', 2, [2, 3]],
        ['changed_since_indexed', 1, [1]]
      ])
      await reindexCache(root)
    }
    expect(await forgetLost(root, [PATH])).toMatchObject([{ shardPath: PATH, rows: 3 }])
    expect((await verifyCache(root)).findings).toEqual([])
  })

  test('rows that another shard holds are not missing', async () => {
    const root = await alone()
    await replaceShard(root, COPY, { ...optionsOf(LAB_SHARD), strideBlock: 7, records: records.slice(1) })
    await shorten(root)
    expect(await verifyCache(root)).toMatchObject({ missingShards: 0, missingRows: 0 })
  })

  test('restoring the original resolves it', async () => {
    const root = await alone()
    const whole = readFileSync(join(root, PATH))
    await shorten(root)
    await reindexCache(root)
    writeFileSync(join(root, PATH), whole)
    await reindexCache(root)
    expect((await verifyCache(root)).findings).toEqual([])
  })
})

describe('if only the ledger recorded the rows', () => {
  async function shortened(): Promise<{ readonly root: string; readonly ledger: Ledger; readonly whole: Buffer }> {
    const root = await alone()
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    const whole = readFileSync(join(root, PATH))
    await shorten(root)
    await indexedElsewhere(root)
    return { root, ledger, whole }
  }

  test('the missing ones are counted, in later verifications too, with their windows', async () => {
    const { root, ledger } = await shortened()
    for (let i = 0; i < 3; i++) {
      const { report, lost } = await inspectCache(root, { ledger })
      expect(report.findings.map(({ kind, shardPath }) => `${kind} ${shardPath}`).sort()).toEqual([
        `changed_bytes ${PATH}`,
        `missing_shard ${PATH}`
      ])
      const found = report.findings.find(({ kind }) => kind === 'missing_shard')
      expect(found && describeFinding(found)).toContain(`${GONE} of ${ROWS} recorded rows are gone`)
      expect(found?.details).toMatchObject({ count: GONE, reason: 'rows_missing', sources: ['ledger'] })
      expect(report).toMatchObject({ missingShards: 1, missingRows: GONE })
      expect(lost).toMatchObject([{ reason: 'rows_missing', rows: GONE, keys: [] }])
      expect(lost[0]?.windows).toEqual(records.slice(1).map(({ chrom, startBp, endBp }) => ({ chrom, startBp, endBp })))
    }
  })

  test('without reading all shards again, and after a repair', async () => {
    const { root, ledger } = await shortened()
    expect(await repairCache(root, { ledger })).toMatchObject({ missingShards: 1, missingRows: GONE })
    const { lost } = await findLost(root, { ledger, shardsNamed: 10, keysNamed: 10 })
    expect(lost.map(each => each.lost)).toMatchObject([{ shardPath: PATH, reason: 'rows_missing', rows: GONE }])
  })

  test.each([
    ['the whole shard', 0],
    ['exactly those rows', 1]
  ])('they are not missing if another shard holds %s', async (_, from) => {
    const { root, ledger } = await shortened()
    await replaceShard(root, COPY, { ...optionsOf(LAB_SHARD), strideBlock: 7, records: records.slice(from) })
    await indexedElsewhere(root)
    expect(await verifyCache(root, { ledger })).toMatchObject({ missingShards: 0, missingRows: 0 })
    rmSync(join(root, COPY))
    await indexedElsewhere(root)
    expect((await verifyCache(root, { ledger })).missingRows).toBeGreaterThanOrEqual(GONE)
  })

  test('the user can forget them before the shard was verified again', async () => {
    const { root, ledger } = await shortened()
    expect(await forgetLost(root, [PATH], { ledger })).toMatchObject([{ rows: GONE, reason: 'rows_missing' }])
    expect(await verifyCache(root, { ledger })).toMatchObject({ missingRows: 0 })
  })

  test('the user can forget them, but the change of the bytes stays a finding', async () => {
    const { root, ledger } = await shortened()
    await verifyCache(root, { ledger })
    expect(await forgetLost(root, [PATH], { ledger })).toMatchObject([{ rows: GONE, reason: 'rows_missing' }])
    for (let i = 0; i < 2; i++) {
      const { findings, missingRows } = await verifyCache(root, { ledger })
      expect([findings.map(({ kind }) => kind), missingRows]).toEqual([['changed_bytes'], 0])
    }
  })

  test('restoring the original resolves it', async () => {
    const { root, ledger, whole } = await shortened()
    writeFileSync(join(root, PATH), whole)
    await reindexCache(root)
    expect((await verifyCache(root, { ledger })).findings).toEqual([])
  })

  test('a longer shard lost no rows, according to its number of rows', async () => {
    const root = await alone()
    const ledger = newLedger()
    await shorten(root)
    await indexedElsewhere(root)
    await verifyCache(root, { ledger })
    await replaceShard(root, PATH, { ...optionsOf(LAB_SHARD), records })
    await indexedElsewhere(root)
    expect(await verifyCache(root, { ledger })).toMatchObject({ missingShards: 0, missingRows: 0, byKind: { changed_bytes: 1 } })
  })
})

test('a copy of the original under another name keeps every row', async () => {
  const root = await alone()
  cpSync(join(root, PATH), join(root, COPY))
  await shorten(root)
  expect(await verifyCache(root)).toMatchObject({ missingShards: 0, missingRows: 0 })
})
