/** Files that options name are written anywhere but over what a cache holds. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesBelow } from '../core/cacheFiles.ts'
import { referenceCache, referenceRows } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { lewmCache } from './lewmCache.ts'

const [row] = referenceRows('healthy')
const SHARD = row?.shard_path ?? ''
const cache = referenceCache('healthy')
const before = filesBelow(cache)

const links = temporaryFolder()
symlinkSync(join(cache, SHARD), join(links, 'to-a-shard'))
symlinkSync(join(cache, 'embeddings'), join(links, 'to-the-folder'))

test.each([
  ['a shard', join(cache, SHARD)],
  ['a shard to be', join(cache, 'embeddings/new.parquet')],
  ['the index', join(cache, 'embeddings/index.sqlite')],
  ['a journal of the index', join(cache, 'embeddings/index.sqlite-journal')],
  ['the lock', join(cache, 'embeddings/.lewm-cache.lock')],
  ['a quarantine to be', join(cache, 'embeddings/.quarantine/plan.json')],
  ['a link to a shard', join(links, 'to-a-shard')],
  ['through a linked folder', join(links, 'to-the-folder/index.sqlite')],
  ['a name that only looks harmless', join(cache, 'embeddings/none/../index.sqlite')]
])('%s is not written over', (_, file) => {
  const key = ['window-hash', 'encoder-hash', 'state-layer', 'pool-type', 'pool-radius', 'dtype'] as const
  const ofRow = (name: string): string => String(Object.entries(row ?? {}).find(([field]) => field === name.replace('-', '_'))?.[1])
  for (const args of [
    ['checksums', '--output', file],
    ['repair', '--dry-run', '--save-plan', file],
    ['get', ...key.flatMap(name => [`--${name}`, ofRow(name)]), '--format', 'npy', '--output', file]
  ]) {
    const { code, stderr } = lewmCache([...args, '--cache', cache])
    expect({ code, stderr }, args.join(' ')).toEqual({ code: 2, stderr: expect.stringMatching(/^lewm-cache: .* is not written: it /) })
  }
  expect(filesBelow(cache)).toEqual(before)
})

test('beside the embeddings, and in a folder that is only called so, they are', () => {
  const sums = join(cache, 'SHA256SUMS')
  expect(lewmCache(['checksums', '--output', sums, '--cache', cache]).code).toBe(0)
  expect(lewmCache(['checksums', '--check', '--cache', cache]).code).toBe(0)
  const folder = join(temporaryFolder(), 'embeddings')
  mkdirSync(folder)
  expect(lewmCache(['checksums', '--output', join(folder, 'sums'), '--cache', cache]).code).toBe(0)
})
