/** Any Parquet file: a file of an unknown layout is shown completely, and an unreadable part hides nothing else. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RawFile, type RawValue, readRawFile } from '../../../src/main/core/index.ts'
import { makeParquet } from '../../differential/maker/parquetMaker.ts'
import { defaultChunk } from '../../differential/maker/plan.ts'
import { leaf } from '../../differential/maker/schema.ts'
import { modelRows, shardPlan } from '../../differential/maker/shardPlan.ts'
import { Rng } from '../../differential/rng.ts'
import { everyTypeFile, NEWER, newerCache, newerRows } from '../../support/newer.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { float64Hex } from '../cacheFiles.ts'
import { dataPage, handmadeShard, plainText } from '../handmadeShard.ts'

const ALL = { rowStart: 0, rowEnd: 100_000 }

function rowsOf({ columns, cells }: RawFile): Record<string, RawValue>[] {
  return cells.map(row => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])))
}

function fileOf(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), 'some.parquet')
  writeFileSync(path, bytes)
  return path
}

describe.each(NEWER)('%s', which => {
  test('every row equals what GenoLeWM reads', async () => {
    const root = newerCache(which)
    const expected = Map.groupBy(newerRows(which), ({ shard_path: path }) => path)
    expect(expected.size).toBeGreaterThan(1)
    for (const [path, lines] of expected) {
      const file = await readRawFile(join(root, path), ALL)
      expect(file.unread).toEqual([])
      const rows = rowsOf(file)
      for (const { shard_path: _, row_offset: at, embedding_f64le: embedding, ...line } of lines) {
        const row = rows[at]
        expect(row).toBeDefined()
        for (const [name, value] of Object.entries(line).filter(([name]) => file.columns.includes(name))) {
          const shown = row?.[name]
          expect(typeof shown === 'number' && typeof value === 'string' ? String(shown) : shown, name).toEqual(value)
        }
        const values = row?.embedding
        expect(Array.isArray(values) ? float64Hex(values) : null).toBe(embedding)
      }
    }
  })
})

test('a column of every type: nothing is rounded or lost', async () => {
  const file = await readRawFile(everyTypeFile(), ALL)
  expect(file.unread).toEqual([])
  expect(rowsOf(file)[0]).toEqual({
    ts_ns: '2026-05-28T20:26:40.000003001Z',
    ts_us_local: '2026-05-28T20:26:40.000003',
    ts_ms: '2026-05-28T20:26:40.000Z',
    date: '2026-11-29',
    time: '00:00:00.001000',
    dec: '123456789012345678901234.56',
    dec32: '1.50',
    big: '9223372036854775807',
    u64: '18446744073709551615',
    u32: 4294967295,
    bin: '00ff',
    text: 'a\u001bb',
    f64: Number.NaN,
    f16: 1.5,
    list: [1, 2, null],
    struct: new Map<string, RawValue>([
      ['aB', 1],
      ['b', 'x']
    ]),
    // As a list of pairs, in file order, because a key may be anything, including `__proto__`.
    map: new Map([
      [
        'key_value',
        [
          new Map<string, RawValue>([
            ['key', 'k'],
            ['value', 1]
          ]),
          new Map<string, RawValue>([
            ['key', '__proto__'],
            ['value', 2]
          ])
        ]
      ]
    ]),
    dict: 'x',
    liststruct: [new Map([['p', 1]]), new Map([['p', 2]])],
    listdec: ['1.10'],
    uuid: '00000000-0000-0000-0000-000000000001',
    bool: true,
    null: null,
    camelCase: 1,
    'dot.name': 1
  })
  expect(rowsOf(file)[2]).toMatchObject({
    ts_ns: '1969-12-31T23:59:59.999999999Z',
    date: '0001-01-01',
    text: '\ufeffé',
    f64: -0,
    list: null,
    map: new Map([['key_value', []]]),
    liststruct: []
  })
  expect(file.rowGroups.map(({ firstRow, rows }) => [firstRow, rows])).toEqual([
    [0, 2],
    [2, 1]
  ])
  expect(file.keyValues.map(({ key }) => key)).toEqual(['ARROW:schema'])
  const types = Object.fromEntries(file.leaves.map(({ column, physicalType, logicalType }) => [column, `${physicalType} ${logicalType}`]))
  expect(types).toMatchObject({
    ts_us_local: 'INT64 TIMESTAMP(MICROS, local)',
    dec: 'FIXED_LEN_BYTE_ARRAY(16) DECIMAL(38, 2)',
    u64: 'INT64 INTEGER(64, unsigned)',
    'liststruct.list.element.p': 'INT64 null'
  })
})

test('rows from the middle, across a row group boundary, and after the last one', async () => {
  const path = everyTypeFile()
  const big = async (rowStart: number, rowEnd: number): Promise<unknown> =>
    rowsOf(await readRawFile(path, { rowStart, rowEnd })).map(row => row.camelCase)
  expect(await big(1, 3)).toEqual([2, 3])
  expect(await big(2, 2)).toEqual([])
  expect(await big(3, 10)).toEqual([])
  expect((await readRawFile(path, { rowStart: 0, rowEnd: 0 })).leaves).toHaveLength(27)
})

test('thousands of columns, in time proportional to their number', async () => {
  const plan = shardPlan(modelRows(new Rng('wide'), 2))
  for (let i = 0; i < 3000; i++) {
    plan.columns.push({ node: leaf(`value ${i}`, 'INT32'), values: [i, null], chunk: defaultChunk({ codec: 'UNCOMPRESSED' }) })
  }
  const file = await readRawFile(fileOf(makeParquet(plan)), ALL)
  expect(file.unread).toEqual([])
  expect(file.columns).toHaveLength(3013)
  expect(file.cells.map(row => row.slice(-2))).toEqual([
    [2998, 2999],
    [null, null]
  ])
  expect(file.leaves).toHaveLength(3013)
})

test('an unsupported codec hides one column, and is reported', async () => {
  const page = dataPage('LZO', 1, 'PLAIN', plainText('1'))
  const file = await readRawFile(fileOf(handmadeShard(1, { chrom: { chunk: { codec: 'LZO', values: 1, pages: [page] } } })), ALL)
  expect(file.unread).toEqual([
    { column: 'chrom', severity: 'unsupported', reason: 'hyparquet failed: parquet unsupported compression codec: LZO' }
  ])
  expect(file.columns).toHaveLength(12)
  expect(rowsOf(file)[0]).toMatchObject({ start_bp: 0, end_bp: 12288, dtype: 'fp16', schema_version: '1.0.0' })
  expect(file.leaves.find(({ column }) => column === 'chrom')?.codec).toBe('LZO')
})

test('a damaged page hides one column, and is reported as damage', async () => {
  const path = fileOf(handmadeShard(3))
  const bytes = readFileSync(path)
  const at = bytes.lastIndexOf(Buffer.from('1.0.0'))
  bytes.fill(0xff, at - 14, at - 9)
  writeFileSync(path, bytes)
  const { unread, columns } = await readRawFile(path, ALL)
  expect(unread).toEqual([expect.objectContaining({ severity: 'corrupt' })])
  expect(columns).toHaveLength(12)
})

test('a file that is not Parquet is refused with a description', async () => {
  const path = everyTypeFile()
  await expect(readRawFile(`${path}.none`, ALL)).rejects.toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
  await expect(readRawFile(temporaryFolder(), ALL)).rejects.toMatchObject({ code: 'INPUT.GENERIC' })
  await expect(readRawFile(fileOf(Buffer.from('PAR1 but no more')), ALL)).rejects.toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
  truncateSync(path, 1000)
  await expect(readRawFile(path, ALL)).rejects.toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT', details: { kind: 'cut_off' } })
  const encrypted = await readRawFile(fileOf(Buffer.from('PAR1 and something in the middle PARE')), ALL)
  expect(encrypted.unread).toEqual([{ column: null, severity: 'unsupported', reason: 'the footer is encrypted' }])
  expect(encrypted.leaves).toEqual([])
})
