/** Shards of unsupported layouts: reported as such, ignored by every repair, kept out of the index. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { planRepair, reindexCache, repairCache, verifyCache, writeShard } from '../../../src/main/core/index.ts'
import { describeWith } from '../../support/capabilities.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, recordOf } from '../cacheFiles.ts'
import { dataPage, handmadeShard, plainText } from '../handmadeShard.ts'

const versioned = (version: string, changes: Parameters<typeof handmadeShard>[1] = {}): Uint8Array =>
  handmadeShard(1, {
    schema_version: { chunk: { codec: 'UNCOMPRESSED', values: 1, pages: [dataPage('UNCOMPRESSED', 1, 'PLAIN', plainText(version))] } },
    ...changes
  })

const text = (value: string) =>
  ({ chunk: { codec: 'UNCOMPRESSED', values: 1, pages: [dataPage('UNCOMPRESSED', 1, 'PLAIN', plainText(value))] } }) as const
const LAYOUT_1 = 'embeddings/handmade/5/centered_mean_8/chr1_0.parquet'
const LAYOUT_3A = `embeddings/v3/handmade/${'ab'.repeat(32)}/fp16_as_fp32/5/centered_mean_8/chr1_0.parquet`
const LAYOUT_3B = `embeddings/v3/id-${'ab'.repeat(32)}/${'cd'.repeat(32)}/fp16_as_fp32/5/centered_mean_8/ctg-${'ef'.repeat(32)}_0.parquet`

/** A cache of one valid shard, and of these bytes. */
async function cacheWith(path: string, bytes: Uint8Array): Promise<string> {
  const root = temporaryFolder()
  await writeShard(root, { ...BLOCK, records: [recordOf(0)] })
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), bytes)
  return root
}

/** Unsupported, and never part of a repair. */
async function expectLeftAlone(root: string, path: string, kind: string): Promise<void> {
  const bytes = readFileSync(join(root, path))
  const { findings } = await verifyCache(root)
  const found = findings.filter(({ shardPath }) => shardPath === path)
  expect(found.map(each => each.severity)).not.toContain('corrupt')
  expect(found.map(each => each.kind)).toContain(kind)
  const plan = await planRepair(root)
  expect(plan.moves.filter(({ shardPath, ticked }) => shardPath === path && ticked)).toEqual([])
  expect(plan.kept.map(({ shardPath }) => shardPath)).toContain(path)
  expect((await repairCache(root)).quarantined).toEqual([])
  expect((await reindexCache(root)).indexedShards).toBe(1)
  expect(readFileSync(join(root, path))).toEqual(bytes)
}

describe.each([
  ['layout 2', '2.0.0', 'unsupported_layout'],
  ['layout 3', '3.0.0', 'unsupported_layout'],
  ['a later layout 2', '2.17.3', 'unsupported_layout'],
  ['an unknown layout', '9.9.9', 'unsupported_version'],
  ['an invalid version', 'newest', 'unsupported_version'],
  ['an older version', '0.9.0', 'unsupported_version'],
  ['a later version of layout 1', '1.0.1', 'unsupported_version']
])('%s, by its rows', (_, version, kind) => {
  test('is not changed', async () => {
    await expectLeftAlone(await cacheWith(LAYOUT_1, versioned(version)), LAYOUT_1, kind)
  })

  test('is not checked against the rules of layout 1', async () => {
    await expectLeftAlone(
      await cacheWith(LAYOUT_1, versioned(version, { pool_type: text('max_pool'), dtype: text('int4') })),
      LAYOUT_1,
      kind
    )
  })
})

describe.each([
  ['3a', LAYOUT_3A],
  ['3b', LAYOUT_3B]
])('layout %s, by its path', (_, path) => {
  test.each([
    ['its own version', versioned('3.0.0')],
    ['rows of layout 1', versioned('1.0.0')],
    ['unknown pools', versioned('3.0.0', { pool_type: text('max_pool') })]
  ])('with %s is not changed', async (_what, bytes) => {
    await expectLeftAlone(await cacheWith(path, bytes), path, 'unsupported_layout')
  })
})

test('an encoder named v3 is layout 1 if its path is', async () => {
  const path = 'embeddings/v3/5/centered_mean_8/chr1_0.parquet'
  const { findings } = await verifyCache(await cacheWith(path, handmadeShard(1)))
  expect(findings.filter(({ shardPath }) => shardPath === path).map(({ kind }) => kind)).toEqual(['row_without_entry'])
})

describeWith('python', 'layouts as pyarrow writes them', python => {
  const program = `
import sys, hashlib, pyarrow as pa, pyarrow.parquet as pq
which, path = sys.argv[1:]
h = lambda s: hashlib.sha256(s.encode()).digest()
n = 3
cols = [('chrom', pa.array(['1'] * n)), ('start_bp', pa.array(range(n), pa.int64())), ('end_bp', pa.array(range(9, 9 + n), pa.int64())),
  ('window_hash', pa.array([h(str(i)) for i in range(n)], pa.binary(32))), ('encoder_hash', pa.array([h('e')] * n, pa.binary(32))),
  ('state_layer', pa.array([5] * n, pa.int8())), ('pool_type', pa.array(['centered_mean'] * n)), ('pool_radius', pa.array([8] * n, pa.int32()))]
if which != '1': cols.append(('center_token', pa.array([3, 4, 5], pa.int32())))
cols.append(('dtype', pa.array(['bf16'] * n)))
if which == '3':
  cols.append(('storage_dtype', pa.array(['fp32'] * n)))
  cols.append(('embedding', pa.array([[1.5, 2, 3]] * n, pa.list_(pa.float32(), 3))))
else: cols.append(('embedding', pa.array([[1.5, 2, 3]] * n, pa.list_(pa.float16()))))
cols += [('untargeted', pa.array([False] * n)), ('created_at', pa.array([7] * n, pa.int64())), ('schema_version', pa.array([which + '.0.0'] * n))]
pq.write_table(pa.table(dict(cols)), path, compression='zstd')
`
  async function written(which: '1' | '2' | '3', path: string): Promise<string> {
    const root = await cacheWith(path, new Uint8Array(0))
    execFileSync(python, ['-c', program, which, join(root, path)])
    return root
  }

  test('layout 1 is like any other shard', async () => {
    const { findings } = await verifyCache(await written('1', LAYOUT_1))
    expect(findings.filter(({ shardPath }) => shardPath === LAYOUT_1).map(({ kind }) => kind)).toEqual(['row_without_entry'])
  })

  test('layout 2 is read, but not held by an index of layout 1', async () => {
    const { findings } = await verifyCache(await written('2', LAYOUT_1))
    expect(findings).toMatchObject([{ kind: 'index_other_layout', details: { layout: 2, shards: 1, count: 3 } }])
  })

  test.each([LAYOUT_3A, LAYOUT_3B, LAYOUT_1])('layout 3 at %s', async path => {
    await expectLeftAlone(await written('3', path), path, 'unsupported_layout')
  })
})
