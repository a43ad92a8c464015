/** A verification that was interrupted, by Ctrl-C or killed, resumes where it stopped. The time of each verification is shown. */
import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openLedger } from '../../../src/main/core/index.ts'
import { makeManyShards } from '../../support/manyShards.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { type Json, lewmCacheProcess, startLewmCache } from '../lewmCache.ts'

const SHARDS = 1500
const AT_LEAST = 60

const ledgerIn = (home: string): string => join(home, 'data/geno-lewm-cache-inspector/ledger.sqlite')

/** Resolves as soon as the ledger has this number of shards. */
async function verified(home: string, cache: string, paths: readonly string[], count: number): Promise<void> {
  for (;;) {
    const ledger = openLedger(ledgerIn(home))
    const known = paths.slice(0, 4 * count).filter(path => ledger.lastVerification(cache, path) !== null).length
    ledger.close()
    if (known >= count) return
    await pause(5)
  }
}

describe.skipIf(process.platform === 'win32')('an interrupted verification', () => {
  const cache = makeManyShards(SHARDS)
  const paths: string[] = lewmCacheProcess(['ls', '--json', '--cache', cache])
    .json()
    .shards.map((shard: Json) => shard.shard_path)
  const args = ['verify', '--json', '--cache', cache]
  const { seconds: _, ...whole } = lewmCacheProcess(args).json()

  test.each(['SIGINT', 'SIGKILL'] as const)('resumes where %s stopped it', async signal => {
    const home = temporaryFolder()
    const child = startLewmCache(args, { home })
    child.stdout?.resume()
    const ended = new Promise(resolve => child.on('close', (code, by) => resolve({ code, by })))
    await verified(home, cache, paths, AT_LEAST)
    child.kill(signal)
    expect(await ended).toEqual(signal === 'SIGINT' ? { code: 130, by: null } : { code: null, by: 'SIGKILL' })

    const { stderr, json } = lewmCacheProcess([...args, '--resume'], { home })
    const [, count = ''] = /^lewm-cache: resumed: ([0-9,]+) shards taken over from the interrupted verification\n$/.exec(stderr) ?? []
    expect(Number(count.replace(',', ''))).toBeGreaterThanOrEqual(AT_LEAST)
    expect(Number(count.replace(',', ''))).toBeLessThan(SHARDS)
    const { seconds: __, ...report } = json()
    expect(report).toEqual(whole)
  })

  test('is reported if there is none', () => {
    const { code, stderr } = lewmCacheProcess(['verify', '--resume', '--cache', referenceCache('healthy')])
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: 'lewm-cache: no interrupted verification of these shards to resume; all were read\n'
    })
  })
})

test("ls and show give the time of a shard's verification while its file is unchanged", () => {
  const cache = referenceCache('healthy')
  const home = temporaryFolder()
  const list = (): Json[] => lewmCacheProcess(['ls', '--json', '--cache', cache], { home }).json().shards
  expect(list().every(shard => shard.verified === null)).toBe(true)
  const [{ shard_path: first }, { shard_path: second }] = list()
  const before = Date.now()
  lewmCacheProcess(['verify', first, second, '--cache', cache], { home })
  utimesSync(join(cache, second), 1, 1)
  const [one, two, three] = list()
  expect(Number(BigInt(one.verified) / 1_000_000n)).toBeGreaterThanOrEqual(before)
  expect([two.verified, three.verified]).toEqual([null, null])
  const show = (shard: string, ...more: string[]) => lewmCacheProcess(['show', shard, '--cache', cache, ...more], { home })
  expect(show(first, '--json').json().verified).toBe(one.verified)
  expect(show(first).stdout).toMatch(/\n {2}verified {4}20[0-9-]+ [0-9:]+ UTC\n/)
  expect(show(second).stdout).toContain('\n  verified    not fully verified since last change\n')
})
