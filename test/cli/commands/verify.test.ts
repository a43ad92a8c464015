/** `verify`: finds problems, reports them as JSON and text, ends with the documented exit code, and changes nothing. */

import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { damageNotes, referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { inOrder, type Json, lewmCache, ndjson } from '../lewmCache.ts'
import { recordLine, WRITE } from '../records.ts'

const shardOf = async (cache: string, at = 0): Promise<string> =>
  (await lewmCache(['ls', '--json', '--cache', cache])).json().shards[at].shard_path
const kindsOf = (document: Json): string[] => [...new Set<string>(document.findings.map((found: Json) => found.kind))].sort()

async function verify(cache: string, ...args: string[]): Promise<{ code: number | null; document: Json }> {
  const { code, json, stderr } = await lewmCache(['verify', '--cache', cache, '--json', ...args])
  expect(stderr).toBe('')
  return { code, document: json() }
}

function checksum(folder: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const stat = statSync(join(folder, name))
    hash.update(`${name} ${stat.isFile() ? stat.mtimeMs : ''} ${stat.mode}`)
    if (stat.isFile()) hash.update(readFileSync(join(folder, name)))
  }
  return hash.digest('hex')
}

/** One shard of the healthy cache contains NaN and infinities, so it is suspect. */
const EDGE = 'embeddings/local-kmer/-128/centered_mean_2147483647/chredge_2147483648.parquet'

async function cleanCache(): Promise<string> {
  const cache = join(temporaryFolder(), 'clean')
  await lewmCache([...WRITE, '--cache', cache], { input: ndjson(Array.from({ length: 9 }, (_, n) => recordLine(n))) })
  return cache
}

test('the summary counts files that are not shards separately, and placeholders neither as read nor as suspect', async () => {
  const cache = referenceCache('healthy')
  const [first = '', second = ''] = [await shardOf(cache), await shardOf(cache, 1)]
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 2000000\n`
  writeFileSync(join(cache, first), pointer)
  rmSync(join(cache, second))
  symlinkSync('/nowhere/blob', join(cache, second))
  writeFileSync(join(cache, dirname(first), '._a.parquet'), Buffer.from('0005160700020000', 'hex'))
  writeFileSync(join(cache, dirname(first), '.syncthing.a.parquet.tmp'), '')
  const { stdout } = await lewmCache(['verify', '--cache', cache])
  expect(stdout).toMatch(/^checked 90 shards, /)
  expect(stdout).toMatch(
    /\n89 healthy, 0 damaged, 1 suspect, 0 unsupported, 0 unreadable, index OK, 2 placeholders, 2 files that are not shards, [\d,]+ windows missing \(2 shards\)\n/
  )
  // The report counts every file that was opened.
  expect((await verify(cache)).document).toMatchObject({ checked_shards: 92, healthy_shards: 89, missing_shards: 2 })
})

describe('a healthy cache', () => {
  test('ends with 0 and every documented field', async () => {
    const cache = await cleanCache()
    for (const args of [[], ['--quick']]) {
      const { code, document } = await verify(cache, ...args)
      expect(code).toBe(0)
      const numbers = {
        checked_shards: 1,
        checked_rows: 9,
        checked_bytes: expect.any(Number),
        healthy_shards: 1,
        missing_shards: 0,
        missing_rows: 0,
        seconds: expect.any(Number)
      }
      expect(document).toEqual({ ...numbers, findings: [], by_kind: {} })
    }
  })

  test('written by GenoLeWM', async () => {
    const { code, document } = await verify(referenceCache('healthy'))
    expect(code).toBe(3)
    const shards = new Set(referenceRows('healthy').map(row => row.shard_path)).size
    expect(document).toMatchObject({ checked_shards: shards, checked_rows: 1301, healthy_shards: shards - 1, by_kind: { non_finite: 1 } })
    expect(document.findings).toMatchObject([{ kind: 'non_finite', severity: 'suspect', shard_path: EDGE, row: 0, column: 'embedding' }])
  })

  test('as text', async () => {
    const { code, stdout, stderr } = await lewmCache(['verify', '--cache', await cleanCache()])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^checked 1 shard, 9 rows, [0-9.]+ KiB in [0-9.]+ s\n1 healthy, 0 damaged, 0 suspect, 0 unsupported, 0 unreadable, index OK\n$/
    )
  })

  test('unusual shards have no findings', async () => {
    expect((await verify(referenceCache('unusual'))).document.findings.every((found: Json) => found.severity === 'suspect')).toBe(true)
  })
})

describe('a damaged cache', () => {
  test('ends with 4, reports every kind of damage, and is not changed', async () => {
    const cache = referenceCache('damaged')
    const before = checksum(cache)
    const { code, document } = await verify(cache)
    expect(code).toBe(4)
    expect(checksum(cache)).toBe(before)
    const damaged = Object.entries(damageNotes()).flatMap(([path, { wrong }]) => (wrong === null ? [] : [path]))
    const blamed = new Set(document.findings.map((found: Json) => found.shard_path))
    expect(damaged.filter(path => !blamed.has(path))).toEqual([])
    for (const found of document.findings) {
      expect(Object.keys(found)).toEqual(['kind', 'severity', 'shard_path', 'row', 'column', 'message', 'details'])
    }
    const counted = Object.values<number>(document.by_kind).reduce((sum, count) => sum + count, 0)
    expect(counted).toBe(document.findings.length)
  })

  test('as text: every damaged shard under its kind, in order of severity', async () => {
    const { code, stdout } = await lewmCache(['verify', '--cache', referenceCache('damaged')])
    expect(code).toBe(4)
    expect(stdout).toMatch(/\n {2}cut_off \(\d+ findings?\)\n {4}embeddings\/.*\n {6}\S/)
    expect(stdout.indexOf('\ndamaged: ')).toBeGreaterThan(0)
    expect(stdout.indexOf('\nsuspect: ')).toBeGreaterThan(stdout.indexOf('\ndamaged: '))
    expect(stdout.indexOf('\nindex: ')).toBeGreaterThan(stdout.indexOf('\nsuspect: '))
  })

  test('one shard of it', async () => {
    const cache = referenceCache('damaged')
    const folder = 'embeddings/local-kmer/5/centered_mean_8'
    expect(await verify(cache, `${folder}/chrempty-file_0.parquet`)).toMatchObject({ code: 4, document: { checked_shards: 1 } })
    const healthy = await verify(cache, '--quick', `${folder}/chr1_0.parquet`)
    expect(healthy.document.findings.filter((found: Json) => found.severity !== 'index')).toEqual([])
  })

  test('a missing shard', async () => {
    const { code, json } = await lewmCache(['verify', 'embeddings/none.parquet', '--cache', referenceCache('healthy'), '--json'])
    expect({ code, error: json().error.code }).toEqual({ code: 1, error: 'RESOURCE.NOT_FOUND' })
  })
})

describe('exit codes', () => {
  test('3 for a missing index', async () => {
    const cache = await cleanCache()
    rmSync(join(cache, 'embeddings/index.sqlite'))
    const { code, document } = await verify(cache)
    expect({ code, kinds: kindsOf(document) }).toEqual({ code: 3, kinds: ['index_missing'] })
  })

  test('4 for an index that cannot be used', async () => {
    const cache = await cleanCache()
    writeFileSync(join(cache, 'embeddings/index.sqlite'), 'no database at all, but long enough to look like one'.repeat(99))
    const { code, document } = await verify(cache)
    expect({ code, kinds: kindsOf(document) }).toEqual({ code: 4, kinds: ['index_unreadable'] })
  })

  test('3 for a missing shard', async () => {
    const cache = referenceCache('healthy')
    const rows: number = (await lewmCache(['show', await shardOf(cache), '--rows', '--cache', cache, '--json'])).json().rows.length
    rmSync(join(cache, await shardOf(cache)))
    const { code, document } = await verify(cache, '--quick')
    expect({ code, kinds: kindsOf(document) }).toEqual({ code: 3, kinds: ['entry_without_row', 'missing_shard'] })
    expect(document).toMatchObject({ missing_shards: 1, missing_rows: rows })
  })

  test('3 for suspect shards alone', async () => {
    const cache = join(temporaryFolder(), 'new')
    await lewmCache([...WRITE, '--cache', cache], { input: ndjson([recordLine(1, { embedding: ['NaN', 1] })]) })
    const { code, document } = await verify(cache)
    expect({ code, kinds: kindsOf(document) }).toEqual({ code: 3, kinds: ['non_finite'] })
  })
})

describe('earlier verifications', () => {
  test('--changed reads only new and changed shards, --older-than those with an older verification', async () => {
    const cache = referenceCache('healthy')
    const home = temporaryFolder()
    const again = async (...args: string[]) => (await lewmCache(['verify', '--cache', cache, '--json', ...args], { home })).json()
    const all = (await again()).checked_shards
    expect((await again('--changed')).checked_shards).toBe(0)
    utimesSync(join(cache, await shardOf(cache)), 1_700_000_000, 1_700_000_000)
    expect((await again('--changed')).checked_shards).toBe(1)
    expect((await again('--older-than', '1d')).checked_shards).toBe(0)
    expect((await again('--older-than', '0s')).checked_shards).toBe(all)
  })

  test('bytes that changed since then are detected', async () => {
    const cache = referenceCache('healthy')
    const home = temporaryFolder()
    await lewmCache(['verify', '--cache', cache, '--json'], { home })
    const [path, other] = [await shardOf(cache, 0), await shardOf(cache, 1)]
    cpSync(join(cache, other), join(cache, path))
    const { code, json } = await lewmCache(['verify', '--cache', cache, '--json'], { home })
    expect(code).toBe(3)
    expect(kindsOf(json())).toContain('changed_bytes')
  })

  test('if they cannot be recorded, verification continues and reports it', async () => {
    const home = temporaryFolder()
    writeFileSync(join(home, 'data'), 'a file where a folder should be')
    const cache = await cleanCache()
    const { code, stderr } = await lewmCache(['verify', '--cache', cache, '--json'], { home })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^lewm-cache: continuing without the record of earlier verifications: [^\n]+\n$/)
    expect((await lewmCache(['verify', '--changed', '--cache', cache, '--json'], { home })).code).toBe(6)
  })
})

test('partitions divide the shards without overlap', async () => {
  const cache = referenceCache('healthy')
  const parts = await inOrder(['1/3', '2/3', '3/3'], async part => (await verify(cache, '--partition', part)).document)
  expect(parts.reduce((sum, part) => sum + part.checked_rows, 0)).toBe(1301)
  expect(parts.every(part => part.checked_shards > 0)).toBe(true)
})

describe('records of bytes', () => {
  test('stay valid when the cache is moved: a byte that changes afterwards is reported, with the earlier time', async () => {
    const [before, after, home] = [await cleanCache(), join(temporaryFolder(), 'elsewhere'), temporaryFolder()]
    const shard = await shardOf(before)
    const recorded = Date.now()
    expect(await lewmCache(['verify', '--cache', before], { home })).toMatchObject({ code: 0, stderr: '' })
    renameSync(before, after)
    const moved = await lewmCache(['ls', '--json', '--cache', after], { home })
    expect(moved.stderr).toContain(`lewm-cache: this cache was at ${before} before; its verification records were taken over\n`)
    expect(moved.json().shards[0].verified).not.toBeNull()

    const { atime, mtime } = statSync(join(after, shard))
    const bytes = readFileSync(join(after, shard))
    writeFileSync(join(after, shard), bytes.with(200, (bytes[200] ?? 0) ^ 1))
    utimesSync(join(after, shard), atime, mtime)
    const { json, stderr } = await lewmCache(['verify', '--cache', after, '--json'], { home })
    expect(stderr).toBe('')
    const changed = json().findings.find((found: Json) => found.kind === 'changed_bytes')
    expect(changed.shard_path).toBe(shard)
    const since = Date.parse(changed.details.recorded_at)
    expect(since).toBeGreaterThanOrEqual(recorded)
    expect(since).toBeLessThanOrEqual(Date.now())
  })

  test('without a record, a shard is readable but not verified, unless its pages have checksums. The document is the same', async () => {
    const cache = referenceCache('healthy')
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    const env = { LEWM_CACHE_DATA: file }
    expect((await lewmCache(['verify', '--cache', cache])).stdout).toContain('\n91 healthy, 0 damaged, 1 suspect')
    expect((await lewmCache(['verify', '--cache', cache], { env })).stdout).toContain(
      '\n91 readable, no checksum on record, 0 damaged, 1 suspect'
    )
    expect((await lewmCache(['verify', '--quick', '--cache', cache], { env })).stdout).toContain('\n92 footers OK, 0 damaged')
    expect((await lewmCache(['verify', '--cache', cache, '--json'], { env })).json().healthy_shards).toBe(91)
    const clean = await cleanCache()
    expect((await lewmCache(['verify', '--cache', clean], { env })).stdout).toContain('\n1 healthy, 0 damaged')
    cpSync(join(clean, 'embeddings'), join(cache, 'embeddings'), { recursive: true, force: false })
    expect((await lewmCache(['verify', '--cache', cache], { env })).stdout).toContain(
      '\n1 healthy, 91 readable, no checksum on record, 0 damaged'
    )
  })

  test('are removed when a shard passes through quarantine', async () => {
    const [cache, home] = [referenceCache('healthy'), temporaryFolder()]
    const shard = await shardOf(cache)
    const reported = async (command: string, ...args: string[]): Promise<string> =>
      (await lewmCache([command, ...args, '--cache', cache], { home })).stdout
    await reported('verify')
    expect(await reported('show', shard)).toMatch(/ verified +[-0-9]+ [:0-9]+ UTC\n/)
    await reported('quarantine', shard, '--reason', 'to try')
    await reported('restore', '--all')
    expect(await reported('show', shard)).toMatch(/ verified +[-0-9]+ [:0-9]+ UTC, no checksum on record\n/)
    expect(await reported('ls')).toMatch(/ [-0-9]+ [:0-9]+, no checksum on record +embeddings/)
    await reported('verify')
    expect(await reported('ls')).not.toContain('no checksum on record')
  })
})
