/** The page index of a shard: reading one row takes one page, and the index is used only if the pages agree with it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openCacheReader, verifyCache, type WindowRecord, writeShard } from '../../../src/main/core/index.ts'
import { limitsInForce } from '../../../src/main/core/limits/limits.ts'
import { encodePageIndex, type PagePlace, readPageIndex } from '../../../src/main/core/parquet/fast/pageIndex.ts'
import { openShard } from '../../../src/main/core/parquet/shardReader.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, recordOf } from '../cacheFiles.ts'

const ROWS = 200
const VALUES = 2048
const records: WindowRecord[] = Array.from({ length: ROWS }, (_, row) =>
  recordOf(row, { embedding: Float32Array.from({ length: VALUES }, (_each, i) => ((row * 7919 + i * 104_729) % 2048) / 64 - 16) })
)
const shardPath = 'embeddings/lab__encoder/5/centered_mean_8/chr1_0.parquet'
let bytes = Buffer.alloc(0)
let pages: PagePlace[] = []
let place = { start: 0, end: 0 }

beforeAll(async () => {
  const root = temporaryFolder()
  await writeShard(root, { ...BLOCK, records })
  bytes = readFileSync(join(root, shardPath))
  const shard = openShard(join(root, shardPath))
  const [group] = shard.footer.rowGroups
  const chunk = group && shard.chunk(group, 'embedding')
  pages = (chunk && readPageIndex(shard.file, chunk, ROWS, limitsInForce())) ?? []
  place = chunk?.pageIndex ?? place
  shard.close()
})

/** A cache with a correct index and these bytes as its shard. */
async function cacheOf(changed: Uint8Array): Promise<string> {
  const root = temporaryFolder()
  await writeShard(root, { ...BLOCK, records })
  writeFileSync(join(root, shardPath), changed)
  return root
}

function read(root: string, row: number): number[] {
  const reader = openCacheReader(root)
  try {
    const record = records[row]
    return [...((record && reader.readEmbedding(record)) ?? [])]
  } finally {
    reader.close()
  }
}

const embeddingOf = (row: number): number[] => [...(records[row]?.embedding ?? [])]

test('several pages, each with whole rows, in sequence', () => {
  expect(pages.length).toBeGreaterThan(3)
  expect(pages.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS)
  for (const [i, page] of pages.entries()) {
    expect(page.firstRow).toBe(pages.slice(0, i).reduce((sum, { rows }) => sum + rows, 0))
    if (i > 0) expect(page.start).toBe(pages[i - 1]?.end)
  }
})

test('every row individually, from the last to the first', async () => {
  const root = await cacheOf(bytes)
  for (let row = ROWS - 1; row >= 0; row -= 7) expect(read(root, row)).toEqual(embeddingOf(row))
})

test('a damaged page does not affect the rows of the others', async () => {
  const changed = Buffer.from(bytes)
  const [first, , third] = pages
  const at = (first?.end ?? 0) - 10
  changed[at] = (changed[at] ?? 0) ^ 1
  const root = await cacheOf(changed)
  expect(read(root, third?.firstRow ?? 0)).toEqual(embeddingOf(third?.firstRow ?? 0))
  expect(() => read(root, 0)).toThrow(/checksum/)
})

describe('an index that', () => {
  const isAt: [string, (places: PagePlace[]) => PagePlace[]][] = [
    ['assigns a row to the previous page', places => places.map((page, i) => (i === 2 ? { ...page, firstRow: page.firstRow + 1 } : page))],
    ['takes a row from the previous page', places => places.map((page, i) => (i === 2 ? { ...page, firstRow: page.firstRow - 1 } : page))],
    [
      'points into the middle of a page',
      places => places.map((page, i) => (i === 2 ? { ...page, start: page.start + 1, end: page.end + 1 } : page))
    ],
    ['points outside the column', places => places.map((page, i) => (i === 2 ? { ...page, start: 4, end: 9 } : page))],
    ['has decreasing row numbers', places => places.map((page, i) => (i === 2 ? { ...page, firstRow: 0 } : page))]
  ]

  test.each(isAt)('%s is reported by a verification, and misleads no search', async (_what, change) => {
    const index = encodePageIndex(change(pages))
    // After the structure, padded with as many bytes as it has become shorter. Readers ignore them.
    expect(index.length).toBeLessThanOrEqual(place.end - place.start)
    const changed = Buffer.from(bytes)
    changed.set(index, place.start)
    const root = await cacheOf(changed)
    const { findings } = await verifyCache(root)
    expect(findings.map(({ kind, column }) => `${kind} ${column}`)).toEqual(['bad_metadata null'])
    for (const { firstRow, rows } of pages) {
      for (const row of [firstRow, firstRow + rows - 1]) expect(read(root, row)).toEqual(embeddingOf(row))
    }
  })
})
