/** Checks that a shard costs the same in a cache a hundred times as large: time, index and memory. Each size runs in a separate process. */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { CACHE_SCHEMA_VERSION, INDEX_PATH, shardPathFor } from '../../src/main/core/index.ts'
import { encodeShard, roundEmbeddings } from '../../src/main/core/parquet/write/encodeShard.ts'
import { CONTIG, ENCODER_ID, keyOf, makeRecords } from '../makeCache.ts'
import { type Measurement, medianOf, perPart, type Sample } from '../measure.ts'
import { peakOf, runChild } from '../processes.ts'
import { beside } from '../setting.ts'

const SIZES = [64, 640, 6400]
const SHAPE = { rows: 64, values: 64 }
/** Constant within 20 %. */
const FLAT = 1 / 1.2

const answer = z.strictObject({ ms: z.array(z.number()), peakBytes: z.number() })

/** The results for one size. */
type Size = {
  readonly shards: number
  readonly reindex: Found
  readonly verify: Found
  readonly indexBytes: number
  /** Peak memory of the verify command. */
  readonly commandBytes: number
}
type Found = z.infer<typeof answer>

/** @param folder a temporary folder */
export async function measureScale(folder: string): Promise<Measurement[]> {
  const [base, ...larger] = SIZES.map(shards => measureSize(folder, shards))
  return base === undefined ? [] : larger.flatMap(size => compare(size, base))
}

function measureSize(folder: string, shards: number): Size {
  const dir = join(folder, `scale-${shards}`)
  makeSmallShards(dir, shards)
  const run = (operation: string): Found => answer.parse(runChild('overAndOver.ts', [operation, dir, String(shards * SHAPE.rows)]))
  const reindex = run('reindex')
  const verify = run('verify')
  const indexBytes = statSync(join(dir, INDEX_PATH)).size
  const commandBytes = peakOf(folder, ['verify', '--cache', dir])
  rmSync(dir, { recursive: true })
  return { shards, reindex, verify, indexBytes, commandBytes }
}

function compare(size: Size, base: Size): Measurement[] {
  const line = (what: string, own: Sample, others: Sample): Measurement => ({
    what: `${what}, ${size.shards.toLocaleString('en')} shards`,
    own,
    others: beside(`with ${base.shards} shards`, { unit: own.unit, values: [medianOf(others)] }, FLAT)
  })
  const perShard = ({ shards }: Size, { ms }: Found): Sample => perPart({ unit: 'ms', values: ms }, shards)
  const bytes = (value: number): Sample => ({ unit: 'bytes', values: [value] })
  return [
    line('verify, per shard', perShard(size, size.verify), perShard(base, base.verify)),
    line('reindex, per shard', perShard(size, size.reindex), perShard(base, base.reindex)),
    line('index, per shard', bytes(size.indexBytes / size.shards), bytes(base.indexBytes / base.shards)),
    line('peak memory of verify', bytes(size.verify.peakBytes), bytes(base.verify.peakBytes)),
    line('peak memory of reindex', bytes(size.reindex.peakBytes), bytes(base.reindex.peakBytes)),
    line('peak memory of lewm-cache verify', bytes(size.commandBytes), bytes(base.commandBytes))
  ]
}

/** Writes shards without fsync and without an index: thousands in seconds. */
function makeSmallShards(dir: string, shards: number): void {
  const { stateLayer, poolType, poolRadius } = keyOf(0, 0)
  for (let strideBlock = 0; strideBlock < shards; strideBlock++) {
    const path = shardPathFor(dir, { encoderId: ENCODER_ID, stateLayer, poolType, poolRadius, contig: CONTIG, strideBlock })
    if (strideBlock === 0) mkdirSync(dirname(path), { recursive: true })
    const records = makeRecords(strideBlock, SHAPE).map(record => ({ ...record, schemaVersion: CACHE_SCHEMA_VERSION }))
    writeFileSync(path, Buffer.concat(encodeShard(records, roundEmbeddings(records), 'plain')))
  }
}
