/** Environment variables that are empty, relative or point into a cache. The ledger is never created in a cache. */

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dataFolder, ignoredDataFolder } from '../../src/main/core/cache/dataFolder.ts'
import { defaultCacheDir } from '../../src/main/core/index.ts'
import { InputError, SystemError } from '../../src/shared/model/errors.ts'
import { filesBelow } from '../core/cacheFiles.ts'
import { describeWith } from '../support/capabilities.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { lewmCacheProcess } from './lewmCache.ts'

const NAME = 'geno-lewm-cache-inspector'
const reference = referenceCache('healthy')

describe.runIf(process.platform === 'linux')('the ledger', () => {
  /** The environment by home and cache, and the folder of the ledger relative to the home. Null for none. */
  const table: [name: string, env: (home: string, cache: string) => Record<string, string>, place: string | null][] = [
    ['XDG_DATA_HOME empty', () => ({ XDG_DATA_HOME: '' }), `.local/share/${NAME}`],
    ['XDG_DATA_HOME relative', () => ({ XDG_DATA_HOME: 'rel' }), `.local/share/${NAME}`],
    ['XDG_DATA_HOME the working directory', () => ({ XDG_DATA_HOME: '.' }), `.local/share/${NAME}`],
    ['XDG_DATA_HOME absolute', home => ({ XDG_DATA_HOME: join(home, 'share') }), `share/${NAME}`],
    ['XDG_DATA_HOME in the cache', (_, cache) => ({ XDG_DATA_HOME: cache }), `.local/share/${NAME}`],
    ['XDG_DATA_HOME among the shards', (_, cache) => ({ XDG_DATA_HOME: join(cache, 'embeddings') }), `.local/share/${NAME}`],
    [
      'every XDG variable empty',
      () => ({ XDG_DATA_HOME: '', XDG_CACHE_HOME: '', XDG_CONFIG_HOME: '', XDG_STATE_HOME: '', XDG_RUNTIME_DIR: '' }),
      `.local/share/${NAME}`
    ],
    ['LEWM_CACHE_DATA empty', home => ({ LEWM_CACHE_DATA: '', XDG_DATA_HOME: join(home, 'share') }), `share/${NAME}`],
    ['LEWM_CACHE_DATA relative', () => ({ LEWM_CACHE_DATA: 'rel', XDG_DATA_HOME: '' }), `.local/share/${NAME}`],
    ['LEWM_CACHE_DATA in the cache', (_, cache) => ({ LEWM_CACHE_DATA: join(cache, 'data'), XDG_DATA_HOME: '' }), `.local/share/${NAME}`],
    ['LEWM_CACHE_DATA absolute', home => ({ LEWM_CACHE_DATA: join(home, 'own') }), 'own'],
    ['TMPDIR relative', () => ({ TMPDIR: '.', XDG_DATA_HOME: '' }), `.local/share/${NAME}`]
  ]

  test.each(table)('%s', (_, environment, place) => {
    const home = temporaryFolder()
    const cache = join(home, 'cache')
    cpSync(reference, cache, { recursive: true, preserveTimestamps: true })
    const before = filesBelow(cache)
    const env = environment(home, cache)
    const { code, stderr } = lewmCacheProcess(['verify', '--cache', '.'], { cwd: cache, home, env })
    expect(code).toBe(3)
    expect(filesBelow(cache)).toEqual(before)
    expect(existsSync(join(cache, 'rel'))).toBe(false)
    expect(existsSync(join(home, place ?? '', 'ledger.sqlite'))).toBe(place !== null)
    const isIgnored = env.LEWM_CACHE_DATA?.endsWith('own') === false && env.LEWM_CACHE_DATA !== ''
    expect(stderr.includes('LEWM_CACHE_DATA is ignored')).toBe(isIgnored)
    // The commands that write to the cache record this in the same folder.
    for (const args of [['ls'], ['find', '1:1-1000'], ['reindex'], ['repair', '--dry-run']]) {
      lewmCacheProcess([...args, '--cache', '.'], { cwd: cache, home, env })
    }
    expect(existsSync(join(cache, 'rel'))).toBe(false)
    expect(Object.keys(filesBelow(cache))).toEqual(Object.keys(before))
    expect(existsSync(join(home, place ?? '', 'changed'))).toBe(place !== null)
  })

  test.each(['', 'rel', '.', join(reference, 'embeddings'), reference])(
    'goes to the home folder in the user database if HOME is %j',
    HOME => {
      expect(dataFolder({ HOME, XDG_DATA_HOME: '' })).toBe(join(userInfo().homedir, '.local/share', NAME))
    }
  )

  test('skips a cache that cannot be recognized as one', () => {
    const home = temporaryFolder()
    const cache = join(home, 'cache')
    mkdirSync(join(cache, 'embeddings'), { recursive: true })
    for (const variable of ['LEWM_CACHE_DATA', 'XDG_DATA_HOME']) {
      const { code } = lewmCacheProcess(['verify', '--cache', cache], {
        home,
        env: { [variable]: join(cache, 'data'), XDG_CONFIG_HOME: '' }
      })
      expect(code).toBe(0)
      expect(Object.keys(filesBelow(cache))).toEqual(['embeddings'])
    }
    expect(existsSync(join(home, '.local/share', NAME, 'ledger.sqlite'))).toBe(true)
  })

  test('skips a cycle of links', () => {
    const home = temporaryFolder()
    symlinkSync('circle', join(home, 'circle'))
    const env = { LEWM_CACHE_DATA: join(home, 'circle'), XDG_DATA_HOME: home }
    expect(dataFolder(env)).toBe(join(home, NAME))
    expect(ignoredDataFolder(env)).toMatch(/cannot use .*circle/)
  })

  test('fails if every folder is in the cache', () => {
    expect(() => dataFolder({ HOME: '', XDG_DATA_HOME: '' }, '/')).toThrow(SystemError)
  })

  test('a folder that is only named embeddings does not make a cache', () => {
    const home = temporaryFolder()
    mkdirSync(join(home, 'embeddings/words/2024'), { recursive: true })
    expect(dataFolder({ LEWM_CACHE_DATA: home })).toBe(home)
    expect(ignoredDataFolder({ LEWM_CACHE_DATA: home })).toBe(null)
  })
})

describe('GENO_LEWM_CACHE', () => {
  test('set but empty is the working directory', () => {
    for (const args of [['verify', '--quick'], ['ls'], ['find', '1:1-1000']]) {
      const [with_, without] = [{ GENO_LEWM_CACHE: '' }, { GENO_LEWM_CACHE: reference }].map(env => {
        const { code, json } = lewmCacheProcess([...args, '--json'], { cwd: reference, env })
        return { code, ...json(), seconds: 0 }
      })
      expect(with_).toEqual(without)
    }
  })

  test('a relative path is resolved from the working directory', () => {
    const { code } = lewmCacheProcess(['ls'], { cwd: join(reference, 'embeddings'), env: { GENO_LEWM_CACHE: '..' } })
    expect(code).toBe(0)
  })

  describeWith('python', 'is read like the package does', python => {
    const user = userInfo().username
    test.each(['', '.', '~', '~/', '~/a', `~${user}`, `~${user}/a`, '/data/cache', 'a/~/b', 'a//b', './a', '~no-such-user/a'])(
      '%j',
      GENO_LEWM_CACHE => {
        for (const HOME of ['/home/somewhere', '/', '/home/with-slash/']) {
          const env = { GENO_LEWM_CACHE, HOME }
          const script =
            'import os.path; from geno_lewm.encoder.cache import default_cache_dir; print(os.path.normpath(default_cache_dir()))'
          const { status, stdout } = spawnSync(python, ['-c', script], { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' })
          if (status === 0) expect(normalize(defaultCacheDir(env)).replace(/(.)\/$/, '$1')).toBe(stdout.trimEnd())
          else expect(() => defaultCacheDir(env)).toThrow(InputError)
        }
      }
    )
  })
})
