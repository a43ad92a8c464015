/** The index from nothing, and a repair that finds nothing to mend. */
import { reindexCache, repairCache } from '../../src/main/core/index.ts'
import { ROWS } from '../makeCache.ts'
import { expectOutcome, type Measurement, timeRuns } from '../measure.ts'
import type { Setting } from '../setting.ts'

export async function measureRebuilding(setting: Setting): Promise<Measurement[]> {
  return [await reindex(setting), await repair(setting)]
}

async function reindex({ cache, peerCache, shards, runs, slowRuns, peer }: Setting): Promise<Measurement> {
  const rows = shards * ROWS
  const ours = await timeRuns(runs, async () => expectOutcome('rows indexed', (await reindexCache(cache)).indexedRows, rows))
  if (peer === null) return { what: 'reindex', ours, others: [] }
  const theirs = await peer.time({ operation: 'reindex_cache', cache: peerCache, runs: slowRuns })
  expectOutcome('rows that reindex_cache indexed', theirs.result, rows)
  const keysOnly = await peer.time({ operation: 'reindex_keys_only', cache: peerCache, runs })
  expectOutcome('rows that the lean Python reindex indexed', keysOnly.result, rows)
  return {
    what: 'reindex',
    ours,
    others: [
      { who: 'reindex_cache', sample: theirs.sample },
      { who: 'pyarrow, key columns only, and executemany', sample: keysOnly.sample }
    ]
  }
}

async function repair({ cache, peerCache, runs, slowRuns, peer }: Setting): Promise<Measurement> {
  const ours = await timeRuns(runs, async () => expectOutcome('shards moved', (await repairCache(cache)).quarantined.length, 0))
  const theirs = await peer?.time({ operation: 'repair_cache', cache: peerCache, runs: slowRuns })
  return {
    what: 'repair of a healthy cache: verify, plan, reindex',
    ours,
    others: theirs === undefined ? [] : [{ who: 'repair_cache', sample: theirs.sample }]
  }
}
