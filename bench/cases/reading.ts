/** Reads everything, with every value decoded and checked, on shards of this program and of GenoLeWM, compared with other programs. */
import { verifyCache } from '../../src/main/core/index.ts'
import { timeHyparquet } from '../hyparquet.ts'
import type { MadeCache } from '../makeCache.ts'
import { expectOutcome, type Measurement, type Sample, timeRuns } from '../measure.ts'
import { timeRawPages } from '../rawPages.ts'
import { beside, bothCaches, type Setting } from '../setting.ts'

export async function measureReading(setting: Setting): Promise<Measurement[]> {
  const lines: Measurement[] = []
  for (const { cache, whose } of bothCaches(setting)) lines.push(...(await measureCache(setting, cache, whose)))
  return [...lines, await quickVerify(setting.cache, setting.runs)]
}

async function measureCache({ peer, runs, slowRuns }: Setting, cache: MadeCache, whose: string): Promise<Measurement[]> {
  const { dir, peerDir, shards, rows } = cache
  const on = (workers: number): Promise<Sample> => timeVerify(cache, workers, runs)
  const table = await peer?.time({ operation: 'read_table', cache: peerDir, runs })
  const what = `verify ${shards} shards${whose}`
  return [
    {
      what: `${what}, 2 workers`,
      own: await on(2),
      others: [
        ...beside('repair_cache', await peer?.repairCache(cache, slowRuns), 200),
        ...beside('DuckDB sum, 2 threads', await peer?.sumWithDuckdb(cache, 2, runs), 1),
        ...beside('disk + zstd alone, 2 threads', await timeRawPages(dir, 2, runs), 1 / 3),
        ...beside('pyarrow read_table, all threads', table?.sample),
        ...beside('hyparquet', await timeHyparquet(dir, shards * rows, slowRuns))
      ]
    },
    {
      what: `${what}, 1 worker`,
      own: await on(1),
      others: [
        ...beside('DuckDB sum, 1 thread', await peer?.sumWithDuckdb(cache, 1, runs), 1),
        ...beside('disk + zstd alone, 1 thread', await timeRawPages(dir, 1, runs))
      ]
    }
  ]
}

/** Verifies a healthy cache repeatedly. */
export function timeVerify({ dir, shards, rows }: MadeCache, workers: number, runs: number): Promise<Sample> {
  return timeRuns(runs, async () => {
    const { findings, checkedRows } = await verifyCache(dir, { workers })
    expectOutcome('findings in a healthy cache', findings.filter(({ severity }) => severity !== 'index').length, 0)
    expectOutcome('rows verified', checkedRows, shards * rows)
  })
}

async function quickVerify({ dir }: MadeCache, runs: number): Promise<Measurement> {
  return {
    what: 'verify --quick: footers, names and index',
    own: await timeRuns(runs, () => verifyCache(dir, { quick: true })),
    others: []
  }
}
