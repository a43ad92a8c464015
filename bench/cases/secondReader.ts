/** A verification that asks the second reader too, beside hyparquet alone on the same shards: both on one thread. */
import { verifyCache } from '../../src/main/core/index.ts'
import { timeHyparquet } from '../hyparquet.ts'
import { expectOutcome, type Measurement, timeRuns } from '../measure.ts'
import { beside, bothCaches, type Setting } from '../setting.ts'

/** How much slower than hyparquet itself it may be. */
const WITHIN = 10

export async function measureSecondReader(setting: Setting): Promise<Measurement[]> {
  const lines: Measurement[] = []
  for (const { cache, whose } of bothCaches(setting)) {
    const { dir, shards, rows } = cache
    const ours = await timeRuns(setting.slowRuns, async () => {
      const { secondReader } = await verifyCache(dir, { workers: 1, secondReader: true })
      expectOutcome('shards compared', secondReader?.compared, shards)
      expectOutcome('shards that disagree', secondReader?.disagreeing, 0)
    })
    const alone = await timeHyparquet(dir, shards * rows, setting.slowRuns)
    lines.push({
      what: `verify --second-reader ${shards} shards${whose}, 1 worker`,
      ours,
      others: beside('hyparquet alone', alone, 1 / WITHIN)
    })
  }
  return lines
}
