/** `get`: every embedding by its key, exact, in order, as text, JSON or a matrix. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeWith } from '../../support/capabilities.ts'
import { type ReferenceRow, referenceCache, referenceEmbedding, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { lewmCache, ndjson } from '../lewmCache.ts'
import { keyOf, keyOptions, recordLine } from '../records.ts'

const cache = referenceCache('healthy')
const rows = referenceRows('healthy')
const one = rowAt(700)
const lines = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

function rowAt(at: number): ReferenceRow {
  const row = rows.at(at)
  if (row === undefined) throw new Error(`the healthy cache has no row ${at}`)
  return row
}

/** In the form of JSON. */
const shown = (value: number) => (Number.isFinite(value) ? value : String(value))

function expectedOf(row: ReferenceRow) {
  const { shard_path, row_offset } = row
  return { key: keyOf(row), found: true, shard_path, row_offset, embedding: [...referenceEmbedding(row)].map(shown) }
}

describe('one key', () => {
  test('with --json', async () => {
    const { code, stderr, json } = await lewmCache(['get', ...keyOptions(one), '--cache', cache, '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(json()).toEqual(expectedOf(one))
    expect(Object.keys(json())).toEqual(['key', 'found', 'shard_path', 'row_offset', 'embedding'])
  })

  test('hashes in upper case are the same hashes', async () => {
    const options = keyOptions(one).map(option => (option.length === 64 ? option.toUpperCase() : option))
    expect((await lewmCache(['get', ...options, '--cache', cache, '--json'])).json()).toEqual(expectedOf(one))
  })

  test('as text', async () => {
    const { code, stdout } = await lewmCache(['get', ...keyOptions(one), '--cache', cache])
    expect(code).toBe(0)
    expect(stdout).toContain(`${one.shard_path} row ${one.row_offset}\n${referenceEmbedding(one).length} dimensions, min `)
  })

  test('a missing one', async () => {
    const options = keyOptions(recordLine(1))
    const { code, json, stderr } = await lewmCache(['get', ...options, '--cache', cache, '--json'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(json()).toEqual({ key: keyOf(recordLine(1)), found: false, shard_path: null, row_offset: null, embedding: null })
    const forAPerson = await lewmCache(['get', ...options, '--cache', cache])
    expect(forAPerson).toMatchObject({ code: 1, stdout: '' })
    expect(forAPerson.stderr).toMatch(/^lewm-cache: not found[^\n]*\n$/)
  })

  test.each([
    ['--window-hash', 'abcd'],
    ['--window-hash', 'z'.repeat(64)],
    ['--encoder-hash', `${one.encoder_hash}00`],
    ['--state-layer', '128'],
    ['--state-layer', '1.5'],
    ['--pool-type', 'max'],
    ['--pool-radius', '-1'],
    ['--dtype', 'int4']
  ])('%s %s is refused', async (option, value) => {
    const { code, json, stderr } = await lewmCache(['get', ...keyOptions(one), option, value, '--cache', cache, '--json'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^lewm-cache: [^\n]+\n$/)
    expect(json().error.message).toContain(option)
    expect(json().error.message).toContain(value)
  })

  test('with missing parts', async () => {
    const { code, json } = await lewmCache(['get', '--window-hash', one.window_hash, '--dtype', 'fp16', '--cache', cache, '--json'])
    expect(code).toBe(2)
    expect(json().error.message).toContain('missing: --encoder-hash, --state-layer, --pool-type, --pool-radius')
  })
})

describe('many keys', () => {
  const wanted = [rowAt(-1), one, rowAt(0), one, rowAt(350)]

  test('in order, with duplicates, and misses in their place', async () => {
    const input = ndjson([...wanted.slice(0, 2).map(keyOf), keyOf(recordLine(1)), ...wanted.slice(2).map(keyOf)])
    const { code, stdout, stderr } = await lewmCache(['get', '--keys', '-', '--cache', cache, '--json'], { input })
    expect(code).toBe(0)
    expect(stderr).toBe('lewm-cache: 1 of 6 keys not found\n')
    const found = lines(stdout)
    expect(found[2]).toEqual({ key: keyOf(recordLine(1)), found: false, shard_path: null, row_offset: null, embedding: null })
    expect([...found.slice(0, 2), ...found.slice(3)]).toEqual(wanted.map(expectedOf))
  })

  test('the whole cache, each value as read by GenoLeWM', async () => {
    const file = join(temporaryFolder(), 'keys.ndjson')
    writeFileSync(file, ndjson(rows.map(keyOf)))
    const { code, stdout, stderr } = await lewmCache(['get', '--keys', file, '--cache', cache, '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines(stdout)).toEqual(rows.map(expectedOf))
  })

  test('rows printed by find can be used as keys', async () => {
    const { rows: found } = (await lewmCache(['find', one.window_hash, '--cache', cache, '--json'])).json()
    const { code, stdout } = await lewmCache(['get', '--keys', '-', '--cache', cache, '--json'], { input: ndjson(found) })
    expect(code).toBe(0)
    expect(lines(stdout).map(line => line.shard_path)).toEqual(found.map((row: { shard_path: string }) => row.shard_path))
  })

  test('as text', async () => {
    const { code, stdout } = await lewmCache(['get', '--keys', '-', '--cache', cache], {
      input: ndjson([keyOf(one), keyOf(recordLine(1))])
    })
    expect(code).toBe(0)
    const [first, second] = stdout.trimEnd().split('\n')
    expect(first).toContain(`${one.window_hash}  ${one.shard_path} row ${one.row_offset}  `)
    expect(second).toBe(`${recordLine(1).window_hash}  not found`)
  })

  test('no keys, no output', async () => {
    expect(await lewmCache(['get', '--keys', '-', '--cache', cache, '--json'])).toMatchObject({ code: 0, stdout: '' })
  })

  test('a line with an error is named and nothing is printed', async () => {
    const input = ndjson([keyOf(one), { ...keyOf(one), dtype: 'fp64' }])
    const { code, json } = await lewmCache(['get', '--keys', '-', '--cache', cache, '--json'], { input })
    expect(code).toBe(2)
    expect(json().error.details).toMatchObject({ file: 'standard input', line: 2, field: 'dtype', value: '"fp64"' })
  })

  test('not together with a single key', async () => {
    expect((await lewmCache(['get', '--keys', '-', '--dtype', 'fp16', '--cache', cache])).code).toBe(2)
  })
})

describe('a matrix', () => {
  const wanted = [rowAt(0), rowAt(2), rowAt(1), rowAt(2)]
  let file = ''
  beforeAll(() => {
    file = join(temporaryFolder(), 'matrix.npy')
  })

  test('is an aligned float16 .npy of rows x dimensions', async () => {
    const input = ndjson(wanted.map(keyOf))
    const { code, json } = await lewmCache(['get', '--keys', '-', '--format', 'npy', '--output', file, '--cache', cache, '--json'], {
      input
    })
    const values = referenceEmbedding(rowAt(0)).length
    expect({ code, document: json() }).toEqual({ code: 0, document: { output: file, rows: 4, values, dtype: 'float16' } })
    const bytes = readFileSync(file)
    const head = 10 + bytes.readUInt16LE(8)
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]))
    expect(head % 64).toBe(0)
    expect(bytes.toString('latin1', 10, head)).toMatch(/^\{'descr': '<f2', 'fortran_order': False, 'shape': \(4, \d+\), \} *\n$/)
    expect(bytes.length).toBe(head + 4 * values * 2)
  })

  describeWith('python', 'NumPy', python => {
    test('loads it, value for value', () => {
      const script = 'import json, numpy, sys; a = numpy.load(sys.argv[1]); print(json.dumps([str(a.dtype), a.tolist()]))'
      const loaded: unknown = JSON.parse(execFileSync(python, ['-c', script, file], { encoding: 'utf8' }))
      expect(loaded).toEqual(['float16', wanted.map(row => [...referenceEmbedding(row)])])
    })
  })

  test('has one row for one key', async () => {
    const single = join(temporaryFolder(), 'one.npy')
    const { code, stdout } = await lewmCache(['get', ...keyOptions(one), '--format', 'npy', '--output', single, '--cache', cache])
    expect(code).toBe(0)
    expect(stdout).toBe(`wrote 1 x ${referenceEmbedding(one).length} float16 to ${single}\n`)
  })

  test('is not written if a key is missing. The first missing key is named', async () => {
    const nothing = join(temporaryFolder(), 'nothing.npy')
    const input = ndjson([keyOf(one), keyOf(recordLine(1)), keyOf(recordLine(2))])
    const { code, json } = await lewmCache(['get', '--keys', '-', '--format', 'npy', '--output', nothing, '--cache', cache, '--json'], {
      input
    })
    expect(code).toBe(1)
    expect(json().error).toMatchObject({ code: 'RESOURCE.NOT_FOUND', details: { missing: 2, first: 2, key: keyOf(recordLine(1)) } })
    expect(json().error.message).toContain(String(recordLine(1).window_hash))
    expect(existsSync(nothing)).toBe(false)
  })

  test('requires rows of the same length', async () => {
    const ragged = referenceRows('unusual').filter(row => row.shard_path.includes('ragged'))
    const nothing = join(temporaryFolder(), 'nothing.npy')
    const args = ['get', '--keys', '-', '--format', 'npy', '--output', nothing, '--cache', referenceCache('unusual'), '--json']
    const { code, json } = await lewmCache(args, { input: ndjson(ragged.map(keyOf)) })
    expect(code).toBe(2)
    expect(json().error.message).toMatch(/^a matrix needs embeddings of equal length: key 1 has \d+ dimensions, key \d+ has \d+$/)
    expect(existsSync(nothing)).toBe(false)
  })

  test('requires --output, which in turn requires --format', async () => {
    expect((await lewmCache(['get', ...keyOptions(one), '--format', 'npy', '--cache', cache])).code).toBe(2)
    expect((await lewmCache(['get', ...keyOptions(one), '--output', 'x.npy', '--cache', cache])).code).toBe(2)
  })

  test('reports an operating system error for a folder without write permission', async () => {
    const { code, json } = await lewmCache([
      'get',
      ...keyOptions(one),
      '--format',
      'npy',
      '--output',
      '/proc/x.npy',
      '--cache',
      cache,
      '--json'
    ])
    expect(code).toBe(6)
    expect(json().error.code).toBe('RESOURCE.SYSTEM')
  })
})

describe('a cache that contradicts itself', () => {
  test('is a damaged shard, not a miss', async () => {
    const broken = referenceCache('healthy')
    writeFileSync(join(broken, one.shard_path), 'not Parquet')
    const { code, json, stderr } = await lewmCache(['get', ...keyOptions(one), '--cache', broken, '--json'])
    expect(code).toBe(4)
    expect(json().error.code).toBe('RESOURCE.CACHE_CORRUPT')
    expect(stderr).toMatch(/^lewm-cache: [^\n]+\n$/)
  })
})
