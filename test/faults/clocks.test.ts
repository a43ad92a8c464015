/** Clocks that stop, go back a day or run ten years ahead: the same verdicts, the same plan, nothing overwritten, the same order. */
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { listQuarantine, quarantineShards, reindexCache, repairCache, restoreShards } from '../../src/main/core/index.ts'
import { type Json, lewmCacheProcess } from '../cli/lewmCache.ts'
import { filesBelow, shardsOf } from '../core/cacheFiles.ts'
import { referenceCache } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { announce, SOAK } from './extent.ts'

const DAY = 86_400_000
const CLOCKS: readonly (readonly [string, number])[] = [
  ['a day back', -DAY],
  ['ten years ahead', 3652 * DAY]
]

/** Node with another time of day, for every way in which a program reads it. */
function clock(shift: number): Record<string, string> {
  const program = `const now = Date.now; const shifted = () => now() + (${shift}); Date.now = shifted
    globalThis.Date = class extends Date { constructor(...of) { if (of.length > 0) super(...of); else super(shifted()) } }`
  return { NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(program)}"` }
}

/** A document without values that depend on the current time. */
function timeless(value: Json): Json {
  const text = JSON.stringify(value, (name, each) =>
    ['seconds', 'created_at', 'last_verified', 'recorded_at', 'verified'].includes(name) ? null : each
  )
  return JSON.parse(text.replaceAll(/recorded on [^;]*/g, 'recorded on a day'))
}

describe.each(CLOCKS)('a clock %s', (_name, shift) => {
  const run = (home: string, env: Record<string, string>, ...args: string[]) =>
    lewmCacheProcess([...args, '--json', '--quiet'], { home, env })

  test('the shifted program sees only that time', () => {
    const home = temporaryFolder()
    const cache = referenceCache('healthy')
    run(home, clock(shift), 'quarantine', shardsOf(cache)[0] ?? '', '--reason', 'a test', '--cache', cache)
    const [entry] = run(home, {}, 'quarantined', '--cache', cache).json().quarantined
    expect(Math.abs(Number(BigInt(entry.at) / 1_000_000n) - Date.now() - shift)).toBeLessThan(60_000)
  })

  test.each(SOAK ? (['damaged', 'unusual', 'healthy'] as const) : (['damaged'] as const))(
    'gives the same verdicts and plan for the %s cache as today',
    which => {
      const cache = referenceCache(which)
      const [home, other] = [temporaryFolder(), temporaryFolder()]
      const before = filesBelow(cache)
      for (const args of [
        ['verify', '--cache', cache],
        ['verify', '--changed', '--cache', cache],
        ['verify', '--older-than', '36500d', '--cache', cache],
        ['repair', '--dry-run', '--cache', cache],
        ['ls', '--cache', cache]
      ]) {
        const [today, then] = [run(home, {}, ...args), run(other, clock(shift), ...args)]
        announce({ 'commands with another clock': 1 })
        expect({ args, code: then.code, document: timeless(then.json()) }).toEqual({
          args,
          code: today.code,
          document: timeless(today.json())
        })
      }
      // Digests recorded with one clock are compared with the bytes with the other.
      const [shard = ''] = shardsOf(referenceCache('healthy'))
      const healthy = referenceCache('healthy')
      run(home, clock(shift), 'verify', '--cache', healthy)
      const bytes = readFileSync(join(healthy, shard))
      writeFileSync(join(healthy, shard), bytes.fill(bytes[200] === 7 ? 8 : 7, 200, 201))
      const kinds = run(home, {}, 'verify', '--cache', healthy)
        .json()
        .findings.map((found: Json) => found.kind)
      expect(kinds).toContain('changed_bytes')
      expect(filesBelow(cache)).toEqual(before)
    }
  )
})

test.each([
  ['in 1969', -1],
  ['in 1901', -2_147_483_648],
  ['in 2036', 2_082_758_400],
  ['in 2400', 13_569_465_600]
])('shards from %s are read, planned and moved like all others', async (_when, seconds) => {
  const cache = referenceCache('damaged')
  const plain = await repairCache(referenceCache('damaged'))
  for (const shard of shardsOf(cache)) utimesSync(join(cache, shard), seconds, seconds)
  const listing = lewmCacheProcess(['ls', '--cache', cache])
  expect([listing.code, listing.stdout.split('\n').length]).toEqual([0, shardsOf(cache).length + 2])
  const file = join(temporaryFolder(), 'plan.json')
  expect(lewmCacheProcess(['repair', '--dry-run', '--save-plan', file, '--cache', cache]).code).toBe(4)
  const { code, json } = lewmCacheProcess(['repair', '--plan', file, '--json'])
  expect([code, json().quarantined.map((moved: Json) => moved.shard_path)]).toEqual([
    4,
    plain.quarantined.map(({ shardPath }) => shardPath)
  ])
})

describe('in quarantine', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  test.each([
    ['stops', [5n, 5n, 5n, 5n]],
    ['goes back', [9n, 7n, 5n, 3n]]
  ])('while the clock %s, each keeps its bytes, and the last one moved is the first to be restored', async (_name, times) => {
    const root = referenceCache('healthy')
    const [shard = ''] = shardsOf(root)
    const contents = ['first', 'second', 'third', 'fourth']
    for (const [i, text] of contents.entries()) {
      writeFileSync(join(root, shard), text)
      vi.spyOn(Date, 'now').mockReturnValue(Number(times[i]))
      vi.spyOn(process.hrtime, 'bigint').mockReturnValue(0n)
      await quarantineShards(root, [shard], text)
    }
    const entries = await listQuarantine(root)
    expect(entries.map(({ path, reasons }) => [readFileSync(join(root, path), 'utf8'), ...reasons]).sort()).toEqual(
      contents.map(text => [text, text]).sort()
    )
    for (const text of contents.toReversed()) {
      await restoreShards(root, 'all')
      expect(readFileSync(join(root, shard), 'utf8')).toBe(text)
      expect((await listQuarantine(root)).length).toBe(contents.indexOf(text))
      rmSync(join(root, shard))
    }
  })

  test('an index that is quarantined twice at the same time is kept twice', async () => {
    const root = referenceCache('healthy')
    vi.spyOn(Date, 'now').mockReturnValue(5)
    vi.spyOn(process.hrtime, 'bigint').mockReturnValue(0n)
    for (const text of ['no database', 'nor this']) {
      writeFileSync(join(root, 'embeddings/index.sqlite'), text)
      await reindexCache(root)
    }
    const kept = Object.keys(filesBelow(root)).filter(path => path.includes('index.sqlite.'))
    expect(kept.map(path => readFileSync(join(root, path), 'utf8')).sort()).toEqual(['no database', 'nor this'])
  })
})
