/**
 * Compares the two readers on files of all Parquet writers with all of their options: no value differs, and almost nothing is left
 * uncompared. LEWM_SEED repeats the files of an earlier run.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { limitsInForce } from '../../src/main/core/limits/limits.ts'
import { SecondThread } from '../../src/main/core/secondReader/secondThread.ts'
import { announce, SOAK, teller, times } from '../faults/extent.ts'
import { describeWith } from '../support/capabilities.ts'
import { KINDS } from './kinds.ts'
import { draftCase, type Laboratory, openLaboratory, planRun } from './run.ts'
import { judge, placeCase } from './verdicts.ts'

const SEED = Number(process.env.LEWM_SEED ?? (SOAK ? Date.now() % 1_000_000 : 1))
const CASES = times(200, 5000)
const PLACE = 'embeddings/lab/5/centered_mean_8/chr1_0.parquet'

/** Kinds whose readable files conform to the format. For others, the readers may differ. */
const KEEP_TO_THE_FORMAT: ReadonlySet<string> = new Set([
  'sound',
  'types',
  'lists',
  'rows',
  'pyarrow',
  'pyarrow types',
  'duckdb',
  'polars',
  'fastparquet'
])

describeWith('writers', 'the two readers', python => {
  let lab: Laboratory
  const thread = new SecondThread()
  beforeAll(async () => {
    lab = await openLaboratory(python)
  })
  afterAll(async () => {
    thread.end()
    await lab.end()
  })

  test(`seed ${SEED}: the same values in ${CASES} files`, async ({ task }) => {
    task.meta.seeds = [SEED]
    const kinds = KINDS.filter(({ name }) => KEEP_TO_THE_FORMAT.has(name))
    expect(kinds).toHaveLength(KEEP_TO_THE_FORMAT.size)
    const ids = planRun(kinds, SEED, CASES)
    const say = teller('files read twice', ids.length)
    const disagreements: string[] = []
    const notCompared: string[] = []
    let compared = 0
    for (const id of ids) {
      const draft = draftCase(kinds, id, lab.workshop)
      // A draft may be impossible.
      const bytes = await draft.make(new Set()).catch(() => null)
      const path = bytes === null ? null : placeCase(lab.root, PLACE, bytes)
      say()
      // Without readable rows there is nothing to compare.
      if (path === null || (await judge(lab.root, PLACE)).rows === null) continue
      const answer = await thread.ask({ ask: 'compare', path, limits: limitsInForce(), links: 'own' }, 60_000)
      const name = `${id.seed} ${id.kind} ${id.index}: ${draft.parts.join(' · ')}: `
      // Types that no writer of embeddings uses are converted by one reader only.
      if (answer.answer === 'failed' && / are not compared$|has decimals of|consists of several columns/.test(answer.reason)) continue
      if (answer.answer === 'failed') notCompared.push(name + answer.reason)
      else if (answer.answer === 'differences') {
        compared += 1
        if (answer.differences.length > 0) disagreements.push(name + JSON.stringify(answer.differences))
      }
    }
    announce({ 'files read by both readers': compared, 'of them read differently': disagreements.length }, task.meta)
    expect(disagreements).toEqual([])
    expect(compared).toBeGreaterThan(CASES / 3)
    expect(notCompared.length, notCompared.slice(0, 20).join('\n')).toBeLessThan(1 + compared / 50)
  })
})
