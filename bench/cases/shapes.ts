/** Other shapes of shards: long embeddings, and a shard with so many rows that only some of its pages fit into memory. */
import { rmSync } from 'node:fs'
import { type MadeCache, makeCache, type Shape } from '../makeCache.ts'
import type { Measurement, Sample } from '../measure.ts'
import { Peer } from '../peer.ts'
import { peakOf } from '../processes.ts'
import { beside, type Setting } from '../setting.ts'
import { timePeer, timeUntouched } from './lookUps.ts'
import { timeVerify } from './reading.ts'
import { timeReindex } from './rebuilding.ts'

export async function measureShapes(setting: Setting): Promise<Measurement[]> {
  const long = await measureShape(setting, { shards: setting.quick ? 1 : 4, rows: 1024, values: 4096 })
  const many = await measureShape(setting, { shards: 1, rows: setting.quick ? 5000 : 100_000, values: 1024 })
  return [...long, ...many]
}

async function measureShape(setting: Setting, shape: Shape): Promise<Measurement[]> {
  const { folder, runs } = setting
  const cache = await makeCache(folder, `shape-${shape.rows}-${shape.values}`, shape)
  const peer = setting.peer === null ? null : new Peer(setting.peer.python)
  try {
    await peer?.versions()
    const python = await timePeer(cache, peer, 1)
    const repair = await peer?.repairCache(cache, 1)
    const memory = await peer?.time({ operation: 'peak_memory' })
    const reindex = await peer?.time({ operation: 'reindex_cache', cache: cache.peerDir, runs: 1 })
    const name = `${shape.shards} x ${shape.rows.toLocaleString('en')} rows x ${shape.values.toLocaleString('en')} values`
    return [
      {
        what: `verify ${name}, 2 workers`,
        own: await timeVerify(cache, 2, Math.ceil(runs / 2)),
        others: [
          ...beside('repair_cache', repair, 200),
          ...beside('DuckDB sum, 2 threads', await peer?.sumWithDuckdb(cache, 2, Math.ceil(runs / 2)), 1)
        ]
      },
      {
        what: `reindex ${name}, 2 workers`,
        own: await timeReindex(cache, 2, Math.ceil(runs / 2)),
        others: beside('reindex_cache', reindex?.sample, 100)
      },
      {
        what: `first lookup, ${name}`,
        own: await timeUntouched(cache, runs),
        others: beside('read_embedding', python, 150)
      },
      memoryLine(setting, cache, name, memory?.result)
    ]
  } finally {
    await peer?.close()
    rmSync(cache.dir, { recursive: true })
    rmSync(cache.peerDir, { recursive: true })
  }
}

function memoryLine(setting: Setting, cache: MadeCache, name: string, theirs: number | undefined): Measurement {
  const verify = ({ dir }: MadeCache): Sample => ({ unit: 'bytes', values: [peakOf(setting.folder, ['verify', '--cache', dir])] })
  return {
    what: `peak memory of lewm-cache verify, ${name}`,
    own: verify(cache),
    others: [
      ...beside('the same, one shard of 1,024 x 1,024', verify(setting.small)),
      ...beside('python, repair_cache', theirs === undefined ? undefined : { unit: 'bytes', values: [theirs] })
    ]
  }
}
