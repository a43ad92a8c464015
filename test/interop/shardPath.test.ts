/** A shard is written where GenoLeWM looks for it, for any names. Calls are refused if GenoLeWM refuses them, with few exceptions. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { CacheError, POOL_TYPES, type ShardPathOptions, shardPathFor } from '../../src/main/core/index.ts'
import { describeWith } from '../support/capabilities.ts'
import { type Peer, PeerError, startPeer } from './peer.ts'

const OPTIONS: ShardPathOptions = {
  encoderId: 'lab/encoder',
  stateLayer: -1,
  poolType: 'global_mean',
  poolRadius: 0,
  contig: '1',
  strideBlock: 0
}

const NAMES = [
  'HuggingFaceBio/Carbon-500M',
  'a/b/c',
  'a\\b',
  '/',
  '//',
  '\\',
  '/leading',
  'trailing/',
  '../up',
  'up/..',
  '...',
  '.hidden',
  'dot.',
  ' ',
  ' both ends ',
  'two  spaces',
  'tab\tnew\nline',
  '*',
  'HLA-A*01:01:01:01',
  'C:',
  'C:\\models\\x',
  '?<>|"\'',
  '~',
  '$HOME',
  '%2F',
  '#1',
  'chr7',
  '0',
  '-1',
  'é',
  'e\u0301',
  'Ω',
  '染色体',
  '𝟙',
  '👩‍🔬',
  'שלום',
  '\u202e',
  '\u00a0',
  'v3',
  'x.parquet',
  'CON',
  'n'.repeat(200)
]

type Said = { readonly path: string } | { readonly refused: string | null }

function own(cacheDir: string, options: ShardPathOptions): Said {
  try {
    return { path: shardPathFor(cacheDir, options) }
  } catch (error) {
    if (error instanceof CacheError) return { refused: error.code }
    throw error
  }
}

async function theirs(peer: Peer, cacheDir: string, options: ShardPathOptions): Promise<Said> {
  const { encoderId, stateLayer, poolType, poolRadius, contig, strideBlock } = options
  const args = {
    cache_dir: cacheDir,
    encoder_id: encoderId,
    state_layer: stateLayer,
    pool_type: poolType,
    pool_radius: poolRadius,
    contig,
    stride_block: strideBlock
  }
  try {
    return { path: await peer.ask(z.string(), 'shard_path_for', args) }
  } catch (error) {
    if (error instanceof PeerError) return { refused: error.code }
    throw error
  }
}

describeWith('python', 'the path of a shard', python => {
  const peer = startPeer(python)

  const agree = async (cacheDir: string, options: ShardPathOptions): Promise<void> => {
    expect(own(cacheDir, options)).toEqual(await theirs(peer, cacheDir, options))
  }

  test.each(NAMES.filter(name => !name.endsWith('.parquet')))('encoder %j', encoderId => agree('/cache', { ...OPTIONS, encoderId }))
  test.each([...NAMES, '.', '..', '.quarantine'])('contig %j', contig => agree('/cache', { ...OPTIONS, contig }))
  test.each(['/cache', 'cache', './cache', '.', '..', '../cache', '/', '/a//b/', 'sp ace/Ω', '.geno-lewm-cache'])(
    'cache folder %j',
    cacheDir => agree(cacheDir, OPTIONS)
  )

  test('a cache folder with .. is resolved by the operating system, which knows the targets of links', () =>
    agree('/links/latest/../cache', OPTIONS))

  test.each<[string, Record<string, unknown>]>([
    ['no encoder', { encoderId: '' }],
    ['no contig', { contig: '' }],
    ['an unknown pool', { poolType: 'max_pool' }],
    ['no pool', { poolType: '' }],
    ['a radius below zero', { poolRadius: -1 }],
    ['a radius with a fraction', { poolRadius: 1.5 }],
    ['a radius of null', { poolRadius: true }],
    ['a radius as text', { poolRadius: '8' }],
    ['a layer with a fraction', { stateLayer: 0.5 }],
    ['a layer of null', { stateLayer: false }],
    ['a layer as text', { stateLayer: '5' }],
    ['no layer', { stateLayer: null }],
    ['a block below zero', { strideBlock: -1 }],
    ['a block with a fraction', { strideBlock: 0.25 }],
    ['a block of null', { strideBlock: true }],
    ['a block as text', { strideBlock: '0' }]
  ])('both refuse %s', async (_, changes) => {
    const options = Object.assign({ ...OPTIONS }, changes)
    expect(own('/cache', options)).toEqual({ refused: 'INPUT.GENERIC' })
    expect(await theirs(peer, '/cache', options)).toEqual({ refused: 'INPUT.GENERIC' })
  })

  test.each<[string, Partial<ShardPathOptions>]>([
    ['an encoder that is the folder itself', { encoderId: '.' }],
    ['an encoder that is the parent folder', { encoderId: '..' }],
    ['an encoder inside the quarantine', { encoderId: '.quarantine' }],
    ['an encoder inside the quarantine if case is ignored', { encoderId: '.Quarantine' }],
    ['an encoder in place of the index', { encoderId: 'index.sqlite' }],
    ['an encoder whose folder GenoLeWM opens as a shard', { encoderId: 'weights.parquet' }],
    ['an encoder whose folder GenoLeWM opens as a shard on Windows', { encoderId: 'lab/weights.PARQUET' }],
    ['an encoder in place of the lock', { encoderId: '.lewm-cache.lock' }],
    ['an encoder inside a trash folder', { encoderId: '.Trash-1000' }],
    ['an encoder inside the older versions of Syncthing', { encoderId: '.stversions' }],
    ['an encoder with a zero byte', { encoderId: 'a\0b' }],
    ['a contig with a zero byte', { contig: '\0' }],
    ['an encoder that is too long for a file name', { encoderId: 'x'.repeat(256) }],
    ['a contig that is too long for a file name', { contig: 'é'.repeat(128) }]
  ])('only lewm-cache refuses %s', async (_, changes) => {
    expect(own('/cache', { ...OPTIONS, ...changes })).toEqual({ refused: 'INPUT.GENERIC' })
    expect(await theirs(peer, '/cache', { ...OPTIONS, ...changes })).toHaveProperty('path')
  })

  test('any names and numbers', async () => {
    const letters = fc.constantFrom('/', '\\', '.', ' ', ':', '*', '_', '\n', 'chr', 'é', '𝟙', '.parquet', '"')
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.array(letters, { maxLength: 12 }).map(parts => parts.join(''))
    )
    const allowed = name.filter(text => !text.includes('\0'))
    const options = fc.record({
      encoderId: allowed.filter(
        text => !['.', '..', '.quarantine'].includes(text) && !text.startsWith('index.sqlite') && !/\.parquet$/i.test(text)
      ),
      stateLayer: fc.oneof(fc.integer({ min: -128, max: 127 }), fc.maxSafeInteger()),
      poolType: fc.oneof(fc.constantFrom(...POOL_TYPES), fc.string()),
      poolRadius: fc.oneof(fc.nat(), fc.maxSafeInteger()),
      contig: allowed,
      strideBlock: fc.oneof(fc.nat(), fc.maxSafeInteger())
    })
    await fc.assert(
      fc.asyncProperty(options, each => agree('/cache', each)),
      { numRuns: 2000 }
    )
  })
})
