/** A row with a different key than in the index: the shard has changed, unless the ledger records that its bytes agreed with the index. */

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  forgetLost,
  inspectCache,
  planRepair,
  quarantineShards,
  reindexCache,
  repairCache,
  restoreShards,
  type VerifyOptions,
  verifyCache
} from '../../../src/main/core/index.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { flippedHash, replaceShard } from '../cacheFiles.ts'
import { INDEX, spoilIndex } from '../index/indexFile.ts'
import { newLedger } from '../ledgers.ts'
import { LAB_SHARD, labCache, labShards, optionsOf, pathOf, ROWS, recordsOf } from './labCache.ts'

const PATH = pathOf(LAB_SHARD)
const OTHER = { ...LAB_SHARD, block: 0 } as const
const OTHER_PATH = pathOf(OTHER)

const CHANGED = `changed_since_indexed ${PATH}`

/** A cache of one configuration, so other configurations give no evidence of window hashes. */
const alone = () => labCache(labShards().filter(({ encoder, layer }) => encoder === LAB_SHARD.encoder && layer === LAB_SHARD.layer))

async function kinds(root: string, options: VerifyOptions = {}): Promise<string[]> {
  return (await verifyCache(root, options)).findings.map(({ kind, shardPath }) => `${kind} ${shardPath}`)
}

const hashOf = (row: number, records = recordsOf(LAB_SHARD)): string => Buffer.from(records[row]?.windowHash ?? []).toString('hex')

/** A flipped hash in row 2, without any other trace in the file. */
async function flipHash(root: string): Promise<void> {
  const records = recordsOf(LAB_SHARD)
  await replaceShard(root, PATH, {
    ...optionsOf(LAB_SHARD),
    records: records.map((record, row) => (row === 2 ? flippedHash(record) : record))
  })
}

describe('a window hash that flipped', () => {
  test('is reported once, as a change of the shard, with its row. Nothing is missing', async () => {
    const root = await alone()
    await flipHash(root)
    const { report, lost } = await inspectCache(root, {})
    expect(report.findings.map(({ kind, shardPath, row, column }) => [kind, shardPath, row, column])).toEqual([
      ['changed_since_indexed', PATH, 2, 'window_hash']
    ])
    const recorded = hashOf(2)
    const found = hashOf(
      2,
      recordsOf(LAB_SHARD).map(record => flippedHash(record))
    )
    expect(report.findings[0]?.details).toEqual({
      rows: [2],
      count: 1,
      keys_lost: 1,
      sources: ['index'],
      recorded: { window_hash: recorded },
      found: { window_hash: found }
    })
    expect(report.findings.map(describeFinding)[0]).toContain(
      `row 2 is not what the index recorded: window_hash was ${recorded}, is ${found}.`
    )
    expect(report).toMatchObject({ missingShards: 0, missingRows: 0, healthyShards: 3 })
    // No shard holds the earlier key.
    const { windowHash } = recordsOf(LAB_SHARD)[2] ?? { windowHash: new Uint8Array() }
    expect(lost).toMatchObject([{ shardPath: PATH, reason: 'changed_since_indexed', rows: 1 }])
    expect(lost[0]?.keys.map(key => [key.windowHash, key.rowOffset])).toEqual([[Buffer.from(windowHash).toString('hex'), 2]])
  })

  test('is also detected from other configurations', async () => {
    const root = await labCache()
    await flipHash(root)
    expect(await kinds(root)).toEqual([CHANGED, `window_hash_disagrees ${PATH}`])
  })

  test('stays a finding after a reindex, a repair and another reindex, until the shard is restored', async () => {
    const root = await alone()
    const whole = readFileSync(join(root, PATH))
    await flipHash(root)
    await reindexCache(root)
    expect(await kinds(root)).toEqual([CHANGED])
    await repairCache(root)
    await reindexCache(root)
    const { findings } = await verifyCache(root)
    expect(findings.map(({ details }) => details)).toMatchObject([
      { rows: [2], count: 1, keys_lost: 1, sources: ['kept'], recorded: { window_hash: hashOf(2) } }
    ])
    writeFileSync(join(root, PATH), whole)
    // Now the index is outdated.
    expect((await kinds(root)).filter(kind => kind.startsWith('changed'))).toEqual([CHANGED])
    await reindexCache(root)
    expect(await kinds(root)).toEqual([])
  })

  test('is offered in the plan, and resolved by a quarantine and a restored original', async () => {
    const root = await alone()
    const whole = readFileSync(join(root, PATH))
    await flipHash(root)
    const { moves } = await planRepair(root)
    expect(moves.map(({ shardPath, ticked, keysOnlyHere }) => [shardPath, ticked, keysOnlyHere])).toEqual([[PATH, false, ROWS]])
    await quarantineShards(root, [PATH], 'changed')
    const report = await verifyCache(root)
    expect(report).toMatchObject({ missingShards: 1, missingRows: ROWS })
    writeFileSync(join(root, PATH), whole)
    await reindexCache(root)
    expect(await kinds(root)).toEqual([])
  })

  test('is still known when the changed shard is restored from quarantine', async () => {
    const root = await alone()
    await flipHash(root)
    await quarantineShards(root, [PATH], 'changed')
    await restoreShards(root, 'all')
    expect(await kinds(root)).toEqual([CHANGED])
  })

  test("is forgotten at the user's request, before and after a reindex", async () => {
    for (const reindexed of [false, true]) {
      const root = await alone()
      await flipHash(root)
      if (reindexed) await reindexCache(root)
      await forgetLost(root, [PATH])
      await reindexCache(root)
      expect(await kinds(root)).toEqual([])
    }
  })
})

describe('if the ledger records that the bytes agreed, the index is wrong', () => {
  test('a digest from a verification without contradictions', async () => {
    const root = await alone()
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    spoilIndex(root, db =>
      db.exec(`UPDATE window_index SET window_hash = '${'ab'.repeat(32)}' WHERE shard_path = '${PATH}' AND row_offset = 1`)
    )
    expect(await kinds(root, { ledger })).toEqual([`entry_elsewhere ${PATH}`, `row_without_entry ${PATH}`])
    expect(await kinds(root)).toEqual([CHANGED])
    await reindexCache(root)
    expect(await kinds(root, { ledger })).toEqual([])
  })

  test('not the first digest of a shard that was found changed, if it is not read again', async () => {
    const root = await alone()
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    await flipHash(root)
    expect(await kinds(root, { ledger })).toContain(CHANGED)
    await reindexCache(root)
    const { lost } = await inspectCache(root, { ledger, keysOnly: true, recording: false })
    expect(lost.map(({ shardPath, reason }) => [shardPath, reason])).toEqual([[PATH, 'changed_since_indexed']])
  })

  test('not one from a verification that found the contradiction', async () => {
    const root = await alone()
    const ledger = newLedger()
    await flipHash(root)
    for (let i = 0; i < 2; i++) expect(await kinds(root, { ledger })).toEqual([CHANGED])
    await reindexCache(root)
    for (let i = 0; i < 2; i++) expect(await kinds(root, { ledger })).toEqual([CHANGED])
  })

  test('other bytes are a change of the shard, according to digest and index', async () => {
    const root = await alone()
    const ledger = newLedger()
    await verifyCache(root, { ledger })
    await flipHash(root)
    expect(await kinds(root, { ledger })).toEqual([`changed_bytes ${PATH}`, CHANGED])
    await reindexCache(root)
    expect(await kinds(root, { ledger })).toEqual([`changed_bytes ${PATH}`, CHANGED])
  })
})

test('a shard with other rows is a change of all of them, and its keys are lost', async () => {
  const root = await alone()
  await replaceShard(root, PATH, {
    ...optionsOf(LAB_SHARD),
    records: recordsOf({ ...LAB_SHARD, contig: '1' }).map(r => ({ ...r, chrom: 'X', windowHash: flippedHash(r).windowHash }))
  })
  const { report, lost } = await inspectCache(root, {})
  expect(report.findings.map(({ kind, details }) => [kind, details.count])).toEqual([['changed_since_indexed', ROWS]])
  expect(lost).toMatchObject([{ reason: 'changed_since_indexed', rows: ROWS }])
})

test('two swapped shards have both changed, and no key is lost', async () => {
  const root = await alone()
  const spare = join(temporaryFolder(), 'spare.parquet')
  cpSync(join(root, PATH), spare)
  cpSync(join(root, OTHER_PATH), join(root, PATH))
  cpSync(spare, join(root, OTHER_PATH))
  for (let i = 0; i < 2; i++) {
    const { report, lost } = await inspectCache(root, {})
    expect(report.findings.filter(({ kind }) => kind === 'changed_since_indexed').map(({ shardPath }) => shardPath)).toEqual([
      OTHER_PATH,
      PATH
    ])
    expect(lost).toEqual([])
    await reindexCache(root)
  }
})

describe('not a change of a shard', () => {
  test('entries in another order', async () => {
    const root = await alone()
    spoilIndex(root, db => db.exec(`UPDATE window_index SET row_offset = ${ROWS - 1} - row_offset WHERE shard_path = '${PATH}'`))
    expect(await kinds(root)).toEqual([`entry_elsewhere ${PATH}`, `row_without_entry ${PATH}`])
  })

  test('rows that were never indexed', async () => {
    const root = await alone()
    spoilIndex(root, db => db.exec(`DELETE FROM window_index WHERE shard_path = '${PATH}' AND row_offset = 1`))
    expect(await kinds(root)).toEqual([`row_without_entry ${PATH}`])
  })

  test('a missing index', async () => {
    const root = await alone()
    rmSync(join(root, INDEX))
    expect(await kinds(root)).toEqual([`index_missing ${INDEX}`])
  })
})
