/** A folder that is not a cache is refused, with a description and the location of the nearest cache. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkCacheRoot, defaultCacheDir, InputError, shardPathFor, verifyCache } from '../../../src/main/core/index.ts'
import { lewmCacheProcess } from '../../cli/lewmCache.ts'
import { ordinaryUser } from '../../support/accounts.ts'
import { describeWith } from '../../support/capabilities.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const cache = referenceCache('healthy')
const refusalOf = (folder: string): Promise<unknown> => checkCacheRoot(folder).catch((error: unknown) => error)

test('a cache by its real path', async () => {
  expect(await checkCacheRoot(cache)).toBe(cache)
  expect(await checkCacheRoot(`${cache}/./embeddings/..`)).toBe(cache)
  const link = join(temporaryFolder(), 'link')
  symlinkSync(cache, link)
  expect(await checkCacheRoot(link)).toBe(cache)
})

describe('refused', () => {
  const empty = temporaryFolder()
  const notes = temporaryFolder()
  for (let i = 0; i < 7; i++) writeFileSync(join(notes, `file${i}`), '')
  const above = temporaryFolder()
  mkdirSync(join(above, 'inner/embeddings'), { recursive: true })
  const oddFile = temporaryFolder()
  writeFileSync(join(oddFile, 'embeddings'), 'a file')

  test.each([
    ['a folder that does not exist', join(empty, 'none'), 'nothing', null],
    ['a folder below one that does not exist', join(empty, 'none/none'), 'nothing', null],
    ['an empty folder', empty, 'nothing', null],
    ['a folder with other contents', notes, '"file0", "file1", "file2", "file3", "file4" and 2 more', null],
    ['embeddings itself', join(cache, 'embeddings'), expect.stringContaining('"index.sqlite"'), cache],
    ['a folder deep inside a cache', join(cache, 'embeddings/local-kmer/12'), expect.stringContaining('"centered_mean_64"'), cache],
    ['a folder directly above a cache', above, '"inner"', join(above, 'inner')],
    ['a file inside a cache', join(cache, 'embeddings/index.sqlite'), 'a file', cache],
    ['a folder whose embeddings is a file', oddFile, '"embeddings"', null]
  ])('%s', async (_, folder, found, nearest) => {
    const refusal = await refusalOf(folder)
    expect(refusal).toBeInstanceOf(InputError)
    expect(refusal).toMatchObject({ code: 'INPUT.GENERIC', details: { field: 'cache', value: folder, found, nearest_root: nearest } })
    await expect(verifyCache(folder)).rejects.toMatchObject({ code: 'INPUT.GENERIC' })
  })

  test('a file directly beside embeddings, whose cache is the nearest', async () => {
    const root = referenceCache('healthy')
    writeFileSync(join(root, 'readme.txt'), '')
    expect(await refusalOf(join(root, 'readme.txt'))).toMatchObject({ details: { found: 'a file', nearest_root: root } })
  })
})

describeWith('setpriv', 'for an ordinary user', setpriv => {
  test('a cache without permissions is an operating system error', () => {
    const user = ordinaryUser(setpriv)
    const closed = referenceCache('healthy')
    user.own(dirname(closed))
    chmodSync(join(closed, 'embeddings'), 0)
    const { code, json } = lewmCacheProcess(['verify', '--cache', closed, '--json'], { home: dirname(closed), under: user.under })
    expect([code, json().error]).toMatchObject([6, { code: 'RESOURCE.SYSTEM', details: { error: 'EACCES' } }])
  })
})

describe('the default', () => {
  test.each([
    [{}, '.geno-lewm-cache'],
    [{ GENO_LEWM_CACHE: '/data/cache' }, '/data/cache'],
    [{ GENO_LEWM_CACHE: '~' }, homedir()],
    [{ GENO_LEWM_CACHE: '~/cache' }, join(homedir(), 'cache')],
    [{ GENO_LEWM_CACHE: 'a/~/b' }, 'a/~/b']
  ])('for %j is %s', (env, dir) => {
    expect(defaultCacheDir(env)).toBe(dir)
  })
})

describe('the path of a shard', () => {
  const options = {
    encoderId: 'HuggingFaceBio/Carbon-500M',
    stateLayer: -1,
    poolType: 'centered_mean',
    poolRadius: 256,
    contig: '1',
    strideBlock: 0
  }

  test.each([
    [{}, 'embeddings/HuggingFaceBio__Carbon-500M/-1/centered_mean_256/chr1_0.parquet'],
    [{ encoderId: 'a\\b/c' }, 'embeddings/a__b__c/-1/centered_mean_256/chr1_0.parquet'],
    [{ contig: 'chr7' }, 'embeddings/HuggingFaceBio__Carbon-500M/-1/centered_mean_256/chrchr7_0.parquet'],
    [
      { contig: 'HLA-A*01:01', strideBlock: 2 ** 31 },
      'embeddings/HuggingFaceBio__Carbon-500M/-1/centered_mean_256/chrHLA-A*01:01_2147483648.parquet'
    ],
    [{ contig: '../../etc' }, 'embeddings/HuggingFaceBio__Carbon-500M/-1/centered_mean_256/chr..__..__etc_0.parquet'],
    [{ encoderId: '...' }, 'embeddings/.../-1/centered_mean_256/chr1_0.parquet']
  ])('%j', (change, path) => {
    expect(shardPathFor('/cache', { ...options, ...change })).toBe(`/cache/${path}`)
  })

  test.each([
    ['encoder_id', { encoderId: '' }],
    ['encoder_id', { encoderId: '.' }],
    ['encoder_id', { encoderId: '..' }],
    ['encoder_id', { encoderId: '.quarantine' }],
    ['encoder_id', { encoderId: 'index.sqlite' }],
    ['encoder_id', { encoderId: 'a\0b' }],
    ['encoder_id', { encoderId: 'x'.repeat(300) }],
    ['contig', { contig: '' }],
    ['contig', { contig: 'é'.repeat(200) }],
    ['state_layer', { stateLayer: 1.5 }],
    ['state_layer', { stateLayer: Number.NaN }],
    ['pool_type', { poolType: 'max_pool' }],
    ['pool_type', { poolType: '../x' }],
    ['pool_radius', { poolRadius: -1 }],
    ['pool_radius', { poolRadius: 0.5 }],
    ['stride_block', { strideBlock: -1 }],
    ['stride_block', { strideBlock: Number.POSITIVE_INFINITY }]
  ])('is refused for an invalid %s: %j', (field, change) => {
    const refusal = (() => {
      try {
        return shardPathFor('/cache', { ...options, ...change })
      } catch (error) {
        return error
      }
    })()
    expect(refusal).toMatchObject({ code: 'INPUT.GENERIC', details: { field } })
  })
})
