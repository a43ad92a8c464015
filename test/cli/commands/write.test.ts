/** `write` and `path`: the written rows equal the input, and invalid input writes nothing. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWith } from '../../support/capabilities.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { lewmCache, ndjson } from '../lewmCache.ts'
import { keyOptions, recordLine, SHARD_PATH, WRITE } from '../records.ts'

const NINE = Array.from({ length: 9 }, (_, n) => recordLine(n))
const everythingIn = (folder: string) => readdirSync(folder, { recursive: true })

describe('write', () => {
  test('from standard input, then from a file: the second time everything exists', async () => {
    const cache = join(temporaryFolder(), 'new')
    const first = await lewmCache([...WRITE, '--cache', cache, '--json'], { input: ndjson(NINE) })
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.json()).toEqual({ shard_path: SHARD_PATH, rows: 9, written: true })
    const file = join(temporaryFolder(), 'records.ndjson')
    writeFileSync(file, ndjson(NINE))
    const second = await lewmCache([...WRITE, '--cache', cache, '--json', file])
    expect({ code: second.code, document: second.json() }).toEqual({
      code: 0,
      document: { shard_path: SHARD_PATH, rows: 9, written: false }
    })
    expect((await lewmCache(['verify', '--cache', cache, '--json'])).code).toBe(0)
  })

  test('as text', async () => {
    const cache = join(temporaryFolder(), 'new')
    const options = { input: ndjson(NINE) }
    expect((await lewmCache([...WRITE, '--cache', cache], options)).stdout).toBe(`wrote 9 rows to ${SHARD_PATH}\n`)
    expect((await lewmCache([...WRITE, '--cache', cache, '-'], options)).stdout).toBe(`nothing to write, 9 rows already in ${SHARD_PATH}\n`)
  })

  test.each([
    [[], 'PLAIN'],
    [['--encoding', 'byte_stream_split'], 'BYTE_STREAM_SPLIT']
  ])('with %j the values are %s, but equal', async (options, encoding) => {
    const cache = join(temporaryFolder(), 'new')
    expect((await lewmCache([...WRITE, ...options, '--cache', cache], { input: ndjson(NINE) })).code).toBe(0)
    const shard = (await lewmCache(['show', SHARD_PATH, '--cache', cache, '--json'])).json()
    expect(shard.columns.find(({ column }: { column: string }) => column.startsWith('embedding')).encodings).toContain(encoding)
    const again = await lewmCache([...WRITE, '--cache', cache, '--json'], { input: ndjson(NINE) })
    expect(again.json()).toEqual({ shard_path: SHARD_PATH, rows: 9, written: false })
  })

  test('rows that differ from the existing ones are refused', async () => {
    const cache = join(temporaryFolder(), 'new')
    await lewmCache([...WRITE, '--cache', cache], { input: ndjson(NINE) })
    const changed = await lewmCache([...WRITE, '--cache', cache, '--json'], { input: ndjson([recordLine(0, { embedding: [9, 9, 9, 9] })]) })
    expect(changed.code).toBe(4)
    expect(changed.json().error.code).toBe('RESOURCE.CACHE_CORRUPT')
  })

  test.each([
    ['1780000000000000001', '"1780000000000000001"'],
    ['9223372036854775807', '9223372036854775807'],
    ['1780000000000000003', '1780000000000000003']
  ])('created_at %s given as %s keeps its digits', async (digits, literal) => {
    const cache = join(temporaryFolder(), 'new')
    const line = JSON.stringify(recordLine(3)).replace('"chrom"', `"created_at": ${literal}, "chrom"`)
    expect((await lewmCache([...WRITE, '--cache', cache], { input: line })).code).toBe(0)
    const { rows } = (await lewmCache(['show', SHARD_PATH, '--rows', '--json', '--cache', cache])).json()
    expect(rows[0]).toMatchObject({ created_at: digits, start_bp: 24576, end_bp: 36864, schema_version: '1.0.0', untargeted: false })
  })

  test('NaN, infinities and -0 are preserved', async () => {
    const cache = join(temporaryFolder(), 'new')
    const line = JSON.stringify(recordLine(1, { embedding: ['NaN', 'Infinity', '-Infinity', 0, 65504] })).replace(',0,', ',-0.0,')
    const written = await lewmCache([...WRITE, '--cache', cache], { input: line })
    expect(written).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await lewmCache(['get', ...keyOptions(recordLine(1)), '--json', '--cache', cache])
    expect(stdout).toContain('"embedding":["NaN","Infinity","-Infinity",-0.0,65504]')
  })

  test('finite values beyond float16 become infinite, and this is reported', async () => {
    const cache = join(temporaryFolder(), 'new')
    const input = ndjson([recordLine(1, { embedding: [65519, 65520, -1e9, 1] })])
    const { code, stdout, stderr } = await lewmCache([...WRITE, '--cache', cache, '--json'], { input })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).written).toBe(true)
    expect(stderr).toMatch(/^lewm-cache: 2 values beyond the range of float16 \(65,504\) became infinite\n$/)
  })

  test('so do finite values beyond the range of a double', async () => {
    const cache = join(temporaryFolder(), 'new')
    const input = JSON.stringify(recordLine(1, { embedding: [1, 2, 3] })).replace('[1,2,3]', '[1e400,-1e309,"Infinity"]')
    const { code, stderr } = await lewmCache([...WRITE, '--cache', cache], { input })
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'lewm-cache: 2 values beyond the range of float16 (65,504) became infinite\n'
    })
    const { stdout } = await lewmCache(['get', ...keyOptions(recordLine(1)), '--json', '--cache', cache])
    expect(stdout).toContain('"embedding":["Infinity","-Infinity","Infinity"]')
  })

  test('Windows line endings and blank lines are accepted', async () => {
    const cache = join(temporaryFolder(), 'new')
    const input = `\n${ndjson(NINE.slice(0, 3)).replaceAll('\n', '\r\n')}\n  \n`
    expect((await lewmCache([...WRITE, '--cache', cache, '--json'], { input })).json().rows).toBe(3)
  })
})

describe('a file with one invalid line writes nothing and the line is named', () => {
  const hash = String(recordLine(0).window_hash)
  const text = (changes: Record<string, unknown>) => JSON.stringify(recordLine(1, changes))
  const without = (name: string) => JSON.stringify({ ...recordLine(1), [name]: undefined })

  test.each([
    ['a hash of 31 bytes', text({ window_hash: hash.slice(2) }), 'window_hash', /^"[0-9a-f]+/],
    ['a hash of 33 bytes', text({ window_hash: `${hash}00` }), 'window_hash', /^"/],
    ['a hash that is not hex', text({ encoder_hash: `${hash.slice(1)}g` }), 'encoder_hash', /^"/],
    ['no hash', without('window_hash'), 'window_hash', null],
    ['a layer above int8', text({ state_layer: 128 }), 'state_layer', /^128$/],
    ['a layer below int8', text({ state_layer: -129 }), 'state_layer', /^-129$/],
    ['a layer that is not an integer', text({ state_layer: 5.5 }), 'state_layer', /^5.5$/],
    ['an unknown pool', text({ pool_type: 'max' }), 'pool_type', /^"max"$/],
    ['a negative radius', text({ pool_radius: -1 }), 'pool_radius', /^-1$/],
    ['a radius above int32', text({ pool_radius: 2 ** 31 }), 'pool_radius', /^2147483648$/],
    ['an unknown dtype', text({ dtype: 'int4' }), 'dtype', /^"int4"$/],
    ['an empty embedding', text({ embedding: [] }), 'embedding', /^\[\]$/],
    ['no embedding', without('embedding'), 'embedding', null],
    ['text in the embedding', text({ embedding: [1, '2'] }), 'embedding', /2/],
    ['null in the embedding', text({ embedding: [null] }), 'embedding', /null/],
    ['an empty chrom', text({ chrom: '' }), 'chrom', /^""$/],
    ['a row of another contig', text({ chrom: '2' }), 'chrom', /^"2"$/],
    ['another layer than the first', text({ state_layer: 6 }), 'state_layer', /^6$/],
    ['another pool than the first', text({ pool_type: 'attention' }), 'pool_type', /^"attention"$/],
    ['another radius than the first', text({ pool_radius: 9 }), 'pool_radius', /^9$/],
    ['an end before the start', text({ end_bp: 8192 }), 'end_bp', /^8192$/],
    ['a start that is not an integer', text({ start_bp: 1.5 }), 'start_bp', /^1.5$/],
    ['an end above int64', text({ end_bp: '9223372036854775808' }), 'end_bp', /^"9223372036854775808"$/],
    ['created_at with a fraction', text({ created_at: '1.5' }), 'created_at', /^"1.5"$/],
    ['another schema version', text({ schema_version: '2.0.0' }), 'schema_version', /^"2.0.0"$/],
    ['untargeted as a number', text({ untargeted: 1 }), 'untargeted', /^1$/],
    ['a misspelt field', text({ create_at: 1 }), 'create_at', /^1$/],
    ['no JSON', '{"chrom": NaN}', undefined, null],
    ['no object', '[1]', undefined, null],
    ['text', '"x"', undefined, null]
  ])('%s', async (_, line, field, value) => {
    const cache = temporaryFolder()
    const input = `${JSON.stringify(recordLine(0))}\n\n${line}\n${JSON.stringify(recordLine(2))}\n`
    const { code, stderr, json } = await lewmCache([...WRITE, '--cache', cache, '--json'], { input })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^lewm-cache: standard input line 3[: ][^\n]*\n$/)
    const { error } = json()
    expect(error).toMatchObject({ code: 'INPUT.GENERIC', details: { file: 'standard input', line: 3 } })
    expect(error.details.field).toBe(field)
    if (field !== undefined) expect(error.message).toContain(field)
    if (value !== null) expect(error.details.value).toMatch(value)
    expect(everythingIn(cache)).toEqual([])
  })

  test('bytes that are not UTF-8', async () => {
    const cache = temporaryFolder()
    const input = Buffer.concat([Buffer.from(ndjson([recordLine(0)])), Buffer.from([0x22, 0xff, 0x22])])
    const { code, stderr } = await lewmCache([...WRITE, '--cache', cache], { input })
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'lewm-cache: standard input line 2 is not UTF-8 text\n' })
    expect(everythingIn(cache)).toEqual([])
  })
})

describe('write refuses', () => {
  test.each([
    ['no records', '', WRITE],
    ['a missing file', '', [...WRITE, 'nowhere.ndjson']],
    ['a folder', '', [...WRITE, '.']],
    ['an encoder id that leaves the folder', null, ['write', '--encoder-id', '..', '--contig', '1', '--stride-block', '7']],
    ['the encoder id .', null, ['write', '--encoder-id', '.', '--contig', '1', '--stride-block', '7']],
    ['an empty encoder id', null, ['write', '--encoder-id', '', '--contig', '1', '--stride-block', '7']],
    ['an empty contig', null, ['write', '--encoder-id', 'a', '--contig', '', '--stride-block', '7']],
    ['a negative block', null, ['write', '--encoder-id', 'a', '--contig', '1', '--stride-block', '-1']],
    ['a block that is not a number', null, ['write', '--encoder-id', 'a', '--contig', '1', '--stride-block', 'x']],
    ['a block above 2^53', null, ['write', '--encoder-id', 'a', '--contig', '1', '--stride-block', '9007199254740993']],
    ['no encoder id', null, ['write', '--contig', '1', '--stride-block', '7']]
  ])('%s', async (_, input, args) => {
    const cache = temporaryFolder()
    const { code, stderr, stdout } = await lewmCache([...args, '--cache', cache], { input: input ?? ndjson(NINE) })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^lewm-cache: [^\n]+\n$/)
    expect(everythingIn(cache)).toEqual([])
  })

  test('slashes in names stay inside the folder', async () => {
    const cache = temporaryFolder()
    const args = ['write', '--encoder-id', '../../a', '--contig', '1', '--stride-block', '0', '--cache', cache, '--json']
    expect((await lewmCache(args, { input: ndjson(NINE) })).json().shard_path).toBe('embeddings/..__..__a/5/centered_mean_8/chr1_0.parquet')
  })

  test('a cache that is a file', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, 'x')
    const { code, stderr } = await lewmCache([...WRITE, '--cache', file], { input: ndjson(NINE) })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^lewm-cache: .* is a file, not a cache folder/)
    expect(await lewmCache([...WRITE, '--cache', join(file, 'cache')], { input: ndjson(NINE) })).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('path', () => {
  const ARGS = 'path --encoder-id a/b\\c --state-layer -1 --pool-type global_mean --pool-radius 0 --contig GL000/1 --stride-block 12'.split(
    ' '
  )

  test('is relative in JSON and absolute in text. The file need not exist', async () => {
    const shardPath = 'embeddings/a__b__c/-1/global_mean_0/chrGL000__1_12.parquet'
    expect((await lewmCache([...ARGS, '--json', '--cache', '/nowhere/cache'])).json()).toEqual({ shard_path: shardPath })
    expect((await lewmCache([...ARGS, '--cache', '/nowhere/cache'])).stdout).toBe(`/nowhere/cache/${shardPath}\n`)
    expect(existsSync('/nowhere')).toBe(false)
  })

  test.each([
    ['--state-layer', '128'],
    ['--state-layer', 'x'],
    ['--pool-type', 'max'],
    ['--pool-radius', '-1'],
    ['--contig', ''],
    ['--encoder-id', '..'],
    ['--stride-block', '-1'],
    ['--stride-block', '1.5']
  ])('refuses %s %j', async (option, value) => {
    const { code, json } = await lewmCache([...ARGS, option, value, '--json'])
    expect(code).toBe(2)
    expect(json().error.message).toContain(option === '--encoder-id' ? 'encoder_id' : option)
  })
})

describeWith('python', 'geno-lewm', python => {
  test('reads what was written', async () => {
    const cache = join(temporaryFolder(), 'new')
    await lewmCache([...WRITE, '--cache', cache], {
      input: ndjson(NINE.map((line, n) => ({ ...line, created_at: `178000000000000000${n}` })))
    })
    const script = `
import json, sys
from geno_lewm.encoder.cache import WindowCacheKey, read_embedding, _read_records_from_shard
from pathlib import Path
r = _read_records_from_shard(Path(sys.argv[1]) / sys.argv[2])
print(json.dumps([[x.chrom, x.start_bp, str(x.created_at), list(x.embedding), list(read_embedding(sys.argv[1], x.key))] for x in r]))`
    const read: unknown = JSON.parse(execFileSync(python, ['-c', script, cache, SHARD_PATH], { encoding: 'utf8' }))
    expect(read).toEqual(NINE.map(({ embedding, start_bp }, n) => ['1', start_bp, `178000000000000000${n}`, embedding, embedding]))
  })
})
