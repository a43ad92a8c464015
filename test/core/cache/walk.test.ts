/**
 * Other things in a cache: folders, pipes and useless links named like shards, names that are unsafe for a terminal, folders without
 * permissions.
 */

import { chmodSync, copyFileSync, cpSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  describeShard,
  find,
  listShards,
  planRepair,
  quarantineShards,
  readEmbedding,
  reindexCache,
  repairCache,
  verifyCache,
  writeChecksums,
  writeShard
} from '../../../src/main/core/index.ts'
import type { FindingKind } from '../../../src/shared/model/finding.ts'
import { toRecorded } from '../../../src/shared/text/recordedFinding.ts'
import { type Json, lewmCacheProcess } from '../../cli/lewmCache.ts'
import { ordinaryUser } from '../../support/accounts.ts'
import { describeWith } from '../../support/capabilities.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, filesBelow, keyOf, makePipe, recordOf, shardsOf } from '../cacheFiles.ts'

const ODD = 'embeddings/local-kmer/12/centered_mean_64/chrodd_0.parquet'

/** Things that are named like a shard but are not. */
const ODDITIES: readonly (readonly [string, FindingKind, (path: string) => void])[] = [
  ['a link to a device', 'not_a_file', path => symlinkSync('/dev/zero', path)],
  ['a link to itself', 'placeholder', path => symlinkSync('chrodd_0.parquet', path)],
  ['a link to its folder', 'not_a_file', path => symlinkSync('.', path)],
  ['an empty folder', 'not_a_file', path => mkdirSync(path)],
  ['a pipe', 'not_a_file', path => makePipe(path)]
]

test.skipIf(process.platform !== 'linux')('a shard whose name is not valid text is reported as such', async () => {
  const root = referenceCache('healthy')
  const [model = ''] = shardsOf(root)
  const name = Buffer.concat([Buffer.from(join(root, dirname(model), 'chr')), Buffer.from([0xff]), Buffer.from('_0.parquet')])
  copyFileSync(join(root, model), name)
  const { findings, checkedShards } = await verifyCache(root)
  expect(checkedShards).toBe(92)
  const reported = { shardPath: `${dirname(model)}/chr\ufffd_0.parquet`, message: expect.stringContaining('its name is not UTF-8') }
  expect(findings.map(toRecorded).filter(({ kind }) => kind === 'unreadable')).toEqual([expect.objectContaining(reported)])
})

describe.each(ODDITIES)('%s', (_, expected, put) => {
  const root = referenceCache('healthy')
  put(join(root, ODD))

  test('is found, but never read, moved or indexed', async () => {
    const { findings, checkedShards } = await verifyCache(root)
    expect(findings.map(({ kind, shardPath }) => [kind, shardPath])).toContainEqual([expected, ODD])
    expect(findings.length).toBe(2)
    expect(checkedShards).toBe(92)
    const plan = await planRepair(root)
    expect(plan.moves.map(({ shardPath }) => shardPath)).not.toContain(ODD)
    expect(plan.kept.map(({ shardPath }) => shardPath)).toContain(ODD)
    const before = filesBelow(root)
    expect((await repairCache(root)).quarantined).toEqual([])
    expect((await reindexCache(root)).indexedShards).toBe(92)
    expect({ ...filesBelow(root), 'embeddings/index.sqlite': '' }).toEqual({ ...before, 'embeddings/index.sqlite': '' })
  })

  test('is in no listing and no list of checksums, and describes itself on request', async () => {
    expect((await listShards(root)).map(({ shardPath }) => shardPath)).not.toContain(ODD)
    expect(await writeChecksums(root)).not.toContain('chrodd_0')
    const described = await describeShard(root, ODD).catch((error: unknown) => error)
    if (described instanceof Error) expect(described).toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
    else expect(described).toMatchObject({ rows: null, findings: [{ kind: expected }] })
  })
})

test('a folder named like a shard that holds shards: a finding, and its shards are read', async () => {
  const root = referenceCache('healthy')
  mkdirSync(join(root, 'embeddings/odd.parquet'))
  cpSync(join(referenceCache('unusual'), 'embeddings/local-kmer'), join(root, 'embeddings/odd.parquet/local-kmer'), { recursive: true })
  const { checkedShards, byKind } = await verifyCache(root)
  expect({ checkedShards, notAFile: byKind.not_a_file, misplaced: byKind.misplaced_file }).toEqual({
    checkedShards: 92 + 26,
    notAFile: 1,
    misplaced: 26
  })
})

describe('names', () => {
  const NAMES = [
    'new\nline',
    'esc\x1b[31m',
    'quote"\'',
    'back\\slash',
    'пример',
    '例',
    'e\u0301',
    '..',
    ' ',
    'tab\t',
    '*',
    '-rf',
    '%00',
    '\u202e'
  ]

  test.each(NAMES)('of a contig: %j is written, verified, found, quarantined and restored', async contig => {
    const root = temporaryFolder()
    const record = recordOf(1, { chrom: contig })
    const { shardPath } = await writeShard(root, { ...BLOCK, contig, records: [record] })
    expect(shardsOf(root)).toEqual([shardPath])
    expect((await verifyCache(root)).findings).toEqual([])
    expect(await readEmbedding(root, record)).not.toBeNull()
    expect((await listShards(root, { contig })).map(entry => entry.shardPath)).toEqual([shardPath])
    const query = /^\s|\n/.test(contig) ? Buffer.from(record.windowHash).toString('hex') : `${contig}:1-100000`
    expect((await find(root, query)).rows.map(row => row.chrom)).toEqual([contig])
    expect((await reindexCache(root)).indexedRows).toBe(1)
    const {
      moved: [moved]
    } = await quarantineShards(root, [shardPath], 'a reason')
    expect(moved?.shardPath).toBe(shardPath)
    expect(shardsOf(root)).toEqual([])
  })

  test('of files that are not UTF-8 are a finding, not an error', async () => {
    const root = referenceCache('healthy')
    const folder = Buffer.from(join(root, 'embeddings/local-kmer/12/centered_mean_64/'))
    writeFileSync(Buffer.concat([folder, Buffer.from([0x63, 0xff, 0xfe]), Buffer.from('.parquet')]), 'PAR1')
    const { findings, checkedShards } = await verifyCache(root)
    expect(checkedShards).toBeGreaterThanOrEqual(92)
    expect(findings.filter(({ severity }) => severity !== 'suspect').length).toBeGreaterThanOrEqual(1)
    expect((await reindexCache(root)).indexedShards).toBe(92)
  })

  test('that no layout uses: read and indexed, but reported as misplaced', async () => {
    const root = referenceCache('healthy')
    const [row] = referenceRows('healthy')
    if (row === undefined) throw new Error('no rows')
    const odd = 'embeddings/by hand.parquet'
    renameSync(join(root, row.shard_path), join(root, odd))
    await reindexCache(root)
    const { findings } = await verifyCache(root)
    expect(findings.map(({ kind, shardPath, severity }) => [kind, shardPath, severity])).toContainEqual(['misplaced_file', odd, 'suspect'])
    expect(await readEmbedding(root, keyOf(row))).not.toBeNull()
    expect((await planRepair(root)).moves.find(({ shardPath }) => shardPath === odd)).toMatchObject({ ticked: false })
  })

  test.each(['chr1_0.parquet.tmp', 'chr1_0.PARQUET', '.lewm-tmp-0123', 'notes.txt'])(
    'that do not belong to shards (%s) are ignored',
    async name => {
      const root = referenceCache('healthy')
      writeFileSync(join(root, 'embeddings/local-kmer/12/centered_mean_64', name), 'no shard')
      expect(await verifyCache(root)).toMatchObject({ checkedShards: 92, byKind: { non_finite: 1 } })
    }
  )
})

describe('the order of shards', () => {
  test('is that of Python: by path component, by code point', async () => {
    const root = temporaryFolder()
    const names = ['b/z', 'b-a/a', 'a', 'B', 'é', 'z', '\u{1f600}', '\uffee', 'a0', 'a.b', 'b/Z']
    for (const name of names) {
      mkdirSync(dirname(join(root, `embeddings/${name}.parquet`)), { recursive: true })
      writeFileSync(join(root, `embeddings/${name}.parquet`), '')
    }
    const paths = (await listShards(root)).map(({ shardPath }) => shardPath)
    const key = (path: string): string =>
      path
        .split('/')
        .map(part => Buffer.from(part).toString('hex'))
        .join('/')
    expect(paths).toEqual(names.map(name => `embeddings/${name}.parquet`).sort((a, b) => (key(a) < key(b) ? -1 : 1)))
    expect(paths.indexOf('embeddings/b/z.parquet')).toBeLessThan(paths.indexOf('embeddings/b-a/a.parquet'))
  })
})

describeWith('setpriv', 'for an ordinary user, without permission', setpriv => {
  const user = ordinaryUser(setpriv)
  const folder = 'embeddings/local-kmer/24'
  const shard = 'embeddings/local-kmer/12/global_mean_0/chr1_0.parquet'

  test('is unreadable, says nothing about the bytes, and is never moved', () => {
    const root = referenceCache('healthy')
    const home = dirname(root)
    user.own(home)
    const before = filesBelow(root)
    chmodSync(join(root, folder), 0)
    chmodSync(join(root, shard), 0)
    const run = (...args: string[]) => lewmCacheProcess([...args, '--cache', root, '--json'], { home, under: user.under })
    for (const command of [['verify'], ['verify', '--quick']]) {
      const { code, json } = run(...command)
      const refused = json().findings.filter((each: Json) => each.severity === 'unreadable')
      const found = refused.map((each: Json) => [each.kind, each.shard_path, each.details.error])
      expect([code, found]).toEqual([
        6,
        [
          ['unreadable', shard, 'EACCES'],
          ['unreadable', folder, 'EACCES']
        ]
      ])
    }
    const { moves, kept } = run('repair', '--dry-run').json().plan
    expect(moves.filter((move: Json) => move.ticked)).toEqual([])
    expect(kept.map((each: Json) => each.shard_path)).toEqual(expect.arrayContaining([shard, folder]))
    for (const command of ['repair', 'reindex']) expect(run(command).code).toBe(6)
    chmodSync(join(root, folder), 0o755)
    chmodSync(join(root, shard), 0o644)
    expect(run('verify').json().by_kind).toEqual({ non_finite: 1 })
    const after = filesBelow(root)
    expect(shardsOf(root).map(path => after[path])).toEqual(shardsOf(root).map(path => before[path]))
  })
})
