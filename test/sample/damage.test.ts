import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { readEmbedding, verifyCache } from '../../src/main/core/index.ts'
import { buildSample } from '../../src/main/sample/buildSample.ts'
import { DAMAGES } from '../../src/main/sample/damage.ts'
import { readLambdaGenome } from '../../src/main/sample/lambdaGenome.ts'
import { sampleRow } from '../../src/main/sample/sampleRows.ts'
import { CacheCorruptError, type VerifyReport } from '../../src/shared/model/index.ts'
import { describeWith } from '../support/capabilities.ts'
import { damageNotes } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'

const FOLDER = 'embeddings/lambda__kmer-spectrum/3/centered_mean_128'
const cache = temporaryFolder()
let built: { shards: number; rows: number }
let report: VerifyReport

beforeAll(async () => {
  built = await buildSample(cache, { damaged: true })
  report = await verifyCache(cache)
})

const kindsIn = (contig: string): string[] => [
  ...new Set(
    report.findings
      .filter(({ shardPath, severity }) => severity !== 'index' && shardPath === `${FOLDER}/chr${contig}_0.parquet`)
      .map(({ kind }) => kind)
  )
]

test('there is one shard for each kind of damage in the reference, with the same names', () => {
  const names = Object.entries(damageNotes()).flatMap(([path, { wrong }]) => (wrong === null ? [] : [basename(path).slice(3, -10)]))
  expect(DAMAGES.map(({ name }) => name).sort()).toEqual(names.sort())
  expect(built.shards).toBe(27 + DAMAGES.length)
})

test.each(DAMAGES.map(({ name, finding }) => [name, finding] as const))(
  '%s: a verification reports %s, and nothing else',
  (name, finding) => {
    expect(kindsIn(name)).toEqual([finding])
  }
)

test('the intact shards beside them stay intact', () => {
  expect(kindsIn('NC_001416.1')).toEqual([])
  expect(report.checkedShards).toBe(built.shards)
  expect(report.healthyShards).toBe(27)
})

test('a kind of damage is always the same', async () => {
  const other = temporaryFolder()
  await buildSample(other, { damaged: true })
  for (const name of readdirSync(join(cache, FOLDER))) {
    expect(readFileSync(join(other, FOLDER, name)).equals(readFileSync(join(cache, FOLDER, name))), name).toBe(true)
  }
})

test('a row that was indexed before its page was damaged is a read error, not a wrong number', async () => {
  const genome = await readLambdaGenome()
  const at = DAMAGES.findIndex(({ name }) => name === 'page-checksum')
  const key = sampleRow(genome, {
    layer: 3,
    poolType: 'centered_mean',
    poolRadius: 128,
    contig: 'page-checksum',
    startBp: 16 * 64 * at + 8
  })
  await expect(readEmbedding(cache, key)).rejects.toThrow(CacheCorruptError)
})

describeWith('python', 'GenoLeWM', python => {
  test('gives the same result for each damaged shard as for the same damage in the reference', () => {
    const script = `
import json, pathlib, sys
from geno_lewm.encoder import cache as c
said = {}
for p in pathlib.Path(sys.argv[1]).glob('*.parquet'):
    try:
        c._read_records_from_shard(p)
        said[p.name[3:-10]] = 'reads'
    except Exception as e:
        said[p.name[3:-10]] = type(e).__name__
print(json.dumps(said))
`
    const said: unknown = JSON.parse(execFileSync(python, ['-c', script, join(cache, FOLDER)], { encoding: 'utf8' }))
    const reference = Object.entries(damageNotes()).filter(([, { wrong }]) => wrong !== null)
    const expected = reference.map(([path, { geno_lewm }]) => [basename(path).slice(3, -10), geno_lewm.split(/[ :]/)[0]])
    expect(said).toMatchObject(Object.fromEntries(expected))
  })
})
