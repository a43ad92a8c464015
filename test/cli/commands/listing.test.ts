/** `ls`, `find` and `show`: the contents of a cache by name, by content and by shard. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { type Json, lewmCache } from '../lewmCache.ts'

const cache = referenceCache('healthy')
const rows = referenceRows('healthy')
const shardPaths = [...new Set(rows.map(row => row.shard_path))]

describe('ls', () => {
  const list = async (...args: string[]): Promise<Json[]> => (await lewmCache(['ls', ...args, '--cache', cache, '--json'])).json().shards

  test('every shard with its rows, dimensions and location', async () => {
    const shards = await list()
    expect(shards.map(shard => shard.shard_path).sort()).toEqual([...shardPaths].sort())
    for (const shard of shards) {
      const inIt = rows.filter(row => row.shard_path === shard.shard_path)
      const [, encoder, layer, pool] = shard.shard_path.split('/')
      expect(shard).toEqual({
        shard_path: shard.shard_path,
        encoder,
        state_layer: Number(layer),
        pool_type: inIt[0]?.pool_type,
        pool_radius: inIt[0]?.pool_radius,
        contig: inIt[0]?.chrom.replace(/[/\\]/g, '__'),
        stride_block: expect.any(Number),
        rows: inIt.length,
        dimensions: (inIt[0]?.embedding_f64le.length ?? 0) / 16,
        bytes: expect.any(Number),
        modified: expect.stringMatching(/^\d{19}$/),
        verified: null
      })
      expect(shard.pool_type + shard.pool_radius).toBe(pool?.replace(/_(\d+)$/, '$1'))
      expect(Object.keys(shard)).toEqual(
        'shard_path encoder state_layer pool_type pool_radius contig stride_block rows dimensions bytes modified verified'.split(' ')
      )
    }
  })

  test('filtered', async () => {
    const all = await list()
    const where = (keep: (shard: Json) => boolean) => all.filter(keep)
    expect(await list('--layer', '-1')).toEqual(where(shard => shard.state_layer === -1))
    expect(await list('--encoder', 'local-kmer')).toEqual(where(shard => shard.encoder === 'local-kmer'))
    expect(await list('--pool', 'global_mean')).toEqual(where(shard => shard.pool_type === 'global_mean'))
    expect(await list('--pool', 'centered_mean_64')).toEqual(
      where(shard => shard.pool_type === 'centered_mean' && shard.pool_radius === 64)
    )
    expect(await list('--contig', 'MT', '--layer', '12')).toEqual(where(shard => shard.contig === 'MT' && shard.state_layer === 12))
    expect(await list('--contig', 'none')).toEqual([])
    for (const some of [await list('--layer', '-1'), await list('--pool', 'global_mean')]) expect(some.length).toBeGreaterThan(0)
  })

  test('as text: an aligned table, and totals beside it', async () => {
    const { code, stdout, stderr } = await lewmCache(['ls', '--cache', cache])
    expect(code).toBe(0)
    const [head = '', ...lines] = stdout.trimEnd().split('\n')
    expect(head).toMatch(/^encoder +layer +pool +contig +block +rows +values +size +modified \(UTC\) +verified \(UTC\) +shard$/)
    expect(lines).toHaveLength(shardPaths.length)
    for (const line of lines) expect(line.slice(head.indexOf('shard'))).toMatch(/^embeddings\/.*\.parquet$/)
    expect(stderr).toMatch(/^\d+ shards, 1,301 rows, [0-9.]+ [KM]iB\n$/)
    expect(await lewmCache(['ls', '--cache', cache, '--quiet'])).toMatchObject({ stdout, stderr: '' })
  })

  test('of a damaged cache: unreadable values are empty', async () => {
    const { code, json } = await lewmCache(['ls', '--cache', referenceCache('damaged'), '--json'])
    expect(code).toBe(0)
    const empty = json().shards.find((shard: Json) => shard.shard_path.includes('chrempty-file_0'))
    expect(empty).toMatchObject({ bytes: 0, rows: null, dimensions: null, contig: 'empty-file' })
  })

  test('control characters in a name are not sent to a terminal', async () => {
    const odd = referenceCache('healthy')
    writeFileSync(join(odd, 'embeddings', 'a\x1b[2J\u009b\u202e.parquet'), '')
    for (const args of [['ls'], ['ls', '--json'], ['verify'], ['verify', '--json'], ['verify', '--quick', '--json']]) {
      const { stdout, stderr } = await lewmCache([...args, '--cache', odd])
      expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(stdout).toContain(args.includes('--json') ? 'a\\u001b[2J\\u009b\\u202e.parquet' : 'a\\u{1b}[2J\\u{9b}\\u{202e}.parquet')
    }
  })
})

describe('find', () => {
  const row = rows.find(({ chrom, start_bp }) => chrom === '1' && start_bp > 0)
  const find = (query: string, ...args: string[]) => lewmCache(['find', query, ...args, '--cache', cache, '--json'])

  test('by the prefix of a hash', async () => {
    const prefix = row?.window_hash.slice(0, 12) ?? ''
    const { code, json } = await find(prefix)
    const document = json()
    expect(code).toBe(0)
    expect(document).toMatchObject({ query: prefix, kind: 'hash', truncated: false })
    const expected = rows.filter(({ window_hash }) => window_hash.startsWith(prefix))
    expect(document.rows).toHaveLength(expected.length)
    const { embedding_f64le: _, ...facts } = expected[0] ?? { embedding_f64le: '' }
    expect(document.rows).toContainEqual(facts)
  })

  test('by locus, 1-based, chr or not', async () => {
    const expected = rows.filter(({ chrom, start_bp, end_bp }) => ['1', 'chr1'].includes(chrom) && start_bp < 8200 && end_bp > 8191)
    for (const query of ['1:8,192-8,200', 'chr1:8192-8200']) {
      const document = (await find(query, '--limit', '1000')).json()
      expect(document).toMatchObject({ query, kind: 'locus' })
      expect(document.rows.map((found: Json) => `${found.shard_path} ${found.row_offset}`).sort()).toEqual(
        expected.map(({ shard_path, row_offset }) => `${shard_path} ${row_offset}`).sort()
      )
    }
  })

  test('by DNA', async () => {
    const { code, json } = await find('ACGTACGTACGTACGTACGT')
    expect({ code, document: json() }).toEqual({
      code: 1,
      document: { query: 'ACGTACGTACGTACGTACGT', kind: 'dna', rows: [], truncated: false }
    })
  })

  test('up to a number of rows', async () => {
    const { code, json } = await find('1:1-10,000,000', '--limit', '3')
    expect({ code, rows: json().rows.length, truncated: json().truncated }).toEqual({ code: 0, rows: 3, truncated: true })
  })

  test('without a match', async () => {
    expect((await find('0123456789abcdef')).code).toBe(1)
    const forAPerson = await lewmCache(['find', '0123456789abcdef', '--cache', cache])
    expect(forAPerson).toMatchObject({ code: 1, stdout: '', stderr: 'lewm-cache: no row for the hash prefix 0123456789abcdef\n' })
  })

  test.each(['abc', 'not a query', '', 'chr1:5-2', 'ACGTNNNNACGTACGTACGT'])('%j is refused', async query => {
    const { code, stderr, json } = await find(query)
    expect(code).toBe(2)
    expect(json().error.code).toBe('INPUT.GENERIC')
    expect(stderr).toMatch(/^lewm-cache: [^\n]+\n$/)
  })

  test('as text: the locus as in genome browsers, and as stored', async () => {
    const { stdout } = await lewmCache(['find', row?.window_hash ?? '', '--cache', cache])
    const start = row?.start_bp ?? 0
    expect(stdout).toMatch(/^locus \(1-based\) +stored \(0-based\) +layer +pool/)
    expect(stdout).toContain(`1:${(start + 1).toLocaleString('en-US')}-${row?.end_bp.toLocaleString('en-US')}`)
    expect(stdout).toContain(`[${start}, ${row?.end_bp})`)
  })
})

describe('show', () => {
  const path = shardPaths[0] ?? ''
  const inIt = rows.filter(row => row.shard_path === path)

  test('the properties of a shard', async () => {
    const { code, json } = await lewmCache(['show', path, '--cache', cache, '--json'])
    expect(code).toBe(0)
    const shard = json()
    expect(shard).toMatchObject({
      shard_path: path,
      state_layer: inIt[0]?.state_layer,
      pool_type: inIt[0]?.pool_type,
      row_count: inIt.length,
      dimensions: (inIt[0]?.embedding_f64le.length ?? 0) / 16,
      findings: [],
      rows: null
    })
    expect(shard.columns.map((column: Json) => column.column)).toContain('window_hash')
    expect(shard.columns[0]).toMatchObject({ codec: 'ZSTD', values: inIt.length })
    expect(shard.range).toMatchObject({
      chrom: [inIt[0]?.chrom],
      min_start_bp: Math.min(...inIt.map(row => row.start_bp)),
      max_end_bp: Math.max(...inIt.map(row => row.end_bp))
    })
    expect(shard.statistics).toMatchObject({ nan: 0, infinite: 0 })
  })

  test('--rows lists them without their embeddings', async () => {
    const { rows: listed } = (await lewmCache(['show', path, '--rows', '--cache', cache, '--json'])).json()
    expect(listed).toHaveLength(inIt.length)
    const { shard_path: _, embedding_f64le, ...facts } = inIt[3] ?? { shard_path: '', embedding_f64le: '' }
    expect(listed[3]).toEqual({ ...facts, dimensions: embedding_f64le.length / 16 })
  })

  test("named with the shell's completion", async () => {
    const expected = (await lewmCache(['show', path, '--cache', cache, '--json'])).stdout
    expect((await lewmCache(['show', join(cache, path), '--cache', cache, '--json'])).stdout).toBe(expected)
    expect((await lewmCache(['show', `./${path}`, '--cache', '.', '--json'], { cwd: cache })).stdout).toBe(expected)
    expect(
      (await lewmCache(['show', path.split('/').slice(1).join('/'), '--cache', cache, '--json'], { cwd: join(cache, 'embeddings') })).stdout
    ).toBe(expected)
  })

  test('as text', async () => {
    const { code, stdout } = await lewmCache(['show', path, '--rows', '--cache', cache])
    expect(code).toBe(0)
    for (const word of [path, 'written by', 'parquet-cpp-arrow', 'window_hash', 'norms', inIt[0]?.window_hash ?? ''])
      expect(stdout).toContain(word)
  })

  test('a missing shard', async () => {
    const { code, json } = await lewmCache(['show', 'embeddings/none.parquet', '--cache', cache, '--json'])
    expect({ code, error: json().error.code }).toEqual({ code: 1, error: 'RESOURCE.NOT_FOUND' })
  })

  test('a damaged shard shows its findings', async () => {
    const damaged = referenceCache('damaged')
    const { code, json } = await lewmCache([
      'show',
      'embeddings/local-kmer/5/centered_mean_8/chrtruncated-third_0.parquet',
      '--cache',
      damaged,
      '--json'
    ])
    expect(code).toBe(4)
    expect(json().findings[0]).toMatchObject({ kind: 'cut_off', severity: 'corrupt' })
    expect(json().row_count).toBe(null)
  })
})
