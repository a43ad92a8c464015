/** The cost of a repair is the number of keys that no shard will hold, not the number of rows that move. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  applyRepair,
  keysLost,
  planFromJson,
  planRepair,
  planToJson,
  type RepairPlan,
  tickMoves,
  verifyCache
} from '../../../src/main/core/index.ts'
import { INDEX } from '../index/indexFile.ts'
import { LAB_SHARD, labCache, pathOf, ROWS } from './labCache.ts'

const PATH = pathOf(LAB_SHARD)
const COPY = PATH.replace('X_1', 'X_7')
const FIRST = pathOf({ ...LAB_SHARD, block: 0 })
const cutOff = (path: string): void => writeFileSync(path, readFileSync(path).subarray(0, -40))

const costOf = (plan: RepairPlan, ...leaving: string[]) => keysLost(plan, new Set(leaving))
const aloneIn = ({ moves }: RepairPlan) => moves.map(({ shardPath, keysOnlyHere }) => [shardPath, keysOnlyHere])

async function missingAfter(plan: RepairPlan, ...ticked: string[]) {
  const { missingShards, missingRows } = await applyRepair(tickMoves(plan, new Set(ticked)))
  const verified = await verifyCache(plan.cacheDir)
  expect({ missingShards: verified.missingShards, missingRows: verified.missingRows }).toEqual({ missingShards, missingRows })
  return { missingShards, missingRows }
}

test('moving a copy costs nothing, and moving the copy and its original costs their keys once', async () => {
  const root = await labCache()
  cpSync(join(root, PATH), join(root, COPY))
  const plan = planFromJson(JSON.parse(JSON.stringify(planToJson(await planRepair(root)))))
  expect(aloneIn(plan)).toEqual([
    [PATH, 0],
    [COPY, 0]
  ])
  expect(costOf(plan, COPY)).toEqual({ keys: 0, unknown: 0, shards: 0 })
  expect(costOf(plan, PATH, COPY)).toEqual({ keys: ROWS, unknown: 0, shards: 1 })
  expect(await missingAfter(plan, COPY)).toEqual({ missingShards: 0, missingRows: 0 })
  cpSync(join(root, PATH), join(root, COPY))
  expect(await missingAfter(await planRepair(root), PATH, COPY)).toEqual({ missingShards: 1, missingRows: ROWS })
})

test('for a shard without a footer, the index gives the number', async () => {
  const root = await labCache()
  for (const path of [PATH, FIRST]) cutOff(join(root, path))
  const plan = await planRepair(root)
  expect(plan.moves.map(({ rows, keysOnlyHere, ticked }) => [rows, keysOnlyHere, ticked])).toEqual([
    [null, ROWS, true],
    [null, ROWS, true]
  ])
  expect(costOf(plan, PATH, FIRST)).toEqual({ keys: 2 * ROWS, unknown: 0, shards: 2 })
  expect(await missingAfter(plan, PATH, FIRST)).toEqual({ missingShards: 2, missingRows: 2 * ROWS })
})

test('a damaged shard with a copy costs nothing', async () => {
  const root = await labCache()
  cpSync(join(root, PATH), join(root, COPY))
  cutOff(join(root, PATH))
  const plan = await planRepair(root)
  expect(aloneIn(plan)).toEqual([[PATH, 0]])
  expect(costOf(plan, PATH)).toEqual({ keys: 0, unknown: 0, shards: 0 })
  expect(await missingAfter(plan, PATH)).toEqual({ missingShards: 0, missingRows: 0 })
})

test('without footer, index and ledger, the number is unknown', async () => {
  const root = await labCache()
  cutOff(join(root, PATH))
  rmSync(join(root, INDEX))
  const plan = await planRepair(root)
  expect(aloneIn(plan)).toEqual([[PATH, null]])
  expect(costOf(plan, PATH)).toEqual({ keys: 0, unknown: 1, shards: 1 })
  expect(await missingAfter(plan, PATH)).toEqual({ missingShards: 1, missingRows: 0 })
})

test('rows that were already missing stay in the count', async () => {
  const root = await labCache()
  rmSync(join(root, FIRST))
  cutOff(join(root, PATH))
  const plan = await planRepair(root)
  expect(plan).toMatchObject({ missingShards: 1, missingRows: ROWS })
  expect(plan.missing.map(({ shardPath }) => shardPath)).toEqual([FIRST])
  expect(await missingAfter(plan, PATH)).toEqual({ missingShards: 2, missingRows: 2 * ROWS })
})
