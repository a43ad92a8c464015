/** No command reads through a symbolic link that is not followed, and every command reports what it did not read. */
import { mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesBelow, shardsOf } from '../core/cacheFiles.ts'
import { referenceCache, referenceRows } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { lewmCache } from './lewmCache.ts'

const [first] = referenceRows('healthy')
if (first === undefined) throw new Error('the reference has no rows')
const SHARD = first.shard_path
const SHARDS = 92
const HASH = first.window_hash
const LOCUS = `${first.chrom}:${first.start_bp + 1}-${first.end_bp}`

describe.each([
  ['a shard', SHARD],
  ['a folder of shards', dirname(SHARD)],
  ['the folder of an encoder', dirname(dirname(dirname(SHARD)))]
])('%s behind a link', (_, linked) => {
  const root = referenceCache('healthy')
  const away = join(temporaryFolder(), 'away')
  renameSync(join(root, linked), away)
  symlinkSync(away, join(root, linked))
  const behind = shardsOf(referenceCache('healthy')).filter(path => path === linked || path.startsWith(`${linked}/`)).length
  const run = (...args: string[]) => lewmCache([...args, '--cache', root])
  const notFollowed = expect.stringContaining('not followed')

  test('is read by every command as without the link', async () => {
    expect((await run('verify', SHARD, '--json')).json()).toMatchObject({ checked_shards: 1, healthy_shards: 1 })
    expect((await run('show', SHARD)).code).toBe(0)
    expect((await run('ls', '--json')).json().shards).toHaveLength(SHARDS)
    expect((await run('checksums')).stdout.trim().split('\n')).toHaveLength(SHARDS)
    for (const query of [HASH, LOCUS]) {
      const { code, stdout, stderr } = await run('find', query)
      expect([code, stdout.includes(SHARD), stderr.includes('not searched')]).toEqual([0, true, false])
    }
  })

  test('with --no-follow, every command reports that it was not read, and none reads it', async () => {
    const before = filesBelow(root)
    const verified = await run('verify', SHARD, '--no-follow', '--json')
    expect([verified.code, verified.json().checked_shards]).toEqual([3, 0])
    expect(verified.json().findings).toMatchObject([{ kind: 'not_a_file', shard_path: linked, message: notFollowed }])
    const shown = await run('show', SHARD, '--no-follow', '--json')
    expect([shown.code, shown.json().row_count]).toEqual([3, null])
    expect(shown.json().findings).toMatchObject([{ kind: 'not_a_file', message: notFollowed }])
    const raw = await run('show', '--raw', SHARD, '--no-follow')
    expect([raw.code, raw.stdout, raw.stderr]).toEqual([linked === SHARD ? 2 : 4, '', notFollowed])
    const listed = await run('ls', '--no-follow', '--json')
    expect([listed.code, listed.json().shards.length, listed.stderr]).toEqual([0, SHARDS - behind, notFollowed])
    for (const query of [HASH, LOCUS]) {
      const { stdout, stderr } = await run('find', query, '--no-follow')
      expect([stdout.includes(SHARD), stderr]).toEqual([false, notFollowed])
    }
    const sums = await run('checksums', '--no-follow')
    expect([sums.code, sums.stdout.includes(SHARD), sums.stderr]).toEqual([3, false, notFollowed])
    const key = ['window_hash', 'encoder_hash', 'state_layer', 'pool_type', 'pool_radius', 'dtype'] as const
    const got = await run('get', ...key.flatMap(name => [`--${name.replace('_', '-')}`, String(first[name])]), '--no-follow')
    expect([got.code, got.stdout, got.stderr]).toEqual([4, '', notFollowed])
    expect(filesBelow(root)).toEqual(before)
  })
})

test('checksums of a cache with placeholders report what they omit, and a check reports it as missing', async () => {
  const root = referenceCache('healthy')
  const sums = join(temporaryFolder(), 'sums')
  expect((await lewmCache(['checksums', '--cache', root, '--output', sums])).code).toBe(0)
  renameSync(join(root, SHARD), join(temporaryFolder(), 'away'))
  symlinkSync('../../../../.git/annex/objects/Xx/1M/MD5E-s4--0.parquet/MD5E-s4--0.parquet', join(root, SHARD))
  const written = await lewmCache(['checksums', '--cache', root])
  expect([written.code, written.stdout.trim().split('\n').length]).toEqual([3, SHARDS - 1])
  expect(written.stderr).toContain('git annex get')
  const checked = await lewmCache(['checksums', '--cache', root, '--check', sums, '--json'])
  expect([checked.code, checked.json().missing]).toEqual([1, [SHARD]])
  expect(readFileSync(sums, 'utf8')).toContain(SHARD)
})

test('verify of a shard through its link verifies the shard', async () => {
  const root = referenceCache('healthy')
  mkdirSync(join(root, 'embeddings/alias'))
  const link = 'embeddings/alias/link.parquet'
  symlinkSync(join(root, SHARD), join(root, link))
  expect((await lewmCache(['verify', link, '--cache', root, '--json'])).json()).toMatchObject({ checked_shards: 1, findings: [] })
  expect((await lewmCache(['verify', 'embeddings/alias/none.parquet', '--cache', root])).code).toBe(1)
})
