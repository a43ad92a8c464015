/** A cache that was moved is found again by its shards, with all that was recorded of it; a copy is another cache. */
import { cpSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { followMove, type Ledger, verifyCache } from '../../../src/main/core/index.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { flipBit, shardsOf } from '../cacheFiles.ts'
import { newLedger } from '../ledgers.ts'

const rootsOf = (ledger: Ledger): string[] => ledger.knownCaches().map(({ root }) => root)

/** A cache that was verified in full where it first lay. */
async function verified(which: 'healthy' | 'unusual' = 'healthy') {
  const ledger = newLedger()
  const before = referenceCache(which)
  await verifyCache(before, { ledger })
  return { ledger, before, after: join(temporaryFolder(), 'elsewhere') }
}

describe('a cache that was moved', () => {
  test('is as verified as it was', async () => {
    const { ledger, before, after } = await verified()
    const shards = shardsOf(before)
    const records = shards.map(path => ledger.lastVerification(before, path))
    renameSync(before, after)
    expect(await followMove(ledger, after)).toBe(before)
    expect(shards.map(path => ledger.lastVerification(after, path))).toEqual(records)
    expect(rootsOf(ledger)).toEqual([after])
    expect(await followMove(ledger, after)).toBeNull()
    expect((await verifyCache(after, { ledger, changed: true })).checkedShards).toBe(0)
  })

  test('has a byte that changes afterwards held against what was recorded before, with since when', async () => {
    const { ledger, before, after } = await verified()
    const [first = ''] = shardsOf(before)
    const recorded = ledger.lastVerification(before, first)
    renameSync(before, after)
    flipBit(join(after, first), 200)
    await followMove(ledger, after)
    const { findings } = await verifyCache(after, { ledger })
    expect(findings.map(({ shardPath }) => shardPath)).toContain(first)
    expect(findings.find(({ kind }) => kind === 'changed_bytes')).toMatchObject({
      shardPath: first,
      details: { recorded_sha256: recorded?.sha256, recorded_at: new Date(recorded?.digestAtMs ?? 0).toISOString() }
    })
  })

  test('goes on with the verification that was interrupted', async () => {
    const ledger = newLedger()
    const before = referenceCache('healthy')
    const after = join(temporaryFolder(), 'elsewhere')
    const stop = new AbortController()
    const onProgress = ({ done }: { readonly done: number }) => done > 0 && stop.abort()
    await expect(verifyCache(before, { ledger, signal: stop.signal, workers: 1, onProgress })).rejects.toMatchObject({ code: 'CANCELLED' })
    const [first = ''] = shardsOf(before)
    renameSync(before, after)
    expect(await followMove(ledger, after)).toBe(before)
    expect(ledger.startRun(after, '{}', true).verifiedInThisRun(first)).not.toBeNull()
  })

  test('is followed back and forth, and where a link is left in its place', async () => {
    const { ledger, before, after } = await verified()
    renameSync(before, after)
    symlinkSync(after, before)
    expect(await followMove(ledger, after)).toBe(before)
    unlinkSync(before)
    renameSync(after, before)
    expect(await followMove(ledger, before)).toBe(after)
  })

  test('is recognised though some shards are gone and others new', async () => {
    const { ledger, before, after } = await verified()
    const shards = shardsOf(before)
    renameSync(before, after)
    for (const [i, path] of shards.entries()) if (i % 3 === 0) rmSync(join(after, path))
    expect(await followMove(ledger, after)).toBe(before)
  })
})

test('a copy that was restored without its times is recognized by its bytes', async () => {
  const { ledger, before, after } = await verified()
  cpSync(before, after, { recursive: true })
  rmSync(before, { recursive: true })
  for (const path of shardsOf(after)) utimesSync(join(after, path), 1, 1)
  expect(await followMove(ledger, after)).toBe(before)
})

describe('two caches that lie at one path in turn', () => {
  async function inTurn() {
    const { ledger, before: here, after: a } = await verified()
    const b = referenceCache('unusual')
    const verify = async () => {
      await followMove(ledger, here)
      return (await verifyCache(here, { ledger })).findings.map(({ kind, shardPath }) => `${kind} ${shardPath}`)
    }
    const alone = async (root: string) => (await verifyCache(root)).findings.map(({ kind, shardPath }) => `${kind} ${shardPath}`)
    return { here, a, b, verify, ofA: await alone(here), ofB: await alone(b) }
  }

  test('do not know of each other', async () => {
    const { here, a, b, verify, ofA, ofB } = await inTurn()
    renameSync(here, a)
    renameSync(b, here)
    expect(await verify()).toEqual(ofB)
    renameSync(here, b)
    renameSync(a, here)
    expect(await verify()).toEqual(ofA)
  })

  test('each have what was recorded of them held against what is there when they are back', async () => {
    const { here, a, b, verify } = await inTurn()
    renameSync(here, a)
    renameSync(b, here)
    await verify()
    renameSync(here, b)
    const [first = '', second = ''] = shardsOf(a)
    flipBit(join(a, first), 200)
    rmSync(join(a, second))
    renameSync(a, here)
    const found = await verify()
    expect(found).toContain(`changed_bytes ${first}`)
    expect(found).toContain(`missing_shard ${second}`)
  })
})

test('a cache whose folder was emptied or made anew has lost its shards', async () => {
  const { ledger, before } = await verified()
  const shards = shardsOf(before)
  rmSync(join(before, 'embeddings'), { recursive: true })
  mkdirSync(join(before, 'embeddings'))
  await followMove(ledger, before)
  const { findings } = await verifyCache(before, { ledger })
  expect(findings.filter(({ kind }) => kind === 'missing_shard').map(({ shardPath }) => shardPath)).toEqual(shards)
})

test('records of a cache that is away stay, while a copy of it is used elsewhere', async () => {
  const { ledger, before, after } = await verified()
  const away = join(temporaryFolder(), 'away')
  cpSync(before, after, { recursive: true, preserveTimestamps: true })
  renameSync(before, away)
  for (const path of shardsOf(after)) utimesSync(join(after, path), 1, 1)
  expect(await followMove(ledger, after)).toBe(before)
  renameSync(away, before)
  const [first = ''] = shardsOf(before)
  expect(await followMove(ledger, before)).toBeNull()
  for (const root of [before, after]) expect(ledger.lastVerification(root, first)?.sha256).toMatch(/^[0-9a-f]{64}$/)
})

describe('nothing is taken over', () => {
  test('by a copy: the cache still lies where it lay', async () => {
    const { ledger, before, after } = await verified()
    cpSync(before, after, { recursive: true, preserveTimestamps: true })
    for (const path of shardsOf(before)) {
      const { atime, mtime } = statSync(join(before, path))
      for (const root of [before, after]) utimesSync(join(root, path), atime, mtime)
    }
    await verifyCache(before, { ledger })
    expect(await followMove(ledger, after)).toBeNull()
    expect(rootsOf(ledger)).toEqual([before])
    // It is the place alone that kept it: once the first is gone, the copy is what is left of it.
    rmSync(before, { recursive: true })
    expect(await followMove(ledger, after)).toBe(before)
  })

  test('by a cache with shards of the same names, sizes and times but other bytes', async () => {
    const { ledger, before, after } = await verified()
    cpSync(before, after, { recursive: true })
    const stamps = shardsOf(before).map(path => statSync(join(before, path)))
    rmSync(before, { recursive: true })
    for (const [i, path] of shardsOf(after).entries()) {
      flipBit(join(after, path), 200)
      utimesSync(join(after, path), stamps[i]?.atime ?? 0, 1)
    }
    expect(await followMove(ledger, after)).toBeNull()
  })

  test('by another cache, or one of which something is known', async () => {
    const { ledger, before, after } = await verified()
    renameSync(before, after)
    expect(await followMove(ledger, referenceCache('unusual'))).toBeNull()
    const [first = ''] = shardsOf(after)
    await verifyCache(after, { ledger, shards: [first] })
    expect(await followMove(ledger, after)).toBeNull()
    expect(rootsOf(ledger)).toEqual([after, before])
  })
})

test.each([0, 1, 2, 19, 20, 21, 92])('of %i shards a sample is spread evenly, at most twenty', count => {
  const ledger = newLedger()
  const run = ledger.startRun('/cache', '{}', false)
  const paths = Array.from({ length: count }, (_, i) => `embeddings/${String(i).padStart(3, '0')}.parquet`)
  for (const shardPath of paths) run.record({ shardPath, bytes: 1, mtimeNs: 2n, findings: [], pageChecksums: false }, null)
  const sample = ledger.sampleOf(ledger.knownCaches()[0]?.id ?? '', 20).map(({ shardPath }) => paths.indexOf(shardPath))
  expect(sample).toHaveLength(Math.min(count, 20))
  const gaps = sample.slice(1).map((at, i) => at - (sample[i] ?? 0))
  expect(Math.max(1, ...gaps)).toBeLessThanOrEqual(Math.ceil(count / 20) || 1)
})
