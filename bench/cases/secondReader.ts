/** A verification with the second reader, compared with hyparquet alone on the same shards, both on one thread. */
import { verifyCache } from '../../src/main/core/index.ts'
import { timeHyparquet } from '../hyparquet.ts'
import { expectOutcome, type Measurement, timeRuns } from '../measure.ts'
import { beside, bothCaches, type Setting } from '../setting.ts'

/** The maximum factor by which it may be slower than hyparquet alone. */
const WITHIN = 10

export async function measureSecondReader(setting: Setting): Promise<Measurement[]> {
  const lines: Measurement[] = []
  for (const { cache, whose } of bothCaches(setting)) {
    const { dir, shards, rows } = cache
    const own = await timeRuns(setting.slowRuns, async () => {
      const { secondReader } = await verifyCache(dir, { workers: 1, secondReader: true })
      expectOutcome('shards compared', secondReader?.compared, shards)
      expectOutcome('shards that disagree', secondReader?.disagreeing, 0)
    })
    const alone = await timeHyparquet(dir, shards * rows, setting.slowRuns)
    lines.push({
      what: `verify --second-reader ${shards} shards${whose}, 1 worker`,
      own,
      others: beside('hyparquet alone', alone, 1 / WITHIN)
    })
  }
  return lines
}
