/** Whether a shard costs the same in a cache a hundred times as large: time, index and memory, each size in a process of its own. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { CACHE_SCHEMA_VERSION, shardPathFor } from '../../src/main/core/index.ts'
import { encodeShard, roundEmbeddings } from '../../src/main/core/parquet/encodeShard.ts'
import { CONTIG, ENCODER_ID, keyOf, makeRecords } from '../makeCache.ts'
import { type Measurement, medianOf, type Sample } from '../measure.ts'
import { runChild } from '../processes.ts'
import { beside } from '../setting.ts'

const SIZES = [64, 640, 6400]
const SHAPE = { rows: 64, values: 64 }
/** Flat within 20 %. */
const FLAT = 1 / 1.2

const told = z.strictObject({
  verifyMs: z.array(z.number()),
  reindexMs: z.array(z.number()),
  indexBytes: z.number(),
  peakBytes: z.number()
})

/** @param folder temporary */
export async function measureScale(folder: string): Promise<Measurement[]> {
  const found = SIZES.map(shards => {
    const dir = join(folder, `scale-${shards}`)
    makeSmallShards(dir, shards)
    const result = told.parse(runChild('verifyAndReindex.ts', [dir, String(shards * SHAPE.rows)]))
    rmSync(dir, { recursive: true })
    return { shards, ...result }
  })
  const [base, ...larger] = found
  if (base === undefined) return []
  const line = (what: string, { shards }: { shards: number }, ours: Sample, others: Sample): Measurement => ({
    what: `${what}, ${shards.toLocaleString('en')} shards`,
    ours,
    others: beside(`with ${base.shards} shards`, { unit: ours.unit, values: [medianOf(others)] }, FLAT)
  })
  const each = (values: readonly number[], shards: number): Sample => ({ unit: 'ms', values: values.map(value => value / shards) })
  const bytes = (value: number): Sample => ({ unit: 'bytes', values: [value] })
  return larger.flatMap(size => [
    line('verify, per shard', size, each(size.verifyMs, size.shards), each(base.verifyMs, base.shards)),
    line('reindex, per shard', size, each(size.reindexMs, size.shards), each(base.reindexMs, base.shards)),
    line('index, per shard', size, bytes(size.indexBytes / size.shards), bytes(base.indexBytes / base.shards)),
    line('peak memory of both', size, bytes(size.peakBytes), bytes(base.peakBytes))
  ])
}

/** Writes shards without waiting for the disk and without an index: thousands in seconds. */
function makeSmallShards(dir: string, shards: number): void {
  const { stateLayer, poolType, poolRadius } = keyOf(0, 0)
  for (let strideBlock = 0; strideBlock < shards; strideBlock++) {
    const path = shardPathFor(dir, { encoderId: ENCODER_ID, stateLayer, poolType, poolRadius, contig: CONTIG, strideBlock })
    if (strideBlock === 0) mkdirSync(dirname(path), { recursive: true })
    const records = makeRecords(strideBlock, SHAPE).map(record => ({ ...record, schemaVersion: CACHE_SCHEMA_VERSION }))
    writeFileSync(path, Buffer.concat(encodeShard(records, roundEmbeddings(records), 'plain')))
  }
}
