/** Files made to hang hyparquet or to fill its memory. Only its thread ends, and the process stays within the limits of that thread. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { verifyCache } from '../../../src/main/core/index.ts'
import { limitsInForce } from '../../../src/main/core/limits/limits.ts'
import { shardFileOf } from '../../../src/main/core/parquet/file/shardFile.ts'
import { ENCODINGS, readFooter } from '../../../src/main/core/parquet/footer/footer.ts'
import type { SecondAnswer } from '../../../src/main/core/secondReader/secondReaderThread.ts'
import { SecondThread } from '../../../src/main/core/secondReader/secondThread.ts'
import { makeParquet } from '../../differential/maker/parquetMaker.ts'
import { defaultChunk } from '../../differential/maker/plan.ts'
import { CONVERTED, LOGICAL, leaf } from '../../differential/maker/schema.ts'
import { modelRows, shardPlan } from '../../differential/maker/shardPlan.ts'
import { Rng } from '../../differential/rng.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import {
  codedShard,
  dataPage,
  dictionaryPage,
  endlessRunShard,
  HANDMADE_PATH,
  type HandmadePage,
  handmadeShard,
  listBody,
  oneIndex,
  run,
  varint
} from '../handmadeShard.ts'

const MIB = 1024 * 1024
const limits = limitsInForce()
const thread = new SecondThread()
afterAll(() => thread.end())

function cacheWith(bytes: Uint8Array): string {
  const root = temporaryFolder()
  mkdirSync(dirname(join(root, HANDMADE_PATH)), { recursive: true })
  writeFileSync(join(root, HANDMADE_PATH), bytes)
  return root
}

const compare = (bytes: Uint8Array, budgetMs: number): Promise<SecondAnswer> =>
  thread.ask({ ask: 'compare', path: join(cacheWith(bytes), HANDMADE_PATH), limits, links: 'own' }, budgetMs)
const rows = (bytes: Uint8Array): Promise<SecondAnswer> =>
  thread.ask({ ask: 'rows', path: join(cacheWith(bytes), HANDMADE_PATH), range: { rowStart: 0, rowEnd: 3 }, limits, links: 'own' }, 60_000)

test('a run of a billion values in six bytes: GenoLeWM and the first reader use the first eight, hyparquet would write all of them', async () => {
  const root = cacheWith(endlessRunShard())
  const { findings, secondReader } = await verifyCache(root, { secondReader: true, workers: 1, shardBudgetMs: 20_000 })
  expect(findings.filter(({ severity, kind }) => severity === 'corrupt' || kind === 'readers_disagree')).toEqual([])
  expect(secondReader).toMatchObject({ compared: 0, disagreeing: 0 })
  expect(secondReader?.notRead[0]?.reason).toContain(
    'a page of start_bp claims a run of 1,073,741,823 values, the limit is page-values=16777216'
  )
  expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(1800)
})

/** A shard whose rows have 65,536 values each, all of them the same dictionary entry. */
function listsOf(rowsOfPage: number, pages: number): Uint8Array {
  const length = 65_536
  const count = length * rowsOfPage
  const row = Buffer.concat([run(1, 0, 1), run(length - 1, 1, 1)])
  const repetition = Buffer.concat(Array.from({ length: rowsOfPage }, () => row))
  const page = dataPage('ZSTD', count, 'RLE_DICTIONARY', listBody(repetition, run(count, 3, 2), oneIndex(count)))
  const dictionary = dictionaryPage('ZSTD', 1, Uint8Array.of(0, 60))
  const chunk = { codec: 'ZSTD', values: count * pages, pages: [dictionary, ...Array.from({ length: pages }, () => page)] } as const
  return handmadeShard(rowsOfPage * pages, { embedding: { chunk } })
}

test('a hundred million values in a few kilobytes are not passed on', async () => {
  const bytes = listsOf(250, 8)
  expect(bytes.length).toBeLessThan(64 * 1024)
  expect(await compare(bytes, 60_000)).toEqual({
    answer: 'failed',
    reason: 'a row group has more than 6291456 values of embedding, the maximum for hyparquet'
  })
})

test('the maximum number of values stays within the memory of the process', { timeout: 300_000 }, async () => {
  const answer = await compare(listsOf(12, 8), 240_000)
  if (answer.answer === 'failed') expect(answer.reason).toBe('it needs more than 1024 MiB of memory')
  else expect(answer).toEqual({ answer: 'differences', differences: [] })
  expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(1800)
})

test.each([
  [
    'a decimal of a hundred million digits',
    leaf('note', 'INT64', { logical: LOGICAL.decimal(100_000_000, 9) }),
    7n,
    'note declares a scale of 100000000'
  ],
  [
    'a decimal of three million bytes',
    leaf('note', 'BYTE_ARRAY', { logical: LOGICAL.decimal(2, 9) }),
    Buffer.alloc(3_000_000, 1),
    'a decimal has 3000000 bytes'
  ],
  [
    'a text of 20 million bytes',
    leaf('note', 'BYTE_ARRAY', { converted: CONVERTED.UTF8 }),
    Buffer.alloc(20_000_000, 65),
    'a value of note has 20000000 bytes, but the maximum for hyparquet is 16777216'
  ]
])('%s hides no other column', async (_, node, value, reason) => {
  const plan = shardPlan(modelRows(new Rng('texts'), 3))
  plan.columns.push({ node, values: [value, null, value], chunk: defaultChunk() })
  const answer = await rows(makeParquet(plan))
  if (answer.answer !== 'rows') throw new Error(JSON.stringify(answer))
  expect(answer.rows.unread).toEqual([{ column: 'note', severity: 'unsupported', reason }])
  expect(answer.rows.columns).toHaveLength(13)
})

test('forty texts of 15 million characters exceed one answer', async () => {
  const plan = shardPlan(modelRows(new Rng('texts'), 40))
  const value = Buffer.from('\u20ac'.repeat(5_000_000))
  const chunk = defaultChunk({ dictionary: true })
  plan.columns.push({
    node: leaf('note', 'BYTE_ARRAY', { converted: CONVERTED.UTF8 }),
    values: Array.from({ length: 40 }, () => value),
    chunk
  })
  const path = join(cacheWith(makeParquet(plan)), HANDMADE_PATH)
  const answer = await thread.ask({ ask: 'rows', path, range: { rowStart: 0, rowEnd: 40 }, limits, links: 'own' }, 60_000)
  if (answer.answer !== 'rows') throw new Error(JSON.stringify(answer))
  expect(answer.rows.unread.map(({ reason }) => reason)).toEqual(['its values exceed the memory for one answer. Request fewer rows'])
  expect(answer.rows.columns).toHaveLength(13)
})

test('an endless loop is ended at the time limit, and the next request is answered', async () => {
  const body = Uint8Array.from([0, ...varint(2 ** 29 - 1)])
  const header = {
    struct: [
      [1, 8],
      [2, 0],
      [3, 8],
      [4, ENCODINGS.indexOf('RLE_DICTIONARY')],
      [5, 0],
      [6, 0]
    ]
  } as const
  const endless: HandmadePage = {
    header: [
      [1, 3],
      [2, body.length],
      [3, body.length],
      [8, header]
    ],
    body
  }
  expect(await compare(codedShard(endless), 1500)).toEqual({
    answer: 'failed',
    reason: expect.stringContaining('it took longer than 1.5 s')
  })
  expect(await compare(handmadeShard(8), 60_000)).toEqual({ answer: 'differences', differences: [] })
})

test('a number of a mebibyte in a page header is damage before hyparquet reads it, and hides no other column', async () => {
  const count = 200_000
  const page = dataPage('UNCOMPRESSED', count, 'PLAIN', new Uint8Array(8 * count))
  const bytes = handmadeShard(count, { start_bp: { chunk: { codec: 'UNCOMPRESSED', values: count, pages: [page] } } })
  const chunk = readFooter(shardFileOf(bytes), limits).rowGroups[0]?.chunks.find(({ leaf }) => leaf.name === 'start_bp')
  bytes.fill(0xff, chunk?.start, (chunk?.start ?? 0) + MIB)
  // The page type, as a number of 64 bits.
  bytes[chunk?.start ?? 0] = 0x16
  const started = performance.now()
  const answer = await rows(bytes)
  expect(performance.now() - started).toBeLessThan(20_000)
  if (answer.answer !== 'rows') throw new Error(JSON.stringify(answer))
  expect(answer.rows.unread).toEqual([
    { column: 'start_bp', severity: 'corrupt', reason: expect.stringContaining('its header is damaged') }
  ])
  expect(answer.rows.columns).toHaveLength(12)
  expect(answer.rows.cells).toHaveLength(3)
})

test('pages that decompress to more than 512 MiB are not passed on', async () => {
  const size = 15 * MIB
  const text = Buffer.alloc(4 + size, 'A')
  text.writeUInt32LE(size)
  const page = { ...dataPage('UNCOMPRESSED', 1, 'PLAIN', text), body: zstdCompressSync(text) }
  const packed = { ...page, header: page.header.map(field => (field?.[0] === 3 ? ([3, page.body.length] as const) : field)) }
  const pages = Array.from({ length: 40 }, () => packed)
  const bytes = handmadeShard(40, { chrom: { chunk: { codec: 'ZSTD', values: 40, pages } } })
  expect(bytes.length).toBeLessThan(MIB)
  const answer = await rows(bytes)
  expect(answer).toMatchObject({ answer: 'rows', rows: { unread: [{ column: 'chrom', severity: 'unsupported' }] } })
  if (answer.answer === 'rows') expect(answer.rows.unread[0]?.reason).toContain('decompress to more than 512 MiB')
  expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(1800)
})
