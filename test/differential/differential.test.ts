/**
 * Compares the verdict on a shard with geno_lewm's own, for files of every kind: healthy or suspect exactly if it reads them, with the same
 * rows and values. LEWM_SEED repeats the files of an earlier run.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { announce, SOAK, teller, times } from '../faults/extent.ts'
import { describeWith } from '../support/capabilities.ts'
import { KINDS } from './kinds.ts'
import { disagreementText, type Laboratory, openLaboratory, planRun, runCases } from './run.ts'
import type { Judge } from './verdicts.ts'

const SEED = Number(process.env.LEWM_SEED ?? (SOAK ? Date.now() % 1_000_000 : 1))
const CASES = times(500, 20_000)
/** On a busy machine. Alone it takes half a minute, and a soak half an hour. */
const LONGEST_MS = SOAK ? 86_400_000 : 600_000
/** Number of each kind, for deliberately wrong verdicts. */
const WRONG = SOAK ? 24 : 6

describeWith('writers', 'the verdict and geno_lewm', python => {
  let lab: Laboratory
  beforeAll(async () => {
    lab = await openLaboratory(python)
  })
  afterAll(() => lab.end())

  test(
    `seed ${SEED}: no disagreement in ${CASES} files`,
    async ({ task }) => {
      task.meta.seeds = [SEED]
      const ids = planRun(KINDS, SEED, CASES)
      const say = teller('files read by both', ids.length)
      const result = await runCases(lab, KINDS, ids, { onCase: () => say() })
      const count = (outcome: string): number => [...result.outcomes.values()].reduce((sum, of) => sum + (of.get(outcome) ?? 0), 0)
      announce(
        {
          'files compared with geno_lewm': result.cases - count('not made'),
          'of them read with the same result': count('read'),
          'of them accepted exceptions': count('exception'),
          'of them with a disagreement': result.disagreements.length
        },
        task.meta
      )
      expect(disagreementText(result.disagreements)).toBe('')
      expect(result.cases).toBeGreaterThanOrEqual(CASES)
      expect(count('not made')).toBeLessThan(CASES / 20)
      expect(count('read')).toBeGreaterThan(CASES / 4)
      expect(count('refused')).toBeGreaterThan(CASES / 4)
    },
    LONGEST_MS
  )

  describe('a wrong verdict is detected', () => {
    const nothing = { digest: '', each: [], fields: [] }
    const healthy: Judge = async () => ({ kind: 'healthy', findings: [], rows: nothing })
    const found = { kind: 'bad_page', severity: 'corrupt', message: 'none', row: null, column: null } as const
    const corrupt: Judge = async () => ({ kind: 'corrupt', findings: [found], rows: null })

    test.each(KINDS.map(({ name }) => name))('%s', async name => {
      const kind = KINDS.filter(each => each.name === name)
      const ids = planRun(kind, 7, WRONG)
      const made = await runCases(lab, kind, ids, { judge: corrupt, reduce: 0 })
      const outcomes = made.outcomes.get(name) ?? new Map<string, number>()
      const [read, refused] = [outcomes.get('DISAGREE') ?? 0, outcomes.get('refused') ?? 0]
      expect(read + refused).toBeGreaterThanOrEqual(WRONG - 2)
      // "Damaged" is wrong for every file that geno_lewm reads, "healthy" for those that it refuses. A verdict without rows is wrong for
      // all.
      const passed = await runCases(lab, kind, ids, { judge: healthy, reduce: 0 })
      expect(passed.outcomes.get(name)?.get('DISAGREE') ?? 0).toBe(read + refused)
    })
  })
})
