/** Limits from the command line and the environment: raised, lowered, listed in the help, refused. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { lewmCache, ndjson } from './lewmCache.ts'
import { keyOptions, recordLine, SHARD_PATH, WRITE } from './records.ts'

const LONG = 65_537
const RAISED = ['--read-limit', 'list=70000']
const record = recordLine(1, { embedding: Array.from({ length: LONG }, (_, i) => i % 7) })

/** A cache with one shard whose only embedding exceeds the default limit. */
async function longCache(): Promise<string> {
  const cache = join(temporaryFolder(), 'cache')
  const written = await lewmCache([...WRITE, ...RAISED, '--cache', cache], { input: ndjson([record]) })
  expect(written.stderr).toBe('')
  return cache
}

describe('a shard beyond a limit', () => {
  test('is not written by default', async () => {
    const { code, stderr } = await lewmCache([...WRITE, '--cache', temporaryFolder()], { input: ndjson([record]) })
    expect(code).toBe(2)
    expect(stderr).toContain('65537 values, more than the 65536 that a reader takes')
  })

  test('is read with the option or the variable, and the option takes precedence', async () => {
    const cache = await longCache()
    const verify = (args: string[], limits?: string) =>
      lewmCache(['verify', '--cache', cache, ...args], limits === undefined ? {} : { env: { LEWM_CACHE_LIMITS: limits } })
    const without = await verify([])
    expect(without.code).toBe(3)
    expect(without.stdout).toContain('the limit is list=65536; --read-limit or LEWM_CACHE_LIMITS raises it')
    expect((await verify(RAISED)).code).toBe(0)
    expect((await verify([], 'page=128MiB,list=70000')).code).toBe(0)
    expect((await verify(RAISED, 'list=7')).code).toBe(0)
    expect((await verify(['--read-limit', 'page=128MiB', '--read-limit', 'list=70000', '--workers', '2'])).code).toBe(0)
    expect((await verify(['--read-limit', 'list=7'], 'list=70000')).code).toBe(3)
  })

  test('is read by every command that opens it', async () => {
    const cache = await longCache()
    const key = keyOptions(record)
    const get = await lewmCache(['get', ...key, '--cache', cache])
    expect(get.code).toBe(4)
    expect(get.stderr).toContain('LEWM_CACHE_LIMITS raises it')
    expect((await lewmCache(['get', ...key, '--cache', cache, '--json', ...RAISED])).json().embedding).toHaveLength(LONG)
    expect((await lewmCache(['show', SHARD_PATH, '--cache', cache])).code).toBe(3)
    expect((await lewmCache(['show', SHARD_PATH, '--cache', cache, ...RAISED])).code).toBe(0)
    expect((await lewmCache(['repair', '--cache', cache, ...RAISED, '--json'])).json().quarantined).toEqual([])
    const hash = createHash('sha256').update('window 1').digest('hex')
    const rows = async (...args: string[]) => (await lewmCache(['find', hash, '--cache', cache, '--json', ...args])).json().rows
    expect(await rows()).toHaveLength(1)
    expect(await rows('--read-limit', 'page=20')).toEqual([])
    expect((await lewmCache(['ls', '--cache', cache, '--json', '--read-limit', 'footer=100'])).json().shards[0].rows).toBeNull()
    expect((await lewmCache(['reindex', '--cache', cache, '--json', '--read-limit', 'page=20'])).json()).toMatchObject({
      indexed_shards: 0,
      indexed_rows: 1,
      index_kept: true
    })
  })

  test('exceeds the time limit', async () => {
    const cache = await longCache()
    const { code, stdout } = await lewmCache(['verify', '--cache', cache, ...RAISED, '--workers', '1', '--read-limit', 'time=1ms'])
    expect(code).toBe(3)
    expect(stdout).toContain('reading was stopped: it took longer than 1 ms, its limit of time')
  })
})

describe('help', () => {
  const READING = 'write get find ls show verify merge reindex repair quarantine restore open serve'.split(' ')

  test.each(READING)('%s --help lists the limits', async command => {
    const help = (await lewmCache([command, '--help'])).stdout.replace(/\s+/g, ' ')
    expect(help).toContain('--read-limit <name=value>')
    expect(help).toContain('footer, page-header, page, page-values, texts, list, rows')
    expect(help).toContain('$LEWM_CACHE_LIMITS')
  })
})

describe('invalid values are wrong usage, and the message lists the names', () => {
  test.each([
    ['pages=1', 'the limits are footer, page-header, page, page-values'],
    ['page', 'such as 500000, 64KiB, 128MiB or 1GiB'],
    ['rows=many', 'a whole number'],
    ['rows=0', 'from 1 to 100000000']
  ])('%s', async (limit, words) => {
    const option = await lewmCache(['verify', '--read-limit', limit])
    const variable = await lewmCache(['serve'], { env: { LEWM_CACHE_LIMITS: limit } })
    for (const { code, stdout, stderr } of [option, variable]) {
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(/^lewm-cache: [^\n]*\n$/)
      expect(stderr).toContain(words)
    }
    expect(variable.stderr).toContain('LEWM_CACHE_LIMITS')
  })
})
