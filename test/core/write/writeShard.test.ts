/** Written shards: complete or absent, immutable, and every refusal names its field. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  CacheCorruptError,
  describeShard,
  InputError,
  readEmbedding,
  readEmbeddings,
  reindexCache,
  verifyCache,
  type WindowRecord,
  withCreatedAt,
  writeShard
} from '../../../src/main/core/index.ts'
import { referenceCache, referenceEmbedding, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, BLOCK_PATH, filesBelow, float64Hex, keyOf, recordOf } from '../cacheFiles.ts'

const refusalOf = (root: string, options: Parameters<typeof writeShard>[1]): Promise<unknown> =>
  writeShard(root, options).catch((error: unknown) => error)

describe('written', () => {
  test.each(['plain', 'byte_stream_split'] as const)('every row of the healthy cache is read back (%s)', async encoding => {
    const root = temporaryFolder()
    const rows = referenceRows('healthy')
    for (const [shardPath, ofShard] of Map.groupBy(rows, row => row.shard_path)) {
      const [, encoderId = '', , , file = ''] = shardPath.split('/')
      const [, block] = /_(\d+)\.parquet$/.exec(file) ?? []
      const records = ofShard.map(
        (row): WindowRecord => ({
          ...keyOf(row),
          chrom: row.chrom,
          startBp: BigInt(row.start_bp),
          endBp: BigInt(row.end_bp),
          embedding: referenceEmbedding(row),
          untargeted: row.untargeted,
          createdAt: BigInt(row.created_at)
        })
      )
      const result = await writeShard(root, { encoderId, contig: records[0]?.chrom ?? '', strideBlock: Number(block), records, encoding })
      expect(result).toEqual({ shardPath, rows: records.length, written: true, overflowed: 0 })
    }
    const found = await readEmbeddings(root, rows.map(keyOf))
    expect(found.map(each => each && [each.place.shardPath, each.place.rowOffset, float64Hex(each.embedding)])).toEqual(
      rows.map(row => [row.shard_path, row.row_offset, row.embedding_f64le])
    )
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1 })
  })

  test('to a folder that does not exist yet, with nothing but a shard and an index', async () => {
    const root = join(temporaryFolder(), 'not/there')
    await writeShard(root, { ...BLOCK, records: [recordOf(0), recordOf(1)] })
    const files = Object.entries(filesBelow(root)).flatMap(([path, what]) => (what === 'folder' ? [] : [path]))
    expect(files).toEqual(['embeddings/index.sqlite', BLOCK_PATH])
    expect((await verifyCache(root)).findings).toEqual([])
  })

  test('values are rounded to float16 once, ties to even, and overflows are counted', async () => {
    const root = temporaryFolder()
    const embedding = [0.1, 1 + 2 ** -11, 1 + 2 ** -11 + 2 ** -40, 65_519, 65_520, -1e9, Number.POSITIVE_INFINITY, Number.NaN, -0, 2 ** -25]
    const { overflowed } = await writeShard(root, { ...BLOCK, records: [recordOf(0, { embedding })] })
    expect(overflowed).toBe(2)
    const { POSITIVE_INFINITY: inf, NaN: nan } = Number
    expect([...((await readEmbedding(root, recordOf(0))) ?? [])]).toEqual([
      0.0999755859375,
      1,
      1 + 2 ** -10,
      65_504,
      inf,
      -inf,
      inf,
      nan,
      -0,
      0
    ])
  })

  test('a creation time is added if there is none', async () => {
    const root = temporaryFolder()
    const before = BigInt(Date.now()) * 1_000_000n
    await writeShard(root, {
      ...BLOCK,
      records: [recordOf(0, { createdAt: 0n }), recordOf(1, { createdAt: undefined }), recordOf(2, { createdAt: 5n })]
    })
    const { rowList } = await describeShard(root, BLOCK_PATH, { rows: true })
    const [first = 0n, second = 0n, third] = rowList?.map(({ createdAt }) => createdAt) ?? []
    expect(first >= before && second >= before).toBe(true)
    expect(third).toBe(5n)
    expect(withCreatedAt(recordOf(0)).createdAt).toBe(recordOf(0).createdAt)
  })

  test('extremes: the limits of int64, int8 and int32, an embedding of one value and of 65,536', async () => {
    const root = temporaryFolder()
    const extremes = { stateLayer: -128, poolRadius: 2 ** 31 - 1, startBp: -(2n ** 63n), endBp: 2n ** 63n - 1n, createdAt: 2n ** 63n - 1n }
    const records = [
      recordOf(0, { ...extremes, embedding: [1] }),
      recordOf(1, { ...extremes, embedding: new Float32Array(65_536).fill(0.5).fill(1, 7, 8) })
    ]
    const { shardPath } = await writeShard(root, { ...BLOCK, records })
    expect((await readEmbedding(root, records[1] ?? recordOf(0)))?.length).toBe(65_536)
    const { rowList } = await describeShard(root, shardPath, { rows: true })
    expect(rowList?.[1]).toMatchObject({ ...extremes, dimensions: 65_536 })
  })

  test('many rows', async () => {
    const root = temporaryFolder()
    const records = Array.from({ length: 20_000 }, (_, n) => recordOf(n, { embedding: [n % 2048, 0.5, 0.25, n % 7] }))
    await writeShard(root, { ...BLOCK, records })
    const report = await verifyCache(root)
    expect(report).toMatchObject({ checkedRows: 20_000, findings: [] })
    expect([...((await readEmbedding(root, recordOf(19_999))) ?? [])]).toEqual([19_999 % 2048, 0.5, 0.25, 19_999 % 7])
  })
})

describe('refused, naming the field, without writing anything', () => {
  const bad: readonly (readonly [field: string, change: Record<string, unknown>])[] = [
    ['chrom', { chrom: '' }],
    ['chrom', { chrom: '2' }],
    ['end_bp', { endBp: 8192n }],
    ['end_bp', { endBp: -1n }],
    ['start_bp', { startBp: 1 }],
    ['start_bp', { startBp: -(2n ** 63n) - 1n }],
    ['end_bp', { endBp: 2n ** 63n }],
    ['window_hash', { windowHash: new Uint8Array(31) }],
    ['window_hash', { windowHash: 'ab'.repeat(32) }],
    ['encoder_hash', { encoderHash: undefined }],
    ['state_layer', { stateLayer: 128 }],
    ['state_layer', { stateLayer: -129 }],
    ['state_layer', { stateLayer: 0.5 }],
    ['state_layer', { stateLayer: 6 }],
    ['pool_type', { poolType: 'max_pool' }],
    ['pool_type', { poolType: 'attention' }],
    ['pool_radius', { poolRadius: -1 }],
    ['pool_radius', { poolRadius: 2 ** 31 }],
    ['pool_radius', { poolRadius: 9 }],
    ['dtype', { dtype: 'int4' }],
    ['embedding', { embedding: [] }],
    ['embedding', { embedding: ['1'] }],
    ['embedding', { embedding: [1, null] }],
    ['embedding', { embedding: [1, undefined] }],
    ['embedding', { embedding: new Float32Array(65_537) }],
    ['created_at', { createdAt: 2n ** 63n }],
    ['created_at', { createdAt: 7 }],
    ['schema_version', { schemaVersion: '2.0.0' }]
  ]

  test.each(bad)('%s: %o', async (field, change) => {
    const root = join(temporaryFolder(), 'cache')
    const refusal = await refusalOf(root, { ...BLOCK, records: [recordOf(0), recordOf(1, change)] })
    expect(refusal).toBeInstanceOf(InputError)
    expect(refusal).toMatchObject({ code: 'INPUT.GENERIC', details: { field, record: 1 } })
    expect(existsSync(root)).toBe(false)
  })

  test.each([
    ['records', { records: [] }],
    ['encoder_id', { encoderId: '' }],
    ['encoder_id', { encoderId: '..' }],
    ['encoder_id', { encoderId: 'index.sqlite' }],
    ['stride_block', { strideBlock: -1 }],
    ['stride_block', { strideBlock: 1.5 }]
  ])('%s: %o', async (field, change) => {
    const root = join(temporaryFolder(), 'cache')
    expect(await refusalOf(root, { ...BLOCK, records: [recordOf(0)], ...change })).toMatchObject({
      code: 'INPUT.GENERIC',
      details: { field }
    })
    expect(existsSync(root)).toBe(false)
  })

  test('the same key twice', async () => {
    const root = join(temporaryFolder(), 'cache')
    expect(await refusalOf(root, { ...BLOCK, records: [recordOf(0), recordOf(0)] })).toMatchObject({
      code: expect.stringMatching(/CACHE_CORRUPT|INPUT/)
    })
    expect(existsSync(root)).toBe(false)
  })

  test('a folder inside another cache', async () => {
    const root = join(referenceCache('healthy'), 'embeddings/inner')
    expect(await refusalOf(root, { ...BLOCK, records: [recordOf(0)] })).toMatchObject({
      code: 'INPUT.GENERIC',
      details: { field: 'cache' }
    })
    expect(existsSync(root)).toBe(false)
  })
})

describe('an existing shard', () => {
  const records = [recordOf(0, { embedding: [0.1, 0.2, 1e-9, -0] }), recordOf(1), recordOf(2)]

  async function written(): Promise<string> {
    const root = temporaryFolder()
    await writeShard(root, { ...BLOCK, records })
    return root
  }

  test('is not rewritten for the same rows, or some of them, although 0.1 is not a float16', async () => {
    const root = await written()
    const before = filesBelow(root)
    const { mtimeNs, ino } = statSync(join(root, BLOCK_PATH), { bigint: true })
    for (const again of [
      records,
      records.slice(1),
      [...records].reverse(),
      [{ ...recordOf(0), embedding: Float32Array.of(0.1, 0.2, 0, 0), createdAt: 99n }]
    ]) {
      expect(await writeShard(root, { ...BLOCK, records: again })).toMatchObject({ shardPath: BLOCK_PATH, written: false })
    }
    expect(statSync(join(root, BLOCK_PATH), { bigint: true })).toMatchObject({ mtimeNs, ino })
    expect(filesBelow(root)[BLOCK_PATH]).toBe(before[BLOCK_PATH])
  })

  test('has all its rows indexed again by that', async () => {
    const root = await written()
    rmSync(join(root, 'embeddings/index.sqlite'))
    await writeShard(root, { ...BLOCK, records: records.slice(0, 1) })
    expect((await verifyCache(root)).findings).toEqual([])
    expect(await readEmbedding(root, recordOf(2))).not.toBeNull()
  })

  test.each([
    ['other values', [recordOf(0, { embedding: [0.1, 0.2, 1e-9, 1] })]],
    ['fewer values', [recordOf(0, { embedding: [0.1, 0.2, 1e-9] })]],
    ['an additional row', [...records, recordOf(3)]],
    ['another row', [recordOf(3)]],
    ['the same window with another dtype', [recordOf(0, { dtype: 'bf16' })]]
  ])('is not changed for %s', async (_, again) => {
    const root = await written()
    const before = filesBelow(root)
    expect(await refusalOf(root, { ...BLOCK, records: again })).toBeInstanceOf(CacheCorruptError)
    expect(filesBelow(root)).toEqual(before)
  })

  test('keeps its keys from being written elsewhere', async () => {
    const root = await written()
    const before = filesBelow(root)
    const refusal = await refusalOf(root, { ...BLOCK, strideBlock: 1, records: [recordOf(7), recordOf(1)] })
    expect(refusal).toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT', details: { existing_shard_path: BLOCK_PATH, existing_row_offset: 1 } })
    expect(filesBelow(root)).toEqual(before)
  })

  test('if damaged: refused, not overwritten', async () => {
    const root = await written()
    writeFileSync(join(root, BLOCK_PATH), readFileSync(join(root, BLOCK_PATH)).subarray(0, 500))
    const before = filesBelow(root)
    expect(await refusalOf(root, { ...BLOCK, records })).toMatchObject({
      code: 'RESOURCE.CACHE_CORRUPT',
      details: { shard_path: BLOCK_PATH }
    })
    expect(filesBelow(root)).toEqual(before)
  })

  test.each(['chr1_1.parquet', 'nowhere'])('as a link to %s: refused, not followed, not overwritten', async target => {
    const root = await written()
    rmSync(join(root, BLOCK_PATH))
    await reindexCache(root)
    mkdirSync(dirname(join(root, BLOCK_PATH)), { recursive: true })
    symlinkSync(target, join(root, BLOCK_PATH))
    const before = filesBelow(root)
    expect(await refusalOf(root, { ...BLOCK, records })).toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
    expect(filesBelow(root)).toEqual(before)
  })
})

test('rows of a crash between shard and index are found and indexed by the next write', async () => {
  const root = temporaryFolder()
  await writeShard(root, { ...BLOCK, records: [recordOf(0)] })
  const index = readFileSync(join(root, 'embeddings/index.sqlite'))
  await writeShard(root, { ...BLOCK, strideBlock: 1, records: [recordOf(1)] })
  writeFileSync(join(root, 'embeddings/index.sqlite'), index)
  expect((await verifyCache(root)).findings.map(({ kind }) => kind)).toEqual(['row_without_entry'])
  await writeShard(root, { ...BLOCK, strideBlock: 1, records: [recordOf(1)] })
  expect((await verifyCache(root)).findings).toEqual([])
})

test("if the index cannot take the rows, the shard's path stays free", async () => {
  const root = temporaryFolder()
  mkdirSync(join(root, 'embeddings/index.sqlite'), { recursive: true })
  const before = filesBelow(root)
  expect(await refusalOf(root, { ...BLOCK, records: [recordOf(0)] })).toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
  expect(filesBelow(root)).toEqual(before)
})
