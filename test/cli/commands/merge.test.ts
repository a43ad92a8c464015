/** `merge`: the combined reports of all partitions equal the report of the whole cache, and incomplete sets are refused. */
import { cpSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { flippedHash, replaceShard } from '../../core/cacheFiles.ts'
import { LAB_SHARD, labCache, optionsOf, pathOf, ROWS, recordsOf } from '../../core/evidence/labCache.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { inOrder, type Json, lewmCache, ndjson } from '../lewmCache.ts'
import { recordLine } from '../records.ts'

const PARTS = 8

/** Verifies each part. @returns the report files, and how often a part found each kind */
async function verifyParts(
  cache: string,
  { args = [], of = PARTS, home = temporaryFolder() }: { args?: string[]; of?: number; home?: string } = {}
): Promise<string[]> {
  const folder = temporaryFolder()
  const parts = Array.from({ length: of }, (_, i) => i + 1)
  return inOrder(parts, async part => {
    const { stdout, stderr } = await lewmCache(['verify', '--cache', cache, '--json', '--partition', `${part}/${of}`, ...args], { home })
    expect(stderr).toBe('')
    const file = join(folder, `${part}.json`)
    writeFileSync(file, stdout)
    return file
  })
}

const merge = (files: readonly string[], ...args: string[]) => lewmCache(['merge', '--json', ...args, ...files])
const reportOf = (file: string): Json => JSON.parse(readFileSync(file, 'utf8'))

/** The contents of a report except the duration. */
function comparable({ code, json }: { code: number | null; json: () => Json }) {
  const { seconds, ...report } = json()
  expect(seconds).toBeGreaterThan(0)
  return { code, report }
}

function record(n: number, changes = {}): string {
  return ndjson([recordLine(n, changes)])
}

/** Shards of one row each. The rows of the last three have the same key: two with the same values, one with others. */
async function cacheWithRepeatedKeys(): Promise<string> {
  const cache = join(temporaryFolder(), 'repeated')
  const write = (block: number, input: string) =>
    lewmCache(['write', '--encoder-id', 'lab/encoder', '--contig', '1', '--stride-block', String(block), '--cache', cache], { input })
  for (let block = 0; block < 5; block++) expect((await write(block, record(block))).code).toBe(0)
  const spare = join(temporaryFolder(), 'spare')
  for (const [block, changes] of [
    [12, {}],
    [13, {}],
    [14, { embedding: [1, 2, 3, 4] }]
  ] as const) {
    rmSync(spare, { recursive: true, force: true })
    const args = ['write', '--encoder-id', 'lab/encoder', '--contig', '1', '--stride-block', String(block), '--cache', spare]
    expect((await lewmCache(args, { input: record(99, changes) })).code).toBe(0)
    const path = `embeddings/lab__encoder/5/centered_mean_8/chr1_${block}.parquet`
    cpSync(join(spare, path), join(cache, path))
  }
  return cache
}

describe('eight partitions, merged, equal the whole', () => {
  test.each(['healthy', 'unusual', 'damaged'] as const)('%s reference cache', async which => {
    const cache = referenceCache(which)
    expect(comparable(await merge(await verifyParts(cache)))).toEqual(comparable(await lewmCache(['verify', '--json', '--cache', cache])))
  })

  test('damaged sample', async () => {
    const cache = join(temporaryFolder(), 'sample')
    await lewmCache(['sample', '--damaged', cache])
    const whole = comparable(await lewmCache(['verify', '--json', '--cache', cache]))
    expect(whole.code).toBe(4)
    expect(comparable(await merge(await verifyParts(cache)))).toEqual(whole)
  })

  test('damaged reference cache, footers only', async () => {
    const cache = referenceCache('damaged')
    const whole = comparable(await lewmCache(['verify', '--quick', '--json', '--cache', cache]))
    expect(comparable(await merge(await verifyParts(cache, { args: ['--quick'] })))).toEqual(whole)
  })

  test('keys that repeat across partitions, which no partition can detect without an index', async () => {
    const cache = await cacheWithRepeatedKeys()
    rmSync(join(cache, 'embeddings/index.sqlite'))
    const files = await verifyParts(cache)
    const seen = files.flatMap(file => reportOf(file).findings.filter((found: Json) => found.kind !== 'index_missing'))
    const merged = await merge(files)
    expect(merged.json().by_kind).toEqual({ index_missing: 1, duplicate_key: 2, conflicting_key: 2 })
    expect(seen.length).toBeLessThan(4)
    expect(comparable(merged)).toEqual(comparable(await lewmCache(['verify', '--json', '--cache', cache])))
  })

  test('with an index that knows one of them', async () => {
    const cache = await cacheWithRepeatedKeys()
    await lewmCache(['reindex', '--cache', cache])
    expect(comparable(await merge(await verifyParts(cache)))).toEqual(comparable(await lewmCache(['verify', '--json', '--cache', cache])))
  })

  test('bytes that differ from the recorded digest', async () => {
    const cache = referenceCache('healthy')
    const home = temporaryFolder()
    const first = await lewmCache(['verify', '--json', '--cache', cache], { home })
    const [path = '', other = ''] = (await lewmCache(['ls', '--json', '--cache', cache]))
      .json()
      .shards.map((shard: Json) => shard.shard_path)
    expect(first.code).toBe(3)
    cpSync(join(cache, other), join(cache, path))
    const merged = await merge(await verifyParts(cache, { home }))
    expect(merged.json().by_kind.changed_bytes).toBe(1)
  })

  test.each([
    ['known to the index', [], ''],
    ['known to the index, footers only', ['--quick'], ''],
    ['archived as index entries', [], 'reindex'],
    ['known only to the ledgers', [], 'no index']
  ])('missing, changed and moved shards, %s', async (_, args, then) => {
    const cache = await labCache()
    const home = temporaryFolder()
    const of = 4
    await verifyParts(cache, { home, of })
    const path = (contig: 'X' | '1', block: 0 | 1) => pathOf({ ...LAB_SHARD, contig, block })
    rmSync(join(cache, path('X', 0)))
    renameSync(join(cache, path('X', 1)), join(cache, path('X', 1).replace('X_1', 'X_9')))
    const records = recordsOf({ ...LAB_SHARD, contig: '1', block: 1 }).map((record, row) => (row === 3 ? flippedHash(record) : record))
    await replaceShard(cache, path('1', 1), { ...optionsOf({ ...LAB_SHARD, contig: '1', block: 1 }), records })
    if (then === 'no index') rmSync(join(cache, 'embeddings/index.sqlite'))
    if (then !== '') await lewmCache(['reindex', '--cache', cache])
    const another = join(temporaryFolder(), 'home')
    cpSync(home, another, { recursive: true })
    const whole = await lewmCache(['verify', '--json', '--cache', cache, ...args], { home: another })
    // The merge has no ledger of this cache.
    const merged = await merge(await verifyParts(cache, { home, of, args }))
    expect(whole.json()).toMatchObject({ missing_shards: 1, missing_rows: ROWS })
    expect(comparable(merged)).toEqual(comparable(whole))
  })

  test('more partitions than shards', async () => {
    const cache = join(temporaryFolder(), 'one')
    await lewmCache(['write', '--encoder-id', 'e', '--contig', '1', '--stride-block', '0', '--cache', cache], { input: record(0) })
    const merged = await merge(await verifyParts(cache, { of: 3 }))
    expect({ code: merged.code, shards: merged.json().checked_shards }).toEqual({ code: 0, shards: 1 })
  })
})

describe('one set of reports', () => {
  let cache: string
  let files: string[]
  beforeAll(async () => {
    cache = referenceCache('damaged')
    files = await verifyParts(cache, { of: 3 })
  })

  const refused = async (reports: readonly string[], ...args: string[]) => {
    const { code, json, stderr } = await merge(reports, ...args)
    expect(code).toBe(2)
    expect(json().error.code).toBe('INPUT.GENERIC')
    expect(stderr).toBe(`lewm-cache: ${json().error.message}\n`)
    return json().error.message
  }
  const changed = (file: string | undefined, change: (report: Json) => void): string => {
    const report = reportOf(file ?? '')
    change(report)
    const copy = join(temporaryFolder(), 'changed.json')
    writeFileSync(copy, JSON.stringify(report))
    return copy
  }

  test('in any order', async () => {
    expect(comparable(await merge(files.toReversed()))).toEqual(comparable(await merge(files)))
  })

  test('as text, with the exit code of verify', async () => {
    const { code, stdout, stderr } = await lewmCache(['merge', ...files])
    expect({ code, stderr }).toEqual({ code: 4, stderr: '' })
    expect(stdout).toMatch(/^checked [0-9]+ shards, /)
  })

  test('with a missing report', async () => {
    expect(await refused(files.slice(1))).toBe('the report of partition 1/3 is missing')
    expect(await refused(files.slice(2))).toBe('the reports of partitions 1/3, 2/3 are missing')
  })

  test('with the same report twice', async () => {
    const [first = ''] = files
    expect(await refused([...files, first])).toBe(`${first} and ${first} are both reports of partition 1/3`)
  })

  test('with shards of another part', async () => {
    const copy = changed(files[0], report => report.partition.shards.push(reportOf(files[1] ?? '').partition.shards[0]))
    expect(await refused([copy, ...files.slice(1)])).toMatch(/has a shard that is also in another report: embeddings\//)
  })

  test('with a report of another cache, or for another cache', async () => {
    const other = await verifyParts(referenceCache('damaged'), { of: 3 })
    expect(await refused([...files.slice(0, 2), other[2] ?? ''])).toMatch(/ are reports of different caches: /)
    expect(await refused(files, '--cache', referenceCache('healthy'))).toBe(`these reports are of another cache: ${cache}`)
  })

  test('with a report of another partition count, or with other options', async () => {
    expect(await refused([...files.slice(0, 2), ...(await verifyParts(cache, { of: 2 })).slice(1)])).toMatch(
      / is one of 2 partitions, .* one of 3$/
    )
    const quick = await verifyParts(cache, { of: 3, args: ['--quick'] })
    expect(await refused([...files.slice(0, 2), quick[2] ?? ''])).toMatch(/were made with different options \(--quick, all shards, full\)$/)
  })

  test('with a file that is not a report of a partition', async () => {
    const file = join(temporaryFolder(), 'other.json')
    for (const [text, sentence] of [
      ['{', 'is not the report of a partition: it is not JSON'],
      ['[]', 'is not the report of a partition: the document: '],
      [
        (await lewmCache(['verify', '--json', '--quick', '--cache', cache])).stdout,
        'is the report of a whole verification; there is nothing to merge'
      ],
      [(await lewmCache(['verify', '--json', '--cache', temporaryFolder()])).stdout, 'is the error of a failed verification: ']
    ] as const) {
      writeFileSync(file, text)
      expect(await refused([file])).toContain(`${file} ${sentence}`)
    }
    expect(await refused([join(temporaryFolder(), 'none')])).toMatch(/^there is no file /)
  })

  test('after the cache has changed: changed shards are read again, removed ones are omitted, new ones are reported', async () => {
    const mine = referenceCache('healthy')
    const reports = await verifyParts(mine, { of: 2 })
    const paths: string[] = (await lewmCache(['ls', '--json', '--cache', mine])).json().shards.map((shard: Json) => shard.shard_path)
    const [first = '', second = '', third = ''] = paths
    writeFileSync(join(mine, first), 'no shard')
    rmSync(join(mine, second))
    utimesSync(join(mine, third), 1, 1)
    cpSync(join(mine, third), join(mine, `${third.slice(0, -'.parquet'.length)}9.parquet`))
    const { code, stderr, json } = await merge(reports)
    expect(code).toBe(4)
    expect(stderr.split('\n')).toEqual([
      'lewm-cache: read 2 shards again: changed since the reports, or unreadable then',
      'lewm-cache: left out 1 shard that no longer exists',
      'lewm-cache: 1 shard newer than these reports not verified; use verify --changed',
      ''
    ])
    expect(json().checked_shards).toBe(paths.length - 1)
    expect(json().by_kind.not_parquet ?? json().by_kind.cut_off).toBe(1)
  })

  test('makes the same plan as a repair', async () => {
    const plan = join(temporaryFolder(), 'plan.json')
    const own = join(temporaryFolder(), 'own.json')
    expect((await merge(files, '--save-plan', plan)).stderr).toBe(`lewm-cache: saved the plan to ${plan}\n`)
    await lewmCache(['repair', '--dry-run', '--save-plan', own, '--cache', cache])
    // A merge does not use digests from the parts, because the files may have changed since.
    const withoutDigests = (saved: Json): Json => ({
      ...saved,
      created_at: '',
      moves: saved.moves.map((move: Json) => ({ ...move, sha256: null }))
    })
    expect(reportOf(plan)).toEqual({ ...withoutDigests(reportOf(own)), created_at: expect.any(String) })
    const quick = await verifyParts(cache, { of: 1, args: ['--quick'] })
    expect(await refused(quick, '--save-plan', plan)).toBe('a repair plan needs full verifications of all shards')
    expect((await lewmCache(['repair', '--plan', plan, '--cache', cache])).code).toBe(4)
    expect((await lewmCache(['verify', '--cache', cache, '--json'])).json().findings.map((found: Json) => found.severity)).not.toContain(
      'corrupt'
    )
  })
})

test('a partition does not accept shard names', async () => {
  const { code, stderr } = await lewmCache([
    'verify',
    '--partition',
    '1/2',
    'embeddings/a/1/b_1/chr1_0.parquet',
    '--cache',
    referenceCache('healthy')
  ])
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'lewm-cache: --partition cannot be combined with named shards\n' })
})

test.skipIf(process.platform === 'win32').each([
  ['merge', '/dev/zero'],
  ['checksums', '--check', '/dev/zero'],
  ['repair', '--plan', '/dev/zero']
])('%s %s: an endless file is refused', async (...words) => {
  const { code, stderr } = await lewmCache([...words, '--cache', referenceCache('healthy')])
  expect([code, stderr]).toEqual([2, 'lewm-cache: /dev/zero is longer than 128 MiB\n'])
})
