/** Builds the index from nothing, and runs a repair that finds no problems. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { INDEX_PATH, reindexCache, repairCache } from '../../src/main/core/index.ts'
import type { MadeCache } from '../makeCache.ts'
import { expectOutcome, type Measurement, type Sample, timeRuns } from '../measure.ts'
import { beside, bothCaches, type Setting } from '../setting.ts'

export async function measureRebuilding(setting: Setting): Promise<Measurement[]> {
  const lines: Measurement[] = []
  for (const { cache, whose } of bothCaches(setting)) lines.push(await reindex(setting, cache, whose), await repair(setting, cache, whose))
  return lines
}

async function reindex({ runs, slowRuns, peer }: Setting, cache: MadeCache, whose: string): Promise<Measurement> {
  const { peerDir, shards, rows } = cache
  const theirs = await peer?.time({ operation: 'reindex_cache', cache: peerDir, runs: slowRuns })
  if (theirs !== undefined) expectOutcome('rows that reindex_cache indexed', theirs.result, shards * rows)
  const lean = await peer?.time({ operation: 'reindex_keys_only', cache: peerDir, runs })
  if (lean !== undefined) expectOutcome('rows that the lean Python reindex indexed', lean.result, shards * rows)
  return {
    what: `reindex ${shards} shards${whose}, 2 workers`,
    own: await timeReindex(cache, 2, runs),
    others: [...beside('reindex_cache', theirs?.sample, 100), ...beside('pyarrow, key columns, executemany', lean?.sample, 2)]
  }
}

/** Builds the index from nothing each time, because a correct index would not be written again. */
export function timeReindex({ dir, shards, rows }: MadeCache, workers: number, runs: number): Promise<Sample> {
  return timeRuns(runs, async () => {
    rmSync(join(dir, INDEX_PATH), { force: true })
    expectOutcome('rows indexed', (await reindexCache(dir, { workers })).indexedRows, shards * rows)
  })
}

async function repair({ runs, slowRuns, peer }: Setting, cache: MadeCache, whose: string): Promise<Measurement> {
  const own = await timeRuns(runs, async () =>
    expectOutcome('shards moved', (await repairCache(cache.dir, { workers: 2 })).quarantined.length, 0)
  )
  return {
    what: `repair ${cache.shards} healthy shards${whose} (verify, plan, apply), 2 workers`,
    own,
    others: beside('repair_cache', await peer?.repairCache(cache, slowRuns), 150)
  }
}
