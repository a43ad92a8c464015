/** Both readers decode the same values from shards of any writer and form. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type VerifyReport, verifyCache, writeShard } from '../../../src/main/core/index.ts'
import { limitsInForce } from '../../../src/main/core/limits/limits.ts'
import { rowValues } from '../../../src/main/core/parquet/pages/embeddingBatch.ts'
import { openShard } from '../../../src/main/core/parquet/shardReader.ts'
import { SecondThread } from '../../../src/main/core/secondReader/secondThread.ts'
import { openShardRows } from '../../../src/main/core/shards/shardRows.ts'
import { shardCases } from '../../interop/rows.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { dataPage, dictionaryPage, HANDMADE_PATH, handmadeShard, listBody, oneIndex, plainText, run } from '../handmadeShard.ts'

const AGREED = { answer: 'differences', differences: [] }
const thread = new SecondThread()
afterAll(() => thread.end())

/** Shards whose values GenoLeWM can use directly. */
function readable({ findings, checkedShards }: VerifyReport): number {
  const unread = findings.filter(({ severity }) => severity === 'corrupt' || severity === 'unsupported' || severity === 'unreadable')
  return checkedShards - new Set(unread.map(({ shardPath }) => shardPath)).size
}

function cacheWith(bytes: Uint8Array): string {
  const root = temporaryFolder()
  const path = join(root, HANDMADE_PATH)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return root
}

test.each(['healthy', 'unusual', 'damaged'] as const)('the %s reference cache', async which => {
  const report = await verifyCache(referenceCache(which), { secondReader: true })
  expect(report.secondReader).toEqual({ compared: readable(report), disagreeing: 0, notRead: [] })
  expect(report.secondReader?.compared).toBeGreaterThan(10)
})

describe.each(['plain', 'byte_stream_split'] as const)('shards written here, %s', encoding => {
  test.each(shardCases())('$name', async ({ records, contig, encoderId, strideBlock }) => {
    const root = temporaryFolder()
    const { shardPath } = await writeShard(root, { encoderId, contig, strideBlock, records, encoding })
    expect(await thread.ask({ ask: 'compare', path: join(root, shardPath), limits: limitsInForce(), links: 'own' }, 60_000)).toEqual(AGREED)
  })
})

test('special float16 bits: payloads of NaN, -0, infinities, subnormals', async () => {
  const float16s = Uint16Array.of(0x7e01, 0x7d55, 0xfe00, 0xffff, 0x8000, 0x7c00, 0xfc00, 0x0001)
  const count = float16s.length
  const page = dataPage(
    'ZSTD',
    count,
    'PLAIN',
    listBody(Buffer.concat([run(1, 0, 1), run(count - 1, 1, 1)]), run(count, 3, 2), new Uint8Array(float16s.buffer))
  )
  const root = cacheWith(handmadeShard(1, { embedding: { chunk: { codec: 'ZSTD', values: count, pages: [page] } } }))
  const { secondReader, findings } = await verifyCache(root, { secondReader: true })
  expect(secondReader).toEqual({ compared: 1, disagreeing: 0, notRead: [] })
  expect(findings.map(({ kind }) => kind).filter(kind => kind !== 'index_missing')).toEqual(['non_finite'])
  // The bits were compared, not numbers, some of which are equal.
  const shard = openShard(join(root, HANDMADE_PATH))
  const [group] = shard.footer.rowGroups
  const [batch] = group === undefined ? [] : shard.embeddings(group)
  expect(batch && rowValues(batch, 0)).toEqual(float16s)
  shard.close()
})

test('a byte order mark is part of a text, as for GenoLeWM', async () => {
  const pages = [dictionaryPage('UNCOMPRESSED', 1, plainText('\ufeff1')), dataPage('UNCOMPRESSED', 1, 'RLE_DICTIONARY', oneIndex(1))]
  const root = cacheWith(handmadeShard(1, { chrom: { chunk: { codec: 'UNCOMPRESSED', values: 1, pages } } }))
  const { secondReader, findings } = await verifyCache(root, { secondReader: true })
  expect(secondReader).toEqual({ compared: 1, disagreeing: 0, notRead: [] })
  expect(findings.map(({ kind }) => kind)).toContain('path_mismatch')
  expect(openShardRows(root, HANDMADE_PATH).info(0)?.chrom).toBe('\ufeff1')
})
