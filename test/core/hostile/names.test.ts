/**
 * Names with a meaning for JavaScript, HTML, terminals, spreadsheets or file systems are ordinary names for the core and the command line.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  find,
  listQuarantine,
  quarantineShards,
  readEmbedding,
  reindexCache,
  repairCache,
  restoreShards,
  verifyCache,
  type WindowRecord,
  writeShard
} from '../../../src/main/core/index.ts'
import { commandLine, type Json, lewmCache, ndjson } from '../../cli/lewmCache.ts'
import { recordLine } from '../../cli/records.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, filesBelow, makePipe, recordOf, shardsOf } from '../cacheFiles.ts'

const NAMES = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '\x1b]0;a title\x07',
  '\x1b]8;;https://example.org\x1b\\a link\x1b]8;;\x1b\\',
  '\u009b2J\u009d0;a title\u009c',
  '\u202etxt.exe',
  '\u2028\u2029',
  '\r\n',
  "=cmd|' /C calc'!A0",
  '+1',
  '@SUM(A1)',
  '$(touch owned)',
  '; touch owned',
  "'; DROP TABLE window_index; --",
  '%s%n',
  'CON',
  'é'.repeat(107)
]

/** Characters that a terminal would interpret, or that reorder text. Output lines end in LF. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/u

describe('a contig and an encoder named', () => {
  test.each(NAMES)('%j: written, read, verified, found, quarantined and restored under its own name', async name => {
    const root = temporaryFolder()
    const record = recordOf(1, { chrom: name })
    const { shardPath } = await writeShard(root, { encoderId: name, contig: name, strideBlock: 0, records: [record] })
    expect(await readEmbedding(root, record)).not.toBeNull()
    expect(await verifyCache(root)).toMatchObject({ findings: [], healthyShards: 1 })
    expect((await find(root, Buffer.from(record.windowHash).toString('hex'))).rows.map(({ chrom }) => chrom)).toEqual([name])
    expect(await reindexCache(root)).toMatchObject({ indexedRows: 1, findings: [] })
    const before = filesBelow(root)
    await quarantineShards(root, [shardPath], `of ${name}`)
    expect(await listQuarantine(root)).toMatchObject([{ shardPath, reasons: [`of ${name}`] }])
    expect((await restoreShards(root, 'all')).restored.map(each => each.shardPath)).toEqual([shardPath])
    expect({ ...filesBelow(root), 'embeddings/index.sqlite': '' }).toEqual({ ...before, 'embeddings/index.sqlite': '' })
    // Truncated, it is moved by a repair.
    writeFileSync(join(root, shardPath), readFileSync(join(root, shardPath)).subarray(0, 50))
    expect((await repairCache(root)).quarantined.map(each => each.shardPath)).toEqual([shardPath])
  })
})

const SHA256SUM = 'sha256sum'
/** Runs a command on a terminal. */
const SCRIPT = 'script'

describe('on the command line', () => {
  const root = temporaryFolder()
  const home = temporaryFolder()
  const run = (...args: string[]) => lewmCache([...args, '--cache', root], { home })
  const contigs = NAMES.map(name => name.replaceAll('/', '__').replaceAll('\\', '__'))

  test('all of them are written by `write`', async () => {
    for (const [i, name] of NAMES.entries()) {
      const input = ndjson([{ ...recordLine(i), chrom: name }])
      const args = ['write', `--encoder-id=${name}`, `--contig=${name}`, '--stride-block', String(i), '--cache', root, '--json']
      const { code, json, stdout, stderr } = await lewmCache(args, { input, home })
      expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' })
      expect(json()).toMatchObject({ rows: 1, written: true })
      expect(stdout.slice(0, -1)).not.toMatch(UNSAFE)
    }
    expect(shardsOf(root)).toHaveLength(NAMES.length)
  })

  test.each([[['ls']], [['verify']], [['find', '1:1-100']], [['repair', '--dry-run']]])(
    '%j lists them in text and in JSON, without terminal control sequences',
    async args => {
      const [text, document] = [await run(...args), await run(...args, '--json')]
      expect([text.code, document.code]).toEqual([text.code, text.code])
      expect(text.code).toBeOneOf([0, 1])
      for (const { stdout, stderr } of [text, document]) expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(UNSAFE)
    }
  )

  test('checksums are exact for `sha256sum -c`, and safe for a terminal', async () => {
    const sums = await run('checksums')
    expect(sums.code).toBe(0)
    const check = spawnSync(SHA256SUM, ['--check', '--quiet', '-'], { cwd: root, input: sums.stdout, encoding: 'utf8' })
    expect({ status: check.status, stderr: check.stderr }).toEqual({ status: 0, stderr: '' })
    expect((await run('checksums', '--json')).stdout.slice(0, -1)).not.toMatch(UNSAFE)
    const seen = spawnSync(SCRIPT, ['-qec', `${commandLine} checksums --quiet --cache '${root}'`, '/dev/null'], { encoding: 'utf8' })
    expect(seen.stdout.trimEnd().split('\r\n')).toHaveLength(NAMES.length)
    expect(seen.stdout.replaceAll('\r\n', '')).not.toMatch(UNSAFE)
  })

  test('`ls` prints every name unchanged', async () => {
    const listed = (await run('ls', '--json')).json().shards
    expect(listed.map((shard: Json) => shard.contig).sort()).toEqual([...contigs].sort())
    expect(listed.map((shard: Json) => shard.encoder).sort()).toEqual([...contigs].sort())
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('quarantined and restored by their paths', async () => {
    const paths: string[] = (await run('ls', '--json')).json().shards.map((shard: Json) => shard.shard_path)
    const before = filesBelow(root)
    const moved = await run('quarantine', ...paths, '--reason', '\x1b]0;why\x07 =1+1 <b>', '--json')
    expect([moved.code, moved.json().moved.map((each: Json) => each.shard_path)]).toEqual([0, paths])
    const quarantined = await run('quarantined')
    expect(quarantined.stdout.replaceAll('\n', '')).not.toMatch(UNSAFE)
    const entries = (await run('quarantined', '--json')).json().quarantined
    expect(entries.map((each: Json) => [each.shard_path, ...each.reasons]).sort()).toEqual(
      paths.map(path => [path, '\x1b]0;why\x07 =1+1 <b>']).sort()
    )
    const restored = await run('restore', ...paths)
    expect([restored.code, restored.stdout.trimEnd().split('\n').length]).toEqual([0, paths.length])
    expect(restored.stdout.replaceAll('\n', '')).not.toMatch(UNSAFE)
    expect({ ...filesBelow(root), 'embeddings/index.sqlite': '' }).toEqual({ ...before, 'embeddings/index.sqlite': '' })
    expect(await run('verify', '--json')).toMatchObject({ code: 0 })
  })
})

describe('names that differ only by case or Unicode form', () => {
  const PAIRS = [
    ['chrM', 'CHRM'],
    ['\u00e9', 'e\u0301'],
    ['\u212b', '\u00c5'],
    ['\ufb01', 'fi']
  ] as const

  test.each(PAIRS)('%j and %j are distinct', async (one, other) => {
    const root = temporaryFolder()
    const records: Record<string, WindowRecord> = {}
    for (const [n, contig] of [one, other].entries()) {
      const record = recordOf(n, { chrom: contig })
      records[contig] = record
      await writeShard(root, { ...BLOCK, contig, records: [record] })
    }
    const paths = shardsOf(root)
    expect(paths).toHaveLength(2)
    expect((await verifyCache(root)).findings).toEqual([])
    for (const contig of [one, other]) {
      const record = records[contig]
      if (record === undefined) throw new Error('no record')
      expect([...((await readEmbedding(root, record)) ?? [])]).toEqual([...record.embedding])
    }
    const before = filesBelow(root)
    const [first = '', second = ''] = paths
    await quarantineShards(root, [first], 'the first')
    expect(shardsOf(root)).toEqual([second])
    await quarantineShards(root, [second], 'the second')
    expect((await listQuarantine(root)).map(({ shardPath, reasons }) => [shardPath, ...reasons]).sort()).toEqual(
      [
        [first, 'the first'],
        [second, 'the second']
      ].sort()
    )
    expect((await restoreShards(root, 'all')).restored).toHaveLength(2)
    expect({ ...filesBelow(root), 'embeddings/index.sqlite': '' }).toEqual({ ...before, 'embeddings/index.sqlite': '' })
  })
})

describe('paths of 4,000 bytes', () => {
  /** A folder so deep that a shard in a cache there has a path of this many bytes. */
  function deepRoot(bytes: number, shardPath: string): string {
    let root = temporaryFolder()
    for (let left = bytes - root.length - shardPath.length - 1; left > 1; ) {
      const part = Math.min(200, left - 1)
      root = join(root, 'd'.repeat(part))
      left -= part + 1
    }
    mkdirSync(root, { recursive: true })
    return root
  }
  const contig = 'c'.repeat(200)
  const shardPath = `embeddings/lab__encoder/5/centered_mean_8/chr${contig}_0.parquet`

  /** A cache there, moved from where it was written. Neither SQLite of lewm-cache nor that of GenoLeWM can open such a long path. */
  async function deepCache(bytes: number): Promise<string> {
    const shallow = temporaryFolder()
    await writeShard(shallow, { ...BLOCK, contig, records: [recordOf(0, { chrom: contig })] })
    const root = deepRoot(bytes, shardPath)
    mkdirSync(dirname(join(root, shardPath)), { recursive: true })
    cpSync(join(shallow, shardPath), join(root, shardPath))
    return root
  }

  test('a shard there is verified, listed, found, quarantined and restored', async () => {
    const root = await deepCache(4000)
    expect(join(root, shardPath).length).toBeGreaterThanOrEqual(3998)
    const run = (...args: string[]) => lewmCache([...args, '--cache', root, '--json'])
    expect((await verifyCache(root)).byKind).toEqual({ index_missing: 1 })
    expect((await run('verify')).json()).toMatchObject({ healthy_shards: 1 })
    expect((await run('ls')).json().shards).toMatchObject([{ shard_path: shardPath, rows: 1 }])
    expect((await run('find', `${contig}:1-10`)).json().rows).toHaveLength(1)
    expect((await run('quarantine', shardPath, '--reason', 'by hand')).code).toBe(0)
    expect((await run('quarantined')).json().quarantined).toMatchObject([{ shard_path: shardPath, reasons: ['by hand'] }])
    expect((await run('restore', shardPath)).json().restored).toHaveLength(1)
    expect((await run('verify')).json()).toMatchObject({ healthy_shards: 1 })
  })

  test('if the quarantine has no space for its longer name, nothing is moved, and one sentence gives the reason', async () => {
    const root = await deepCache(4090)
    const before = filesBelow(root)
    const { code, stdout, stderr } = await lewmCache(['quarantine', shardPath, '--reason', 'by hand', '--cache', root])
    expect([code, stdout]).toEqual([6, ''])
    expect(stderr).toMatch(/^lewm-cache: [^\n]*the name is too long\n$/)
    expect(filesBelow(root)[shardPath]).toBe(before[shardPath])
    expect((await verifyCache(root)).healthyShards).toBe(1)
  })

  test.each([600, 4000])('a cache %d bytes deep has no space for an index: reported before anything is written', async bytes => {
    const root = deepRoot(bytes, '')
    const input = ndjson([recordLine(0)])
    const args = ['write', '--encoder-id', 'lab/encoder', '--contig', '1', '--stride-block', '0', '--cache', root]
    const { code, stderr } = await lewmCache(args, { input })
    expect(code).toBe(6)
    expect(stderr).toMatch(/^lewm-cache: cannot open [^\n]*: its path has \d+ bytes, and SQLite opens none of more than 504\n$/)
    expect(Object.keys(filesBelow(root)).filter(path => path.endsWith('.parquet'))).toEqual([])
  })

  test('and a reindex there reports the same', async () => {
    const root = await deepCache(4000)
    const { code, stderr } = await lewmCache(['reindex', '--cache', root])
    expect([code, stderr]).toEqual([6, expect.stringContaining('SQLite opens none of more than 504')])
    expect(Object.keys(filesBelow(root)).filter(path => path.includes('.lewm'))).toEqual([])
  })
})

describe('a tree with many things that are named like a shard but are not', () => {
  const FOLDER = 'embeddings/local-kmer/12/centered_mean_64'
  const outside = join(temporaryFolder(), 'outside.parquet')
  const ODDITIES: Readonly<Record<string, (path: string) => void>> = {
    'chrdevice_0.parquet': path => execFileSync('mknod', [path, 'c', '1', '5']),
    'chrendless_0.parquet': path => symlinkSync('/dev/zero', path),
    'chrpipe_0.parquet': path => makePipe(path),
    'chrsocket_0.parquet': path => void createServer().listen(path).unref(),
    'chrfolder_0.parquet': path => mkdirSync(path),
    'chrout_0.parquet': path => symlinkSync(outside, path),
    'chrloop_0.parquet': path => symlinkSync('chrloop_0.parquet', path)
  }
  const canMakeDevices = process.getuid?.() === 0

  test('none of it is read, moved or indexed by any command, and all of it is reported', async () => {
    const root = referenceCache('healthy')
    writeFileSync(outside, 'must not be read')
    const names = Object.keys(ODDITIES).filter(name => canMakeDevices || !name.includes('device'))
    for (const name of names) ODDITIES[name]?.(join(root, FOLDER, name))
    const paths = names.map(name => `${FOLDER}/${name}`).sort()
    const before = filesBelow(root)
    const run = (...args: string[]) => lewmCache([...args, '--cache', root, '--json', '--quiet', '--no-follow'])
    const found = (await run('verify')).json().findings.filter(({ kind }: Json) => kind === 'not_a_file' || kind === 'placeholder')
    expect(found.map((each: Json) => each.shard_path)).toEqual(paths)
    expect((await lewmCache(['verify', '--cache', root, '--no-follow'])).stdout).toContain(`not_a_file (${paths.length - 1} findings)`)
    expect(found.find(({ kind }: Json) => kind === 'placeholder')?.shard_path).toContain('chrloop_0')
    expect((await run('ls')).json().shards).toHaveLength(92)
    expect((await run('checksums')).json().sums).toHaveLength(92)
    expect((await run('repair')).json().quarantined).toEqual([])
    expect((await run('reindex')).json().indexed_shards).toBe(92)
    for (const path of paths) expect((await run('show', path)).code).not.toBe(70)
    expect({ ...filesBelow(root), 'embeddings/index.sqlite': '' }).toEqual({ ...before, 'embeddings/index.sqlite': '' })
  })

  test('named by hand, each is refused, and stays', async () => {
    const root = referenceCache('healthy')
    for (const name of ['chrendless_0.parquet', 'chrpipe_0.parquet', 'chrfolder_0.parquet']) {
      ODDITIES[name]?.(join(root, FOLDER, name))
      const run = (...args: string[]) => lewmCache([...args, '--cache', root, '--json'])
      const before = filesBelow(root)
      expect(await run('quarantine', `${FOLDER}/${name}`, '--reason', 'by hand')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('stays')
      })
      expect(filesBelow(root)).toEqual(before)
    }
  })

  test('a folder of shards that was replaced by a link to elsewhere is not read with --no-follow', async () => {
    const root = referenceCache('healthy')
    const elsewhere = join(temporaryFolder(), 'elsewhere')
    renameSync(join(root, FOLDER), elsewhere)
    symlinkSync(elsewhere, join(root, FOLDER))
    const before = filesBelow(dirname(elsewhere))
    const run = (...args: string[]) => lewmCache([...args, '--cache', root, '--json', '--no-follow'])
    expect((await run('ls')).json().shards.filter(({ shard_path }: Json) => shard_path.startsWith(FOLDER))).toEqual([])
    expect((await run('verify')).json().findings).toContainEqual(expect.objectContaining({ kind: 'not_a_file', shard_path: FOLDER }))
    for (const args of [['repair'], ['reindex'], ['restore', '--all']]) await run(...args)
    expect(filesBelow(dirname(elsewhere))).toEqual(before)
  })
})
