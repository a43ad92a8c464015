/** Rules of the verdict that random files rarely reach. */
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { makeParquet } from './maker/parquetMaker.ts'
import type { FilePlan } from './maker/plan.ts'
import { columnOf, modelRows, shardPlan } from './maker/shardPlan.ts'
import { i64, setField, structsOf } from './maker/thriftTree.ts'
import { Rng } from './rng.ts'
import { judge, placeCase } from './verdicts.ts'

const PLACE = 'embeddings/lab/5/centered_mean_8/chr1_0.parquet'
const root = temporaryFolder()

function plan(): FilePlan {
  return shardPlan(modelRows(new Rng('rules'), 3))
}

test.each([3_000_000, 2n ** 40n, 2n ** 62n])('a row group of 3 rows that declares %d exceeds a limit', async rows => {
  const made = plan()
  made.footerEdits.push(footer => {
    for (const group of structsOf(footer, 4)) setField(group, 3, i64(rows))
  })
  placeCase(root, PLACE, makeParquet(made))
  expect(await judge(root, PLACE)).toMatchObject({ kind: 'unsupported', findings: [{ kind: 'over_limit' }] })
})

test('a wrong page checksum is reported in a file that follows another one', async () => {
  const made = plan()
  columnOf(made, 'window_hash').chunk.checksum = 'wrong'
  const file = makeParquet(made)
  placeCase(root, PLACE, Buffer.concat([file, file]))
  expect(await judge(root, PLACE)).toMatchObject({ kind: 'corrupt', findings: [{ kind: 'page_checksum' }] })
})
