/** Opens a hundred thousand shards in the service, for the first time and from its catalog. Measures its event loop while a job runs. */
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { CACHE_SCHEMA_VERSION } from '../../src/main/core/index.ts'
import { encodeShard, roundEmbeddings } from '../../src/main/core/parquet/write/encodeShard.ts'
import { makeCache, makeRecords } from '../makeCache.ts'
import type { Measurement, Sample } from '../measure.ts'
import { runChild } from '../processes.ts'

const ENCODERS = 10
const LAYERS = 5
const POOLS = ['centered_mean_128', 'global_mean_0']
const CONTIGS = 25
const BLOCKS = 40
const SHARDS = ENCODERS * LAYERS * POOLS.length * CONTIGS * BLOCKS

const opened = z.strictObject({
  firstRowsMs: z.number(),
  treeMs: z.number(),
  sortMs: z.number(),
  filterMs: z.number(),
  footersMs: z.number(),
  longestMs: z.number(),
  peakBytes: z.number()
})
const job = z.strictObject({ longestMs: z.number(), cancelMs: z.number() })

/** @param folder a temporary folder */
export async function measureOpening(folder: string): Promise<Measurement[]> {
  const root = join(folder, 'many')
  linkManyShards(root)
  const open = () => opened.parse(runChild('openMany.ts', [root, join(folder, 'many-data'), String(SHARDS)]))
  const [cold, warm] = [open(), open()]
  rmSync(root, { recursive: true })
  const ms = (what: string, value: number, below?: number): Measurement => line(what, { unit: 'ms', values: [value] }, below)
  return [
    ms('first rows, first time', cold.firstRowsMs, 1000),
    ms('tree complete, first time', cold.treeMs, 5000),
    ms('tree complete, from the catalog', warm.treeMs, 1000),
    ms('slowest sort of the table', Math.max(cold.sortMs, warm.sortMs), 100),
    ms('filter of the table', Math.max(cold.filterMs, warm.filterMs), 100),
    ms('every footer read, first time', cold.footersMs),
    ms('longest block of the event loop, first time', cold.longestMs),
    line('peak memory of the service, first time', { unit: 'bytes', values: [cold.peakBytes] }, 400 * 2 ** 20),
    line('peak memory of the service, from the catalog', { unit: 'bytes', values: [warm.peakBytes] }, 400 * 2 ** 20),
    ...(await measureJob(folder))
  ]
}

async function measureJob(folder: string): Promise<Measurement[]> {
  const cache = await makeCache(folder, 'job', { shards: 32, rows: 1024, values: 1024 })
  const { longestMs, cancelMs } = job.parse(runChild('verifyJob.ts', [cache.dir, join(folder, 'job-data')]))
  rmSync(cache.dir, { recursive: true })
  rmSync(cache.peerDir, { recursive: true })
  const what = `a verify job on ${cache.shards} shards`
  return [
    line(`longest block of the event loop during ${what}`, { unit: 'ms', values: [longestMs] }, 50),
    line(`from cancel to end of ${what}`, { unit: 'ms', values: [cancelMs] }, 500)
  ]
}

function line(what: string, own: Sample, below?: number): Measurement {
  return { what, own, others: [], ...(below !== undefined && { below }) }
}

/**
 * Hard links to one small shard with a hundred thousand names. It is copied from time to time, because the number of links per file is
 * limited.
 */
function linkManyShards(root: string): void {
  const records = makeRecords(0, { rows: 64, values: 64 }).map(record => ({ ...record, schemaVersion: CACHE_SCHEMA_VERSION }))
  const bytes = Buffer.concat(encodeShard(records, roundEmbeddings(records), 'plain'))
  for (let encoder = 0; encoder < ENCODERS; encoder++) {
    const source = join(root, `source-${encoder}`)
    mkdirSync(root, { recursive: true })
    writeFileSync(source, bytes)
    for (let layer = 0; layer < LAYERS; layer++) {
      for (const pool of POOLS) {
        const folder = join(root, 'embeddings', `encoder-${encoder}`, String(layer), pool)
        mkdirSync(folder, { recursive: true })
        for (let i = 0; i < CONTIGS * BLOCKS; i++) linkSync(source, join(folder, `chr${Math.floor(i / BLOCKS) + 1}_${i % BLOCKS}.parquet`))
      }
    }
  }
}
