import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { find, listShards, readEmbedding, verifyCache } from '../../src/main/core/index.ts'
import { fromFloat16, toFloat16 } from '../../src/main/core/parquet/encodings/float16.ts'
import { buildSample } from '../../src/main/sample/buildSample.ts'
import { KMER_LAYERS, KMER_POOLINGS } from '../../src/main/sample/kmerEncoder.ts'
import { LAMBDA_CONTIG, readLambdaGenome } from '../../src/main/sample/lambdaGenome.ts'
import { sampleRow, windowStarts } from '../../src/main/sample/sampleRows.ts'
import { CancelledError, InputError, type Progress, type WindowRecord } from '../../src/shared/model/index.ts'
import { describeWith } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const cache = join(temporaryFolder(), 'made', 'on the way')
const progress: Progress[] = []
let built: { shards: number; rows: number }
let genome: string
let records: WindowRecord[]

/** The expected values of a record: its values rounded to float16 once. */
const rounded = (record: WindowRecord): Float32Array => fromFloat16(Uint16Array.from(record.embedding, toFloat16))
const files = (root: string): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
const digests = (root: string): string[] =>
  files(root)
    .filter(path => path.endsWith('.parquet'))
    .map(
      path =>
        `${path} ${createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex')}`
    )

beforeAll(async () => {
  built = await buildSample(cache, { onProgress: each => progress.push(each) })
  genome = await readLambdaGenome()
  records = KMER_LAYERS.flatMap(layer =>
    KMER_POOLINGS.flatMap(pooling =>
      windowStarts(genome).map(startBp => sampleRow(genome, { layer, ...pooling, contig: LAMBDA_CONTIG, startBp }))
    )
  )
})

test('93 windows, 3 layers, 3 pools, in blocks of 32', async () => {
  expect(built).toEqual({ shards: 27, rows: 837 })
  const shards = await listShards(cache)
  expect(new Set(shards.map(({ shardPath }) => shardPath.split('/').slice(1, 4).join('/')))).toEqual(
    new Set(
      [3, 4, 5].flatMap(k => ['centered_mean_128', 'centered_mean_256', 'global_mean_0'].map(pool => `lambda__kmer-spectrum/${k}/${pool}`))
    )
  )
  expect(shards.map(({ address, rows, dimensions }) => [address?.stateLayer, address?.strideBlock, rows, dimensions])).toEqual(
    [3, 4, 5].flatMap(k => KMER_POOLINGS.flatMap(() => [0, 1, 2].map(block => [k, block, block === 2 ? 29 : 32, 4 ** k])))
  )
})

test('progress increases by one shard, up to the last one', () => {
  expect(progress.map(({ done, total }) => [done, total])).toEqual(Array.from({ length: 27 }, (_, at) => [at + 1, 27]))
})

test('a verification has no findings', async () => {
  const report = await verifyCache(cache)
  expect(report.findings).toEqual([])
  expect([report.checkedShards, report.checkedRows, report.healthyShards]).toEqual([27, 837, 27])
})

test('every embedding equals that of the encoder, rounded to float16', async () => {
  expect(records.length).toBe(837)
  for (const record of records) expect(await readEmbedding(cache, record)).toEqual(rounded(record))
})

test('the first 1,024 bases of the phage find the first window, in each layer and pool', async () => {
  const { kind, rows } = await find(cache, genome.slice(0, 1024))
  expect(kind).toBe('dna')
  expect(rows.map(({ startBp, endBp, rowOffset }) => [startBp, endBp, rowOffset])).toEqual(Array.from({ length: 9 }, () => [0n, 1024n, 0]))
})

test('another build gives the same shards, byte for byte', async () => {
  const other = temporaryFolder()
  await buildSample(other)
  expect(digests(other)).toEqual(digests(cache))
})

describe('an occupied path', () => {
  test('is refused and not changed', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'letter.txt'), 'dear')
    await expect(buildSample(folder)).rejects.toThrow(InputError)
    expect(files(folder)).toEqual(['letter.txt'])
  })

  test('so is a cache', async () => {
    const before = digests(cache)
    await expect(buildSample(cache)).rejects.toThrow(InputError)
    expect(digests(cache)).toEqual(before)
  })

  test('so is a file, and a path below a file', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, 'text')
    await expect(buildSample(file)).rejects.toThrow(InputError)
    await expect(buildSample(join(file, 'below'))).rejects.toThrow(InputError)
    expect(readFileSync(file, 'utf8')).toBe('text')
  })
})

test('a cancelled build leaves the folder unchanged, and the next one succeeds', async () => {
  const folder = temporaryFolder()
  const controller = new AbortController()
  const onProgress = ({ done }: Progress): void => {
    if (done === 3) controller.abort()
  }
  await expect(buildSample(folder, { signal: controller.signal, onProgress })).rejects.toThrow(CancelledError)
  expect(files(folder)).toEqual([])
  mkdirSync(folder, { recursive: true })
  expect(await buildSample(folder)).toEqual({ shards: 27, rows: 837 })
})

describeWith('python', 'GenoLeWM', python => {
  test('reads every row of the sample by its key, and reindexes it', () => {
    const keys = records.map(record => ({
      window: Buffer.from(record.windowHash).toString('hex'),
      encoder: Buffer.from(record.encoderHash).toString('hex'),
      layer: record.stateLayer,
      pool: record.poolType,
      radius: record.poolRadius
    }))
    const script = `
import json, struct, sys
from functools import lru_cache
from geno_lewm.encoder import cache as c
root = sys.argv[1]
read_shard = c._read_records_from_shard
def read(step):
    # The package reads a whole shard for each key: here each shard once.
    c._read_records_from_shard = lru_cache(maxsize=None)(read_shard)
    out = []
    for k in json.load(open(sys.argv[2]))[::step]:
        key = c.WindowCacheKey(window_hash=bytes.fromhex(k['window']), encoder_hash=bytes.fromhex(k['encoder']), state_layer=k['layer'],
                               pool_type=k['pool'], pool_radius=k['radius'], dtype='fp32')
        e = c.read_embedding(root, key)
        out.append(struct.pack('<%df' % len(e), *e).hex())
    return out
before = read(1)
c._read_records_from_shard = read_shard
report = c.reindex_cache(root)
assert read(31) == before[::31]
print(json.dumps([report.indexed_shards, report.indexed_rows, before]))
`
    const keyFile = join(temporaryFolder(), 'keys.json')
    writeFileSync(keyFile, JSON.stringify(keys))
    const said: unknown = JSON.parse(execFileSync(python, ['-c', script, cache, keyFile], { encoding: 'utf8', maxBuffer: 2 ** 26 }))
    expect(said).toEqual([27, 837, records.map(record => Buffer.from(rounded(record).buffer).toString('hex'))])
  })
})
