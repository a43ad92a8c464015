/** `show --raw`: any Parquet file, as text and as JSON. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { dataPage, HANDMADE_PATH, handmadeShard, plainText } from '../../core/handmadeShard.ts'
import { makeParquet } from '../../differential/maker/parquetMaker.ts'
import { modelRows, shardPlan } from '../../differential/maker/shardPlan.ts'
import { Rng } from '../../differential/rng.ts'
import { everyTypeFile, newerCache } from '../../support/newer.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { type Json, lewmCache } from '../lewmCache.ts'

test('JSON: exactly four parts, names as in the file, numbers exact', async () => {
  const { code, json, stderr } = await lewmCache(['show', '--raw', everyTypeFile(), '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const document = json()
  expect(Object.keys(document)).toEqual(['columns', 'key_values', 'row_groups', 'rows'])
  expect(document.columns[0]).toEqual({
    column: 'ts_ns',
    physical_type: 'INT64',
    logical_type: 'TIMESTAMP(NANOS, UTC)',
    codec: 'ZSTD',
    encodings: ['PLAIN', 'RLE', 'RLE_DICTIONARY'],
    values: 3,
    compressed_bytes: expect.any(Number),
    uncompressed_bytes: expect.any(Number),
    nulls: 1,
    page_index: false,
    max_definition: 1,
    max_repetition: 0,
    unread: null
  })
  expect(document.key_values).toEqual([{ key: 'ARROW:schema', value: expect.stringMatching(/^\/\/\/\//), bytes: expect.any(Number) }])
  expect(document.row_groups).toMatchObject([
    { first_row: 0, rows: 2 },
    { first_row: 2, rows: 1 }
  ])
  expect(document.rows).toHaveLength(3)
  expect(document.rows[0]).toMatchObject({
    big: '9223372036854775807',
    u32: 4294967295,
    bin: '00ff',
    f64: 'NaN',
    struct: { aB: 1, b: 'x' },
    camelCase: 1,
    'dot.name': 1
  })
  expect((await lewmCache(['show', '--raw', everyTypeFile(), '--limit', '1', '--json'])).json().rows).toHaveLength(1)
})

test('text: properties, columns, row groups and rows, without terminal control sequences', async () => {
  const { code, stdout } = await lewmCache(['show', '--raw', everyTypeFile(), '--limit', '2'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ {2}rows +3 in 2 row groups$/m)
  expect(stdout).toMatch(/^ {2}dec +FIXED_LEN_BYTE_ARRAY\(16\) DECIMAL\(38, 2\) +nullable/m)
  expect(stdout).toContain('a\\u{1b}b')
  expect(stdout).not.toContain('\u001b')
  expect(stdout).not.toContain('3 values:')
})

test('a shard of layout 3, by its path in the cache or on disk, or through a link', async () => {
  const cache = newerCache('layout3a')
  const shard: string = (await lewmCache(['ls', '--cache', cache, '--json']))
    .json()
    .shards.map((each: Json) => each.shard_path)
    .find((path: string) => path.includes('/chrchr7_0'))
  const link = join(temporaryFolder(), 'link')
  symlinkSync(join(cache, shard), link)
  const byCache = await lewmCache(['show', '--raw', shard, '--cache', cache, '--json'])
  expect(byCache.code).toBe(0)
  expect(byCache.json().rows[0]).toMatchObject({ chrom: 'chr7', storage_dtype: 'fp32', schema_version: '3.0.0' })
  for (const path of [join(cache, shard), link]) expect((await lewmCache(['show', '--raw', path, '--json'])).json()).toEqual(byCache.json())
})

test('unreadable parts are reported on standard error, and in the exit code', async () => {
  const cache = temporaryFolder()
  const page = dataPage('LZO', 1, 'PLAIN', plainText('1'))
  mkdirSync(dirname(join(cache, HANDMADE_PATH)), { recursive: true })
  writeFileSync(join(cache, HANDMADE_PATH), handmadeShard(1, { chrom: { chunk: { codec: 'LZO', values: 1, pages: [page] } } }))
  const lzo = await lewmCache(['show', '--raw', HANDMADE_PATH, '--cache', cache, '--json'])
  expect(lzo.code).toBe(3)
  expect(lzo.stderr).toBe('lewm-cache: values of chrom cannot be shown: hyparquet failed: parquet unsupported compression codec: LZO\n')
  expect(lzo.json().rows).toEqual([expect.not.objectContaining({ chrom: expect.anything() })])
  expect(lzo.json().columns[0].unread).toContain('LZO')

  const text = join(cache, 'notes.txt')
  writeFileSync(text, 'a file that is not Parquet')
  expect((await lewmCache(['show', '--raw', text])).code).toBe(4)
  expect((await lewmCache(['show', '--raw', text, '--json'])).json().error.code).toBe('RESOURCE.CACHE_CORRUPT')
  expect((await lewmCache(['show', '--raw', join(cache, 'nowhere')])).code).toBe(1)
  expect((await lewmCache(['show', '--raw', cache])).code).toBe(2)
  expect((await lewmCache(['show', HANDMADE_PATH, '--limit', '3', '--cache', cache])).code).toBe(2)
  expect((await lewmCache(['show', '--raw', '--rows', HANDMADE_PATH, '--cache', cache])).code).toBe(2)
})

test('a footer with 150,000 key-value pairs: text shows the first ones, JSON all of them', async () => {
  const plan = shardPlan(modelRows(new Rng('pairs'), 2))
  plan.keyValues = Array.from({ length: 150_000 }, (_, i) => ({ key: `key ${i}`, value: 'v' }))
  const file = join(temporaryFolder(), 'pairs.parquet')
  writeFileSync(file, makeParquet(plan))
  const { code, stdout, stderr } = await lewmCache(['show', '--raw', file])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('\n  ... and 149,900 more key-values (--json prints all)\n')
  expect(stdout.split('\n').length).toBeLessThan(200)
  expect((await lewmCache(['show', '--raw', file, '--json'])).json().key_values).toHaveLength(150_000)
})
