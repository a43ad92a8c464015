/** A folder that is not a cache: its contents, and the location of the nearest cache. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ordinaryUser } from '../support/accounts.ts'
import { describeWith } from '../support/capabilities.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { lewmCacheProcess, ndjson } from './lewmCache.ts'
import { keyOf, recordLine } from './records.ts'

const SHARD = 'embeddings/a/1/global_mean_0/chr1_0.parquet'
const COMMANDS = [
  ['get', '--keys', '-'],
  ['find', 'chr1:1-2'],
  ['ls'],
  ['show', SHARD],
  ['verify'],
  ['verify', '--quick'],
  ['reindex'],
  ['repair'],
  ['repair', '--dry-run'],
  ['quarantine', SHARD, '--reason', 'x'],
  ['quarantined'],
  ['restore', '--all'],
  ['checksums'],
  ['checksums', '--check', '-']
]
const input = ndjson([keyOf(recordLine(0))])

describe.each(COMMANDS)('%s %s', (...command) => {
  test('a folder that does not exist', () => {
    const { code, stderr, json } = lewmCacheProcess([...command, '--cache', '/nowhere/at/all', '--json'], { input })
    expect(code).toBe(2)
    expect(stderr).toBe('lewm-cache: the cache folder /nowhere/at/all does not exist\n')
    expect(json().error).toMatchObject({ code: 'INPUT.GENERIC', details: { found: 'nothing' } })
  })
})

describe('ls', () => {
  const refused = (cache: string) => {
    const { code, json } = lewmCacheProcess(['ls', '--cache', cache, '--json'])
    expect(code).toBe(2)
    return json().error
  }

  test('on a file', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(refused(file)).toMatchObject({
      message: `${file} is a file, not a cache folder`,
      details: { found: 'a file', nearest_root: null }
    })
  })

  test('on a folder with other contents', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'thesis.tex'), '')
    expect(refused(folder)).toMatchObject({ message: expect.stringContaining('"thesis.tex"'), details: { nearest_root: null } })
  })

  test('inside a cache', () => {
    const cache = referenceCache('healthy')
    const error = refused(join(cache, 'embeddings/local-kmer'))
    expect(error.details.nearest_root).toBe(cache)
    expect(error.message).toContain(cache)
  })

  test('directly above a cache', () => {
    const cache = referenceCache('healthy')
    expect(refused(join(cache, '..')).details.nearest_root).toBe(cache)
  })

  test('an empty cache has nothing to list', () => {
    const cache = temporaryFolder()
    mkdirSync(join(cache, 'embeddings'))
    expect(lewmCacheProcess(['ls', '--cache', cache, '--json']).json()).toEqual({ shards: [] })
  })
})

describeWith('setpriv', 'for an ordinary user', setpriv => {
  test.each(COMMANDS)('a folder without read permission is an operating system error: %s %s', (...command) => {
    const user = ordinaryUser(setpriv)
    const cache = referenceCache('healthy')
    user.own(dirname(cache))
    chmodSync(join(cache, 'embeddings'), 0)
    const { code, json } = lewmCacheProcess([...command, '--cache', cache, '--json'], { input, home: dirname(cache), under: user.under })
    expect({ code, error: json().error.code }).toEqual({ code: 6, error: 'RESOURCE.SYSTEM' })
  })
})
