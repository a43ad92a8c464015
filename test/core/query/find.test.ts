/** Rows by the beginning of a hash, by a locus in browser notation, by DNA: the meaning of a query, and its results. */
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Finding, find, InputError, writeShard } from '../../../src/main/core/index.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { hexBytes, recordOf } from '../cacheFiles.ts'

const rows = referenceRows('healthy')
const place = ({ shardPath, rowOffset }: { shardPath: string; rowOffset: number }): string => `${shardPath} ${rowOffset}`
const due = (keep: (row: (typeof rows)[number]) => boolean): string[] =>
  rows
    .filter(keep)
    .map(row => `${row.shard_path} ${row.row_offset}`)
    .sort()
const bare = (contig: string): string => contig.replace(/^chr(?=.)/i, '').toLowerCase()

describe.each(['with its index', 'without an index'])('the healthy cache %s', how => {
  const root = referenceCache('healthy')
  if (how === 'without an index') rmSync(join(root, 'embeddings/index.sqlite'))
  const [first] = rows
  const hash = first?.window_hash ?? ''

  test.each([64, 40, 12, 4])('a hash by its first %i digits, in any case', async digits => {
    const prefix = hash.slice(0, digits)
    const expected = due(row => row.window_hash.startsWith(prefix))
    expect(expected.length).toBeGreaterThan(0)
    for (const query of [prefix, prefix.toUpperCase(), ` ${prefix}\n`, `0x${prefix}`]) {
      const found = await find(root, query)
      expect(found).toMatchObject({ query, kind: 'hash', truncated: false })
      expect(found.rows.map(place).sort()).toEqual(expected)
    }
  })

  test('a hash that no row has', async () => {
    expect(await find(root, 'f'.repeat(64))).toEqual({ query: 'f'.repeat(64), kind: 'hash', rows: [], truncated: false })
  })

  test('the returned row equals what GenoLeWM reads', async () => {
    const { rows: found } = await find(root, hash)
    expect(found).toHaveLength(rows.filter(row => row.window_hash === hash).length)
    expect(found).not.toEqual([])
    for (const row of found) {
      const expected = rows.find(each => each.shard_path === row.shardPath && each.row_offset === row.rowOffset)
      expect({
        ...row,
        windowHash: Buffer.from(row.windowHash).toString('hex'),
        encoderHash: Buffer.from(row.encoderHash).toString('hex')
      }).toEqual({
        windowHash: expected?.window_hash,
        encoderHash: expected?.encoder_hash,
        stateLayer: expected?.state_layer,
        poolType: expected?.pool_type,
        poolRadius: expected?.pool_radius,
        dtype: expected?.dtype,
        chrom: expected?.chrom,
        startBp: BigInt(expected?.start_bp ?? 0),
        endBp: BigInt(expected?.end_bp ?? 0),
        untargeted: expected?.untargeted,
        createdAt: BigInt(expected?.created_at ?? 0),
        schemaVersion: '1.0.0',
        shardPath: expected?.shard_path,
        rowOffset: expected?.row_offset
      })
    }
  })

  test('up to the limit, which is reported', async () => {
    const shared = rows.find((row, i) => rows.some((other, j) => j > i && other.window_hash.slice(0, 4) === row.window_hash.slice(0, 4)))
    const prefix = shared?.window_hash.slice(0, 4) ?? ''
    const all = due(row => row.window_hash.startsWith(prefix)).length
    expect(all).toBeGreaterThan(1)
    expect(await find(root, prefix, { limit: 1 })).toMatchObject({ rows: [{}], truncated: true })
    expect(await find(root, prefix, { limit: all })).toMatchObject({ truncated: false })
    expect((await find(root, 'chr1:1-999,999,999', { limit: 7 })).rows.length).toBe(7)
  })
})

describe('a locus', () => {
  const root = referenceCache('healthy')

  test.each([
    ['1:1-20000', '1', 0, 20_000],
    ['chr1:1-20,000', '1', 0, 20_000],
    ['CHR1:1-20,000', '1', 0, 20_000],
    ['1:1–20,000', '1', 0, 20_000],
    ['1:8193', '1', 8192, 8193],
    ['1:8192-8192', '1', 8191, 8192],
    ['1:12288', '1', 12_287, 12_288],
    ['1:12289', '1', 12_288, 12_289],
    ['X:1-1', 'X', 0, 1],
    ['chrx:1-1', 'X', 0, 1],
    ['7:1-50,000', 'chr7', 0, 50_000],
    ['chr7:1-50,000', 'chr7', 0, 50_000],
    ['MT:1-16,569', 'MT', 0, 16_569],
    ['HLA-A*01:01:1-5000', 'HLA-A*01:01', 0, 5000],
    ['  2:1-9000  ', '2', 0, 9000],
    // As in BED: from 0, with an exclusive end.
    ['chr1 8191 8192', '1', 8191, 8192],
    ['1\t12288\t12289', '1', 12_288, 12_289],
    ['HLA-A*01:01 0 5000', 'HLA-A*01:01', 0, 5000]
  ])('%s', async (query, contig, start, end) => {
    const expected = due(row => bare(row.chrom) === bare(contig) && row.start_bp < end && row.end_bp > start)
    expect(expected.length).toBeGreaterThan(0)
    const found = await find(root, query)
    expect(found.kind).toBe('locus')
    expect(found.rows.map(place).sort()).toEqual(expected)
  })

  test('a contig with such a suffix in its own name is found', async () => {
    const expected = due(row => row.chrom === 'HLA-A*01:01')
    expect(expected.length).toBeGreaterThan(0)
    expect((await find(root, 'HLA-A*01:01')).rows.map(place).sort()).toEqual(expected)
  })

  test('a contig with slashes in its name', async () => {
    const name = rows.find(row => row.shard_path.includes('GL000__1__x'))?.chrom ?? ''
    expect(name).toMatch(/[\\/]/)
    expect((await find(root, `${name}:1-999999999`)).rows.map(place).sort()).toEqual(due(row => row.chrom === name))
  })

  test('a missing contig, a position after the last window', async () => {
    expect((await find(root, 'chr99:1-100')).rows).toEqual([])
    expect((await find(root, '1:999,999,999,999')).rows).toEqual([])
  })
})

describe('DNA', () => {
  const root = temporaryFolder()
  const dna = 'ACGTACGTACGTACGTTTGACA'
  // Bases that are hex digits as well.
  const both = 'ACACACACACACACACAC'
  const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest()
  beforeAll(async () => {
    const records = [
      recordOf(0, { windowHash: digest(dna) }),
      recordOf(1),
      recordOf(2, { windowHash: hexBytes(`${both.toLowerCase()}${'0'.repeat(46)}`) })
    ]
    await writeShard(root, { encoderId: 'e', contig: '1', strideBlock: 0, records })
  })

  test.each([dna, dna.toLowerCase(), `${dna.slice(0, 10)}\n${dna.slice(10)}\n`, ` ${dna} `])(
    '%j is the window with this text',
    async query => {
      expect(await find(root, query)).toMatchObject({ kind: 'dna', rows: [{ rowOffset: 0 }], truncated: false })
    }
  )

  test('that no window has', async () => {
    expect((await find(root, `${dna}A`)).rows).toEqual([])
  })

  test('that could also begin a hash finds the hash', async () => {
    expect((await find(root, both)).rows.map(({ rowOffset }) => rowOffset)).toEqual([2])
  })
})

describe('not a query', () => {
  test.each([
    ['', /empty/],
    ['   ', /empty/],
    ['abc', /3 digits are too few for a hash/],
    ['ACGTTGCA', /8 bases are too few for a DNA search/],
    ['b'.repeat(65), /64 digits, this has 65/],
    ['chr1:0-10', /positions count from 1/],
    ['chr1:20-10', /the end must not be before the start/],
    ['1:1-100\n2:1-100', /one locus at a time/],
    ['chr1 100 50', /neither a hash prefix/],
    ['ACGTNNNNACGTNNNNACGT', /neither a hash prefix/],
    ['hello world', /neither a hash prefix/],
    ["'; DROP TABLE window_index; --", /neither a hash prefix/],
    ['%', /neither a hash prefix/]
  ])('%j: the message explains valid queries', async (query, sentence) => {
    const refusal = await find(referenceCache('healthy'), query).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(InputError)
    expect(String(refusal)).toMatch(sentence)
    expect(refusal).toMatchObject({ details: { field: 'query' } })
  })
})

test('damaged shards are reported and the others searched', async () => {
  const root = referenceCache('damaged')
  const reported: Finding[] = []
  const { rows: found } = await find(root, '1:1-999999999', { onFinding: each => reported.push(each) })
  expect(found.length).toBeGreaterThan(40)
  writeFileSync(join(root, found[0]?.shardPath ?? ''), '')
  expect((await find(root, '1:1-999999999', { onFinding: each => reported.push(each) })).rows.length).toBe(found.length - 12)
  expect(reported.map(({ kind }) => kind)).toContain('cut_off')
})

test.each(['../../../../etc/passwd', 'embeddings/gone.parquet'])('an index that points to %j hides nothing', async elsewhere => {
  const root = referenceCache('healthy')
  const hash = rows[0]?.window_hash ?? ''
  const due = (await find(root, hash)).rows
  expect(due.length).toBeGreaterThan(0)
  const db = new Database(join(root, 'embeddings/index.sqlite'))
  db.prepare('UPDATE window_index SET shard_path = ?').run(elsewhere)
  db.close()
  expect((await find(root, hash)).rows).toEqual(due)
})

test('a search without an index can be cancelled', async () => {
  const root = referenceCache('damaged')
  await expect(find(root, 'abcd', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
})
