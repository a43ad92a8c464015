/** Every row that GenoLeWM wrote is read bit for bit like by GenoLeWM: by shard, by key, in order and out of order. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CacheCorruptError, InputError, openCacheReader, readEmbedding, readEmbeddings } from '../../../src/main/core/index.ts'
import { rowValues } from '../../../src/main/core/parquet/pages/embeddingBatch.ts'
import { openShard } from '../../../src/main/core/parquet/shardReader.ts'
import { digestAt, integerAt, textAt } from '../../../src/main/core/shards/rowValues.ts'
import { openShardRows, toEmbedding } from '../../../src/main/core/shards/shardRows.ts'
import { type ReferenceRow, referenceCache, referenceRows } from '../../support/reference.ts'
import { filesBelow, float64Hex, keyOf, shardsOf } from '../cacheFiles.ts'

/** All rows of a shard, read from the first page to the last, in the form of the reference. */
function readInOrder(root: string, shardPath: string): Record<string, unknown>[] {
  const shard = openShard(join(root, shardPath))
  try {
    return shard.footer.rowGroups.flatMap(group => {
      const columns = shard.columns(group)
      const embeddings: string[] = []
      for (const batch of shard.embeddings(group)) {
        expect(batch.firstRow).toBe(embeddings.length)
        expect(batch.flaws).toEqual([])
        for (let i = 0; i < batch.rows; i++) embeddings.push(float64Hex(toEmbedding(rowValues(batch, i))))
      }
      return embeddings.map((embedding_f64le, row) => ({
        shard_path: shardPath,
        row_offset: group.firstRow + row,
        chrom: textAt(columns.chrom, row),
        start_bp: Number(integerAt(columns.startBp, row)),
        end_bp: Number(integerAt(columns.endBp, row)),
        window_hash: Buffer.from(digestAt(columns.windowHash, row)).toString('hex'),
        encoder_hash: Buffer.from(digestAt(columns.encoderHash, row)).toString('hex'),
        state_layer: Number(integerAt(columns.stateLayer, row)),
        pool_type: textAt(columns.poolType, row),
        pool_radius: Number(integerAt(columns.poolRadius, row)),
        dtype: textAt(columns.dtype, row),
        embedding_f64le,
        untargeted: columns.untargeted.values[row] === 1,
        created_at: String(integerAt(columns.createdAt, row)),
        schema_version: textAt(columns.schemaVersion, row)
      }))
    })
  } finally {
    shard.close()
  }
}

/** The same order every time, different from that of any file. */
function shuffled<T>(values: readonly T[]): T[] {
  const out = [...values]
  for (let i = out.length - 1, seed = 12345; i > 0; i--) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    const j = seed % (i + 1)
    const [a, b] = [out[i], out[j]]
    if (a !== undefined && b !== undefined) [out[i], out[j]] = [b, a]
  }
  return out
}

const only = (row: ReferenceRow) => ({ place: { shardPath: row.shard_path, rowOffset: row.row_offset }, embedding: row.embedding_f64le })

describe.each(['healthy', 'unusual'] as const)('the %s cache', which => {
  const root = referenceCache(which)
  const rows = referenceRows(which)

  test('every shard holds the rows that GenoLeWM reads, every field and every bit', () => {
    for (const shardPath of shardsOf(root)) {
      expect(readInOrder(root, shardPath)).toEqual(rows.filter(row => row.shard_path === shardPath))
    }
  })

  test('rows read individually, out of order, equal the rows in order', () => {
    for (const shardPath of shardsOf(root)) {
      const shard = openShardRows(root, shardPath)
      const due = shuffled(rows.filter(row => row.shard_path === shardPath))
      expect(due.length).toBe(shard.rows)
      for (const row of due) {
        expect(shard.matches(row.row_offset, keyOf(row))).toBe(true)
        expect(float64Hex(toEmbedding(shard.values(row.row_offset)))).toBe(row.embedding_f64le)
        expect(shard.info(row.row_offset)).toMatchObject({ startBp: BigInt(row.start_bp), createdAt: BigInt(row.created_at) })
      }
      expect(shard.matches(shard.rows, keyOf(due[0] ?? rowNeeded()))).toBe(false)
      expect(shard.info(-1)).toBeNull()
      shard.close()
    }
  })

  test('each key alone', async () => {
    const reader = openCacheReader(root)
    for (const row of shuffled(rows)) expect(float64Hex(reader.readEmbedding(keyOf(row)) ?? [])).toBe(row.embedding_f64le)
    reader.close()
    for (const row of rows.slice(0, 5)) expect(float64Hex((await readEmbedding(root, keyOf(row))) ?? [])).toBe(row.embedding_f64le)
  })

  test('all keys at once, out of order, twice each', async () => {
    const asked = shuffled([...rows, ...rows])
    const found = await readEmbeddings(
      root,
      asked.map(row => keyOf(row))
    )
    expect(found.map(each => each && { place: each.place, embedding: float64Hex(each.embedding) })).toEqual(asked.map(only))
  })

  test('reading neither changes nor creates a file', async () => {
    const before = filesBelow(root)
    await readEmbeddings(root, rows.slice(0, 50).map(keyOf))
    expect(filesBelow(root)).toEqual(before)
  })
})

function rowNeeded(): never {
  throw new Error('the shard has no rows')
}

describe('a key', () => {
  const root = referenceCache('healthy')
  const row = referenceRows('healthy')[0] ?? rowNeeded()
  const key = keyOf(row)

  test.each([
    ['another window', { windowHash: new Uint8Array(32) }],
    ['another encoder', { encoderHash: new Uint8Array(32) }],
    ['another layer', { stateLayer: 99 }],
    ['a layer that no column could hold', { stateLayer: 4000 }],
    ['another pool', { poolType: 'attention' }],
    ['another radius', { poolRadius: 3 }],
    ['another dtype', { dtype: 'fp32' }]
  ] as const)('with %s is a miss', async (_, change) => {
    expect(await readEmbedding(root, { ...key, ...change })).toBeNull()
    expect(await readEmbeddings(root, [key, { ...key, ...change }])).toMatchObject(
      [only(row), null].map(each => each && { place: each.place })
    )
  })

  test.each([
    ['window_hash', { windowHash: new Uint8Array(31) }],
    ['encoder_hash', { encoderHash: new Uint8Array(33) }],
    ['state_layer', { stateLayer: 1.5 }],
    ['pool_radius', { poolRadius: -1 }],
    ['pool_type', { poolType: 'max_pool' }],
    ['dtype', { dtype: 'int4' }]
  ])('that is invalid names its field: %s', async (field, change) => {
    // @ts-expect-error a value that a caller without types could pass
    const refusal = await readEmbedding(root, { ...key, ...change }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(InputError)
    expect(refusal).toMatchObject({ code: 'INPUT.GENERIC', details: { field } })
  })

  test('the result belongs to the caller', () => {
    const reader = openCacheReader(root)
    const first = reader.readEmbedding(key)
    first?.fill(7)
    expect(float64Hex(reader.readEmbedding(key) ?? [])).toBe(row.embedding_f64le)
    reader.close()
  })

  test('without an index, nothing is found', async () => {
    const bare = referenceCache('healthy')
    rmSync(join(bare, 'embeddings/index.sqlite'))
    const before = filesBelow(bare)
    expect(await readEmbedding(bare, key)).toBeNull()
    expect(filesBelow(bare)).toEqual(before)
  })

  test('for a damaged shard is an error that names the shard', async () => {
    const broken = referenceCache('healthy')
    writeFileSync(join(broken, row.shard_path), 'PAR1 and no more')
    const refusal = await readEmbedding(broken, key).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(CacheCorruptError)
    expect(refusal).toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT', details: { shard_path: row.shard_path, kind: 'cut_off' } })
    rmSync(join(broken, row.shard_path))
    expect(await readEmbedding(broken, key).catch((error: unknown) => error)).toMatchObject({
      code: 'RESOURCE.CACHE_CORRUPT',
      details: { shard_path: row.shard_path }
    })
  })
})
