/**
 * The configured limits apply wherever a shard is read: in this thread, in other threads and in searches. The message for an exceeded limit
 * says how to raise it.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  CacheCorruptError,
  describeShard,
  type Finding,
  find,
  type Limits,
  limitsInForce,
  openCacheReader,
  readVectors,
  reindexCache,
  repairCache,
  setLimits,
  verifyCache,
  type WindowKey
} from '../../../src/main/core/index.ts'
import { limitKeys } from '../../../src/main/core/limits/limits.ts'
import { writeThriftStruct } from '../../../src/main/core/parquet/thrift/thriftWriter.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import {
  dataPage,
  dictionaryPage,
  HANDMADE_PATH,
  type HandmadePage,
  handmadeShard,
  listBody,
  oneIndex,
  plainText,
  run,
  sha
} from '../handmadeShard.ts'

afterEach(() => {
  vi.restoreAllMocks()
  setLimits({})
})

function cacheOf(shard: Uint8Array): string {
  const root = temporaryFolder()
  mkdirSync(dirname(join(root, HANDMADE_PATH)), { recursive: true })
  writeFileSync(join(root, HANDMADE_PATH), shard)
  return root
}

/** One row whose embedding has `length` values. */
function longList(length: number): Uint8Array {
  const repetition = Buffer.concat([run(1, 0, 1), run(length - 1, 1, 1)])
  const page = dataPage('ZSTD', length, 'RLE_DICTIONARY', listBody(repetition, run(length, 3, 2), oneIndex(length)))
  const pages = [dictionaryPage('ZSTD', 1, Uint8Array.of(0, 60)), page]
  return handmadeShard(1, { embedding: { chunk: { codec: 'ZSTD', values: length, pages } } })
}

const KEY: WindowKey = {
  windowHash: sha('window'),
  encoderHash: sha('encoder'),
  stateLayer: 5,
  poolType: 'centered_mean',
  poolRadius: 8,
  dtype: 'fp16'
}

const overLimit = (findings: readonly Finding[]): Finding[] => findings.filter(({ kind }) => kind === 'over_limit')

describe('each limit, lowered below the needs of a valid shard', () => {
  const text = plainText('1')
  const twoTexts = dataPage('UNCOMPRESSED', 2, 'PLAIN', Buffer.concat([text, text]))
  const shards: Partial<Record<keyof Limits, Uint8Array>> = {
    texts: handmadeShard(2, { chrom: { chunk: { codec: 'UNCOMPRESSED', values: 2, pages: [twoTexts] } } })
  }
  const lowered: Partial<Record<keyof Limits, number>> = {
    pageBytes: 20,
    nameBytes: 4,
    columns: 12,
    thriftDepth: 3,
    thriftNodes: 50,
    footerBytes: 100
  }
  /**
   * A page header that is cut off by its limit is damaged, one row group is the minimum, and usual columns are not held in memory as a
   * whole.
   */
  const apart: readonly (keyof Limits)[] = ['pageHeaderBytes', 'rowGroups', 'shardMs', 'columnBytes']

  test.each(limitKeys().filter(key => !apart.includes(key)))('%s', async key => {
    const root = cacheOf(shards[key] ?? handmadeShard(2))
    expect(overLimit((await verifyCache(root)).findings)).toEqual([])
    setLimits({ [key]: lowered[key] ?? 1 })
    const [found, ...more] = overLimit((await verifyCache(root, { workers: 1 })).findings)
    expect(more).toEqual([])
    expect(found && describeFinding(found)).toMatch(/, the limit is [a-z-]+=[0-9]+; --read-limit or LEWM_CACHE_LIMITS raises it$/)
    expect(found?.details.limit_value).toBe(limitsInForce()[key])
    // Exceeding a limit is not damage, so the shard is not moved.
    expect((await repairCache(root)).quarantined).toEqual([])
  })
})

test('more row groups than the limit', async () => {
  const empty = writeThriftStruct([
    [1, 2],
    [
      2,
      {
        list: [
          {
            struct: [
              [4, 'schema'],
              [5, 0]
            ]
          }
        ]
      }
    ],
    [3, { i64: 0 }],
    [
      4,
      {
        list: Array.from({ length: 2 }, () => ({
          struct: [
            [1, { list: [] }],
            [2, { i64: 0 }],
            [3, { i64: 0 }]
          ] as const
        }))
      }
    ]
  ])
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(empty.length)
  tail.write('PAR1', 4)
  const root = cacheOf(Buffer.concat([Buffer.from('PAR1'), empty, tail]))
  setLimits({ rowGroups: 1 })
  expect(overLimit((await verifyCache(root)).findings)).toMatchObject([
    { kind: 'over_limit', details: { limit: 'groups', limit_value: 1 } }
  ])
})

describe('an embedding above the default length, with a raised limit', () => {
  test.each([1, 2])('in a verification with %d workers, even on threads that read under other limits before', async workers => {
    const root = cacheOf(longList(65_537))
    // Two shards, because a single one is read without a thread.
    mkdirSync(join(root, 'embeddings/other'))
    writeFileSync(join(root, 'embeddings/other/x.parquet'), longList(65_537))
    const kinds = async (): Promise<string[]> => (await verifyCache(root, { workers })).findings.map(({ kind }) => kind)
    expect((await kinds()).filter(kind => kind === 'over_limit')).toHaveLength(2)
    setLimits({ listLength: 65_537 })
    expect(await kinds()).not.toContain('over_limit')
    setLimits({})
    expect((await kinds()).filter(kind => kind === 'over_limit')).toHaveLength(2)
  })

  test('in searches', async () => {
    const root = cacheOf(longList(65_537))
    await reindexCache(root)
    const reader = openCacheReader(root)
    expect(() => reader.readEmbedding(KEY)).toThrow('the limit is list=65536; --read-limit or LEWM_CACHE_LIMITS raises it')
    reader.close()
    setLimits({ listLength: 65_537 })
    const again = openCacheReader(root)
    expect(again.readEmbedding(KEY)).toHaveLength(65_537)
    again.close()
    expect((await describeShard(root, HANDMADE_PATH)).statistics?.values).toBe(65_537)
  })
})

describe('the time limit for a shard', () => {
  const index: HandmadePage = {
    header: [
      [1, 1],
      [2, 0],
      [3, 0]
    ],
    body: new Uint8Array(0)
  }
  const PAGES = 50_000
  /** A key column with pages and empty pages, between two steps of a verification. */
  const manyPages = handmadeShard(1, {
    pool_radius: {
      chunk: {
        codec: 'UNCOMPRESSED',
        values: 1,
        pages: [...new Array<HandmadePage>(PAGES).fill(index), dataPage('UNCOMPRESSED', 1, 'PLAIN', Uint8Array.of(8, 0, 0, 0))]
      }
    }
  })

  /** A clock that advances by a second at each reading. */
  function hastyClock(): () => number {
    let now = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 1000
      return now
    })
    return () => clock.mock.calls.length
  }

  test('is enforced between two pages, without threads', async () => {
    const root = cacheOf(manyPages)
    expect((await verifyCache(root, { workers: 1 })).findings.map(({ kind }) => kind)).toEqual(['index_missing'])
    const looks = hastyClock()
    const { findings, checkedShards } = await verifyCache(root, { workers: 1, shardBudgetMs: 100_000 })
    expect(checkedShards).toBe(1)
    expect(findings.map(({ kind }) => kind)).toEqual(['over_limit', 'index_missing'])
    expect(overLimit(findings).map(describeFinding)[0]).toMatch(/stopped: it took longer than 100 s, its limit of time; --read-limit/)
    expect(looks()).toBeLessThan(200)
  })

  test('can be set, like any limit', async () => {
    const root = cacheOf(manyPages)
    setLimits({ shardMs: 20_000 })
    const looks = hastyClock()
    expect(overLimit((await verifyCache(root, { workers: 1 })).findings).map(describeFinding)[0]).toContain('longer than 20 s')
    expect(looks()).toBeLessThan(100)
  })

  test('applies to every operation that opens a shard', async () => {
    const root = cacheOf(manyPages)
    await reindexCache(root)
    setLimits({ shardMs: 20_000 })
    const looks = hastyClock()
    const reader = openCacheReader(root)
    expect(() => reader.readEmbedding(KEY)).toThrow(CacheCorruptError)
    expect(() => reader.readEmbedding(KEY)).toThrow('it took longer than 20 s')
    reader.close()
    const reported: Finding[] = []
    await find(root, Buffer.from(KEY.windowHash).toString('hex'), { onFinding: found => reported.push(found) })
    expect(reported.map(({ kind }) => kind)).toEqual(['over_limit'])
    const { findings, range } = await describeShard(root, HANDMADE_PATH)
    expect(findings.map(({ kind }) => kind)).toEqual(['over_limit'])
    expect(range).toBeNull()
    expect(looks()).toBeLessThan(500)
  })

  test('restarts with each query, and while the consumer of vectors is slow', async () => {
    const root = cacheOf(handmadeShard(1))
    await reindexCache(root)
    setLimits({ shardMs: 20_000 })
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const reader = openCacheReader(root)
    expect(reader.readEmbedding(KEY)).toHaveLength(2)
    now += 100_000
    expect(reader.readEmbedding(KEY)).toHaveLength(2)
    reader.close()
    const vectors = readVectors(root, HANDMADE_PATH)
    expect(vectors.next().value).toMatchObject({ rows: 1 })
    now += 100_000
    expect(vectors.next()).toEqual({ done: true, value: null })
  })
})
