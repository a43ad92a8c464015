/** Everything read, every value decoded: our verification beside GenoLeWM's repair and beside pyarrow alone. */
import { join } from 'node:path'
import { verifyCache } from '../../src/main/core/index.ts'
import { CONTIG, ENCODER_ID, ROWS } from '../makeCache.ts'
import { expectOutcome, type Measurement, type Sample, timeRuns } from '../measure.ts'
import type { Setting } from '../setting.ts'

export async function measureReading(setting: Setting): Promise<Measurement[]> {
  const { cache, peerCache, shards, runs, slowRuns, peer } = setting
  const ours = await verifyRuns(cache, shards, runs)
  const quick = await timeRuns(runs, () => verifyCache(cache, { quick: true }))
  if (peer === null) return [{ what: verifyText(shards), ours, others: [] }, quickVerify(quick)]
  const table = await peer.time({ operation: 'read_table', cache, runs })
  expectOutcome('rows that pyarrow read', table.result, shards * ROWS)
  const repair = await peer.time({ operation: 'repair_cache', cache: peerCache, runs: slowRuns })
  expectOutcome('rows that repair_cache indexed', repair.result, shards * ROWS)
  return [
    {
      what: verifyText(shards),
      ours,
      others: [
        { who: 'repair_cache', sample: repair.sample },
        { who: 'pyarrow read_table of every shard, nothing checked', sample: table.sample }
      ]
    },
    quickVerify(quick),
    await measureForeign(setting)
  ]
}

function verifyText(shards: number): string {
  return `verify ${shards} shards: every value decoded and checked`
}

function quickVerify(ours: Sample): Measurement {
  return { what: 'verify --quick: footers, names and index', ours, others: [] }
}

function verifyRuns(cache: string, shards: number, runs: number): Promise<Sample> {
  return timeRuns(runs, async () => {
    const { findings, checkedRows } = await verifyCache(cache)
    expectOutcome('findings in a healthy cache', findings.length, 0)
    expectOutcome('rows verified', checkedRows, shards * ROWS)
  })
}

/** GenoLeWM's own shards hold the same values in another encoding: a dictionary and indices into it. */
async function measureForeign({ cache, folder, shards, runs, peer }: Setting): Promise<Measurement> {
  if (peer === null) throw new TypeError('there is no peer to write the shards')
  const foreign = join(folder, 'written-by-peer')
  await peer.time({ operation: 'write_cache', cache, folder: foreign, encoder_id: ENCODER_ID, contig: CONTIG })
  const table = await peer.time({ operation: 'read_table', cache: foreign, runs })
  return {
    what: `verify ${shards} shards that GenoLeWM wrote (dictionary-encoded values)`,
    ours: await verifyRuns(foreign, shards, runs),
    others: [{ who: 'pyarrow read_table of every shard, nothing checked', sample: table.sample }]
  }
}
