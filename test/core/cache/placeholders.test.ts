/**
 * Files that represent a shard, and files that tools leave among shards. They are reported as such, never damaged and never moved, and the
 * index entries of the shard stay.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  describeShard,
  listShards,
  openIndex,
  openLedger,
  planRepair,
  readEmbedding,
  reindexCache,
  repairCache,
  verifyCache,
  writeChecksums
} from '../../../src/main/core/index.ts'
import { toRecorded } from '../../../src/shared/text/recordedFinding.ts'
import { referenceCache, referenceRows } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { filesBelow, keyOf } from '../cacheFiles.ts'

const [first] = referenceRows('healthy')
if (first === undefined) throw new Error('the reference has no rows')
const SHARD = first.shard_path
const FOLDER = dirname(SHARD)
const NAME = basename(SHARD)
const SHARDS = 92

function entriesOf(root: string, path = SHARD): number {
  const index = openIndex(root, 'read')
  try {
    return index?.entriesOf(path).length ?? 0
  } finally {
    index?.close()
  }
}

const APPLE_DOUBLE = Buffer.concat([Buffer.from('0005160700020000', 'hex'), Buffer.from('Mac OS X        '), Buffer.alloc(4072)])

describe.each<[string, string, string | Buffer]>([
  ['a Git LFS pointer', 'Git LFS', `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 2000000\n`],
  ['an old Git LFS pointer', 'Git LFS', `version https://hawser.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 2\n`],
  ['a pointer of git-annex', 'git annex get', '/annex/objects/MD5E-s4440--900150983cd24fb0d6963f7d28e17f72.parquet\n'],
  ['a link of git-annex as text', 'git annex get', '../../../../.git/annex/objects/Xx/1M/MD5E-s4--0.parquet/MD5E-s4--0.parquet'],
  ['a link of DVC as text', 'dvc pull', '/data/cache/files/md5/0a/5f0123456789\n'],
  [
    'a Git LFS pointer of another server',
    'Git LFS',
    `version https://example.org/v2\next-0-x sha256:${'1'.repeat(64)}\noid sha256:${'0'.repeat(64)}\nsize 2\n`
  ],
  [
    'a Git LFS pointer with a byte order mark',
    'Git LFS',
    `\ufeffversion https://git-lfs.github.com/spec/v1\r\noid sha256:${'0'.repeat(64)}\r\nsize 2\r\n`
  ],
  ['a git-fat pointer', 'git fat pull', `#$# git-fat ${'0'.repeat(40)}                    4440\n`],
  ['a link as text', 'saved as a file', '../../../../store/chr1_0.parquet'],
  ['an absolute link as text', 'saved as a file', '/scratch/lab/blobs/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  ['a link of Windows as text', 'saved as a file', 'D:\\store\\chr1_0.parquet'],
  ['a link of an SMB server', '../store/a.parquet', `XSym\n0018\n${'0'.repeat(32)}\n../store/a.parquet\n${' '.repeat(980)}`],
  [
    'a link of Cygwin',
    '/store/a.parquet',
    Buffer.concat([Buffer.from('!<symlink>\xff\xfe', 'latin1'), Buffer.from('/store/a.parquet\0', 'utf16le')])
  ],
  [
    'a link of Interix',
    '/store/a.parquet',
    Buffer.concat([Buffer.from('IntxLNK\x01', 'latin1'), Buffer.from('/store/a.parquet', 'utf16le')])
  ],
  ['a Xet pointer', 'Xet', '# xet version 0\nfilesize = 4440\nhash = "0"\n'],
  ['an empty file', 'held rows before', '']
])('%s in place of a shard', (_, reported, content) => {
  test('is a placeholder: not damaged, not moved, and its entries stay', async () => {
    const root = referenceCache('healthy')
    const before = entriesOf(root)
    writeFileSync(join(root, SHARD), content)
    const { findings, healthyShards } = await verifyCache(root)
    expect(findings.map(toRecorded).filter(({ shardPath }) => shardPath === SHARD)).toEqual([
      expect.objectContaining({ kind: 'placeholder', severity: 'missing', message: expect.stringContaining(reported) })
    ])
    expect(healthyShards).toBe(SHARDS - 2)
    expect((await describeShard(root, SHARD)).findings).toMatchObject([{ kind: 'placeholder' }])
    expect((await planRepair(root)).moves.map(({ shardPath }) => shardPath)).not.toContain(SHARD)
    expect((await repairCache(root)).quarantined).toEqual([])
    await reindexCache(root)
    expect([entriesOf(root), before]).toEqual([before, expect.any(Number)])
    expect(readFileSync(join(root, SHARD)).equals(Buffer.from(content))).toBe(true)
    await expect(readEmbedding(root, keyOf(first))).rejects.toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
  })

  test('keeps the recorded digest, which the restored contents are compared with', async () => {
    const root = referenceCache('healthy')
    const ledger = openLedger(join(temporaryFolder(), 'ledger.sqlite'))
    await verifyCache(root, { ledger })
    const good = readFileSync(join(root, SHARD))
    const digest = ledger.lastVerification(root, SHARD)?.sha256
    expect(digest).toHaveLength(64)
    // Only the ledger knows the rows.
    rmSync(join(root, 'embeddings/index.sqlite'))
    writeFileSync(join(root, SHARD), content)
    const { findings } = await verifyCache(root, { ledger })
    expect(findings.filter(({ shardPath }) => shardPath === SHARD).map(({ kind }) => kind)).toEqual(['placeholder'])
    expect(ledger.lastVerification(root, SHARD)).toMatchObject({ sha256: digest, findings: [{ kind: 'placeholder' }] })
    const kindsNow = async (): Promise<string[]> =>
      (await verifyCache(root, { ledger })).findings.filter(({ shardPath }) => shardPath === SHARD).map(({ kind }) => kind)
    writeFileSync(join(root, SHARD), good)
    expect(await kindsNow()).toEqual([])
    writeFileSync(join(root, SHARD), readFileSync(join(root, SHARD.replace('chr1_0', 'chr2_0'))))
    expect(await kindsNow()).toContain('changed_bytes')
    ledger.close()
  })
})

test('an empty file without evidence of rows is a crashed write', async () => {
  const root = referenceCache('healthy')
  const path = `${FOLDER}/chrnew_0.parquet`
  writeFileSync(join(root, path), '')
  const ledger = openLedger(join(temporaryFolder(), 'ledger.sqlite'))
  for (let look = 0; look < 2; look++) {
    const { findings } = await verifyCache(root, { ledger })
    expect(findings.filter(({ shardPath }) => shardPath === path).map(({ kind }) => kind)).toEqual(['cut_off'])
  }
  ledger.close()
  expect((await repairCache(root)).quarantined.map(({ shardPath }) => shardPath)).toEqual([path])
})

describe('a file that represents an absent shard', () => {
  test.each([
    [`.${NAME}.icloud`, 'bplist00'],
    [`${NAME}.nextcloud`, ' '],
    [`${NAME}.cloud`, ''],
    [`${NAME}.rclonelink`, '../../store/chr1_0.parquet'],
    [`${NAME}.dvc`, `outs:\n- md5: 0\n  path: ${NAME}\n`]
  ])('%s: the shard is a placeholder, and its entries stay', async (name, content) => {
    const root = referenceCache('healthy')
    const before = entriesOf(root)
    renameSync(join(root, SHARD), join(temporaryFolder(), 'away'))
    writeFileSync(join(root, FOLDER, name), content)
    const { findings } = await verifyCache(root)
    expect(findings.filter(({ kind }) => kind !== 'non_finite')).toMatchObject([
      { kind: 'placeholder', shardPath: SHARD, details: { file: name } }
    ])
    expect((await repairCache(root)).quarantined).toEqual([])
    await reindexCache(root)
    expect([entriesOf(root), before > 0]).toEqual([before, true])
  })

  test.each(['local-kmer.cloudf', 'local-kmer.rclonelink'])('%s: a placeholder for the folder, and its entries stay', async name => {
    const root = referenceCache('healthy')
    const before = entriesOf(root)
    renameSync(join(root, 'embeddings/local-kmer'), join(temporaryFolder(), 'away'))
    writeFileSync(join(root, 'embeddings', name), '')
    expect((await verifyCache(root)).findings).toMatchObject([{ kind: 'placeholder', shardPath: 'embeddings/local-kmer' }])
    await reindexCache(root)
    expect([entriesOf(root), before > 0]).toEqual([before, true])
  })

  test.each([
    'rubbish',
    'PAR1',
    '<html>\n',
    'moved/elsewhere\nsorry\n',
    '\0/a',
    '/9j/4AAQSkZJRgABAQAAAQABAAD2wBDAAgGBgcGBQgHBwcJCQgK',
    '/wAAAAAAAAAAAAAAAAAAAA==\n',
    '/8k+abcdefgh\n'
  ])('a file with other contents (%j) is damaged', async content => {
    const root = referenceCache('healthy')
    writeFileSync(join(root, SHARD), content)
    const { findings } = await verifyCache(root)
    expect(findings.filter(({ shardPath }) => shardPath === SHARD)).toMatchObject([{ severity: 'corrupt' }])
  })

  test('a folder managed by DVC: one placeholder for the whole folder, and its entries stay', async () => {
    const root = referenceCache('healthy')
    const before = entriesOf(root)
    const encoder = 'embeddings/local-kmer'
    renameSync(join(root, encoder), join(temporaryFolder(), 'away'))
    writeFileSync(join(root, `${encoder}.dvc`), 'outs:\n- md5: 0.dir\n  nfiles: 92\n  path: local-kmer\n')
    expect((await verifyCache(root)).findings).toMatchObject([{ kind: 'placeholder', shardPath: encoder }])
    await reindexCache(root)
    expect([entriesOf(root), before > 0]).toEqual([before, true])
  })

  test('is not reported while the shard exists', async () => {
    const root = referenceCache('healthy')
    writeFileSync(join(root, FOLDER, `${NAME}.dvc`), `outs:\n- path: ${NAME}\n`)
    writeFileSync(join(root, FOLDER, 'notes.dvc'), 'nothing from DVC')
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1 })
  })
})

describe('files that tools leave among shards', () => {
  const good = readFileSync(join(referenceCache('healthy'), SHARD))

  test.each<[string, Buffer]>([
    [`._${NAME}`, APPLE_DOUBLE],
    [`._${NAME}`, Buffer.alloc(0)],
    [`.${NAME}.Ab3xYz`, good.subarray(0, 2000)],
    [`.syncthing.${NAME}.tmp`, good.subarray(0, 2000)],
    [`~syncthing~${NAME}.tmp`, good],
    ['chr1_0.sync-conflict-20260102-030405-ABCDEF7.parquet', good.subarray(0, 2000)],
    [`${NAME}.0123abcd.partial`, good]
  ])('%s: a stray file, never moved, never read as a shard', async (name, content) => {
    const root = referenceCache('healthy')
    writeFileSync(join(root, FOLDER, name), content)
    const before = filesBelow(root)
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1, stray_file: 1 })
    const plan = await planRepair(root)
    expect(plan.moves.map(({ shardPath }) => shardPath)).not.toContain(`${FOLDER}/${name}`)
    expect(plan.kept.map(({ shardPath }) => shardPath)).toContain(`${FOLDER}/${name}`)
    expect((await repairCache(root)).quarantined).toEqual([])
    expect((await reindexCache(root)).indexedShards).toBe(SHARDS)
    expect({ ...filesBelow(root), 'embeddings/index.sqlite': '' }).toEqual({ ...before, 'embeddings/index.sqlite': '' })
  })

  test('an intact conflicting copy is read, as by GenoLeWM', async () => {
    const root = referenceCache('healthy')
    const path = `${FOLDER}/chr1_0.sync-conflict-20260102-030405-ABCDEF7.parquet`
    writeFileSync(join(root, path), good)
    const { byKind, checkedShards } = await verifyCache(root)
    expect([checkedShards, byKind.duplicate_key, byKind.misplaced_file]).toEqual([SHARDS + 1, 2, 1])
  })

  test('files of a transfer in a separate folder', async () => {
    const root = referenceCache('healthy')
    const partial = join(root, FOLDER, '.rsync-partial')
    mkdirSync(partial)
    writeFileSync(join(partial, NAME), good.subarray(0, 2000))
    expect((await verifyCache(root)).byKind).toEqual({ non_finite: 1, stray_file: 1 })
    expect((await repairCache(root)).quarantined).toEqual([])
    expect(existsSync(join(partial, NAME))).toBe(true)
  })

  test('are in no listing. Placeholders are listed, without rows', async () => {
    const root = referenceCache('healthy')
    writeFileSync(join(root, FOLDER, `.${NAME}.Ab3xYz`), '')
    writeFileSync(join(root, SHARD), `version https://git-lfs.github.com/spec/v1\n`)
    const listed = await listShards(root)
    expect(listed).toHaveLength(SHARDS)
    expect(listed.find(({ shardPath }) => shardPath === SHARD)).toMatchObject({ rows: null })
    expect((await writeChecksums(root)).split('\n')).toHaveLength(SHARDS + 1)
  })
})
