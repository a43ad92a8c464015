/** A moved cache is recognized by its shards, with all of its records. A copy is another cache. */
import { cpSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, unlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { followMove, type Ledger, verifyCache } from '../../../src/main/core/index.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { flipBit, shardsOf } from '../cacheFiles.ts'
import { newLedger } from '../ledgers.ts'

const rootsOf = (ledger: Ledger): string[] => ledger.knownCaches().map(({ root }) => root)

/** A fully verified cache at its first path. */
async function verified(which: 'healthy' | 'unusual' = 'healthy') {
  const ledger = newLedger()
  const before = referenceCache(which)
  await verifyCache(before, { ledger })
  return { ledger, before, after: join(temporaryFolder(), 'elsewhere') }
}

describe('a moved cache', () => {
  test('keeps its verifications', async () => {
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

  test('has a byte that changes afterwards compared with the earlier record, with its time', async () => {
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

  test('resumes the interrupted verification', async () => {
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

  test('is followed in both directions, and if a link is left in its place', async () => {
    const { ledger, before, after } = await verified()
    renameSync(before, after)
    symlinkSync(after, before)
    expect(await followMove(ledger, after)).toBe(before)
    unlinkSync(before)
    renameSync(after, before)
    expect(await followMove(ledger, before)).toBe(after)
  })

  test('is recognized although some shards are gone and others are new', async () => {
    const { ledger, before, after } = await verified()
    const shards = shardsOf(before)
    renameSync(before, after)
    for (const [i, path] of shards.entries()) if (i % 3 === 0) rmSync(join(after, path))
    expect(await followMove(ledger, after)).toBe(before)
  })
})

test('a copy that was restored with new times is recognized by its bytes', async () => {
  const { ledger, before, after } = await verified()
  cpSync(before, after, { recursive: true })
  rmSync(before, { recursive: true })
  for (const path of shardsOf(after)) utimesSync(join(after, path), 1, 1)
  expect(await followMove(ledger, after)).toBe(before)
})

describe('two caches alternately at the same path', () => {
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

  test('do not share records', async () => {
    const { here, a, b, verify, ofA, ofB } = await inTurn()
    renameSync(here, a)
    renameSync(b, here)
    expect(await verify()).toEqual(ofB)
    renameSync(here, b)
    renameSync(a, here)
    expect(await verify()).toEqual(ofA)
  })

  test('are each compared with their own records when they return', async () => {
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

test('a cache whose folder was emptied or recreated has lost its shards', async () => {
  const { ledger, before } = await verified()
  const shards = shardsOf(before)
  rmSync(join(before, 'embeddings'), { recursive: true })
  mkdirSync(join(before, 'embeddings'))
  await followMove(ledger, before)
  const { findings } = await verifyCache(before, { ledger })
  expect(findings.filter(({ kind }) => kind === 'missing_shard').map(({ shardPath }) => shardPath)).toEqual(shards)
})

test('records of an absent cache stay while a copy of it is used elsewhere', async () => {
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

describe('records are not taken over', () => {
  test('by a copy, because the cache is still at its path', async () => {
    const { ledger, before, after } = await verified()
    cpSync(before, after, { recursive: true, preserveTimestamps: true })
    for (const path of shardsOf(before)) {
      const { atime, mtime } = statSync(join(before, path))
      for (const root of [before, after]) utimesSync(join(root, path), atime, mtime)
    }
    await verifyCache(before, { ledger })
    expect(await followMove(ledger, after)).toBeNull()
    expect(rootsOf(ledger)).toEqual([before])
    // Only the path prevented it. Once the first is gone, the copy is what remains of it.
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

  test('by another cache, or one with records', async () => {
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
