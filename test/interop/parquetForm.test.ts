/** A written shard has the same form as one from GenoLeWM: the schema, the statistics, and page checksums that pyarrow verifies. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { CACHE_SCHEMA_VERSION, type WindowRecord, writeShard } from '../../src/main/core/index.ts'
import { encodeShard, roundEmbeddings } from '../../src/main/core/parquet/write/encodeShard.ts'
import { describeWith } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { peerRecord, startPeer } from './peer.ts'
import { manyValues, normal, type ShardCase, shardCases, windowRecord, windowRecords } from './rows.ts'

const schema = z.strictObject({
  arrow: z.array(z.tuple([z.string(), z.string(), z.boolean()])),
  embedding: z.tuple([z.string(), z.boolean()]),
  metadata: z.record(z.string(), z.string()),
  parquet: z.array(z.array(z.union([z.string(), z.int(), z.null()])))
})

const chunk = z.strictObject({
  compression: z.string(),
  encodings: z.array(z.string()),
  start: z.int(),
  end: z.int()
})
const chunks = z.array(z.record(z.string(), chunk))

const range = z.tuple([z.string().nullable(), z.string().nullable(), z.int(), z.int()])
const ranges = z.array(z.record(z.string(), range))
const statistics = z.strictObject({ said: ranges, computed: ranges })
const checked = z.strictObject({ values: z.string(), lengths: z.array(z.int()) })

const digestOf = (records: readonly WindowRecord[]): string => {
  const hash = createHash('sha256')
  for (const { embedding } of records) hash.update(new Uint8Array(Float64Array.from(embedding).buffer))
  return hash.digest('hex')
}

const ROW = { ...windowRecord('1', 0), createdAt: 1n, schemaVersion: CACHE_SCHEMA_VERSION }

type Rows = Pick<ShardCase, 'encoderId' | 'contig' | 'strideBlock' | 'records'>

describeWith('python', 'the form of a shard', python => {
  const peer = startPeer(python)

  const byUs = async (shard: Rows, encoding: 'plain' | 'byte_stream_split' = 'plain'): Promise<string> => {
    const cache = temporaryFolder()
    return join(cache, (await writeShard(cache, { ...shard, encoding })).shardPath)
  }
  const byThem = async ({ encoderId, contig, strideBlock, records }: Rows): Promise<string> => {
    const cache = temporaryFolder()
    const args = { cache_dir: cache, encoder_id: encoderId, contig, stride_block: strideBlock, records: records.map(peerRecord) }
    return join(cache, await peer.ask(z.string(), 'write_shard', args))
  }

  test.each(['plain', 'byte_stream_split'] as const)(
    '%s: the schema equals that of GenoLeWM, including keys and values',
    async encoding => {
      const shard = { encoderId: 'e', contig: '1', strideBlock: 0, records: windowRecords('1', 3) }
      const [one, other] = [await byUs(shard, encoding), await byThem(shard)]
      expect(await peer.ask(z.boolean(), 'same_schema', { one, other })).toBe(true)
      const own = await peer.ask(schema, 'schema', { path: one })
      expect(own).toEqual(await peer.ask(schema, 'schema', { path: other }))
      expect(Object.keys(own.metadata)).toEqual(['ARROW:schema'])
      expect(own.arrow.map(([name]) => name)).toHaveLength(13)
    }
  )

  test('values have the requested encoding: plain, or split into streams', async () => {
    const shard = { encoderId: 'e', contig: '1', strideBlock: 0, records: manyValues(64, 64, normal) }
    const plain = await peer.ask(chunks, 'chunks', { path: await byUs(shard) })
    const split = await peer.ask(chunks, 'chunks', { path: await byUs(shard, 'byte_stream_split') })
    expect(plain.map(group => group['embedding.list.element']?.encodings)).toEqual([['PLAIN', 'RLE']])
    expect(split.map(group => group['embedding.list.element']?.encodings)).toEqual([['BYTE_STREAM_SPLIT', 'RLE']])
    for (const groups of [plain, split]) {
      for (const each of groups.flatMap(group => Object.values(group))) expect(each.compression).toBe('ZSTD')
    }
  })

  test.each(shardCases())('$name: column statistics equal those computed by numpy', async shard => {
    const { said, computed } = await peer.ask(statistics, 'statistics', { path: await byUs(shard) })
    expect(said).toEqual(computed)
    expect(said.map(group => Object.keys(group).length)).toEqual([13])
  })

  test('texts and digests are compared by bytes, integers by value', async () => {
    const names = ['\u{1d7d9}', '\uffee', 'a', '染']
    const records = names.map((name, n) =>
      windowRecord('1', n, {
        windowHash: new Uint8Array(32).fill([0x80, 0x7f, 0xff, 0x00][n] ?? 0),
        startBp: [-5n, 3n, -(2n ** 63n), 2n ** 40n][n] ?? 0n,
        endBp: 2n ** 41n,
        dtype: (['fp32', 'bf16', 'fp16', 'bf16'] as const)[n] ?? 'fp16',
        untargeted: name === 'a'
      })
    )
    const { said, computed } = await peer.ask(statistics, 'statistics', {
      path: await byUs({ encoderId: 'e', contig: '1', strideBlock: 0, records })
    })
    expect(said).toEqual(computed)
    expect(said[0]).toMatchObject({
      window_hash: ['00'.repeat(32), 'ff'.repeat(32), 0, 4],
      start_bp: [String(-(2n ** 63n)), String(2n ** 40n), 0, 4],
      dtype: ['bf16', 'fp32', 0, 4],
      untargeted: ['False', 'True', 0, 4]
    })
  })

  test.each(['plain', 'byte_stream_split'] as const)(
    '%s, 2 MB in several pages: the checksums are correct, and pyarrow detects one flipped bit',
    async encoding => {
      const records = manyValues(1024, 1024, random => Math.fround(Math.round(normal(random) * 256) / 256))
      const path = await byUs({ encoderId: 'e', contig: '1', strideBlock: 0, records }, encoding)
      expect(await peer.ask(checked, 'read_checked', { path })).toEqual({ values: digestOf(records), lengths: [1024] })

      const intact = readFileSync(path)
      const [group] = await peer.ask(chunks, 'chunks', { path })
      const columns = Object.entries(group ?? {})
      expect(columns).toHaveLength(13)
      const places = columns.map(([column, { end }]) => ({ column, at: end - 1 }))
      const embedding = group?.['embedding.list.element']
      if (embedding !== undefined) places.push({ column: 'embedding', at: Math.floor((embedding.start + embedding.end) / 2) })
      for (const { column, at } of places) {
        const damaged = Buffer.from(intact)
        damaged[at] = (damaged[at] ?? 0) ^ 1
        writeFileSync(path, damaged)
        await expect(peer.ask(checked, 'read_checked', { path }), column).rejects.toThrow(/CRC checksum verification failed/)
      }
    }
  )

  test('more rows than fit into a row group', async () => {
    const count = 1_048_576 + 3
    const records = Array.from({ length: count }, (_, n) => ({
      ...ROW,
      windowHash: new Uint8Array(32)
        .fill(n & 0xff)
        .fill((n >> 8) & 0xff, 8)
        .fill(n >> 16, 16),
      embedding: [n % 1000],
      createdAt: BigInt(n) + 1n
    }))
    const path = join(temporaryFolder(), 'shard.parquet')
    // Without the index, which takes most of the time and is unrelated to row groups.
    writeFileSync(path, Buffer.concat(encodeShard(records, roundEmbeddings(records), 'plain')))
    const { said, computed } = await peer.ask(statistics, 'statistics', { path })
    expect(said).toEqual(computed)
    expect(said.map(group => group.created_at)).toEqual([
      ['1', '1048576', 0, 1_048_576],
      ['1048577', '1048579', 0, 3]
    ])
    expect(await peer.ask(checked, 'read_checked', { path })).toEqual({ values: digestOf(records), lengths: [1] })
  })
})
