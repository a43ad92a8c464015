/** Threads change only the duration of an operation on a cache, and not the report, the index or the order. */

import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  CancelledError,
  type Finding,
  InputError,
  openLedger,
  planRepair,
  planToJson,
  reindexCache,
  verifyCache,
  writeShard
} from '../../../src/main/core/index.ts'
import { mapShards } from '../../../src/main/core/pool/mapShards.ts'
import { PooledThread, ThreadLost } from '../../../src/main/core/pool/shardPool.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { recordOf, shardsOf } from '../cacheFiles.ts'

const WORKERS = [1, 2, 8]

async function sameForAll(run: (workers: number) => Promise<unknown>): Promise<void> {
  const [alone, ...threaded] = await Promise.all(WORKERS.map(async workers => JSON.stringify(await run(workers))))
  for (const other of threaded) expect(other).toBe(alone)
}

test('several verifications in one thread, interleaved page by page, find what each finds alone', async () => {
  const roots = (['healthy', 'unusual', 'damaged'] as const).map(name => referenceCache(name))
  const report = async (root: string): Promise<unknown> => ({ ...(await verifyCache(root, { workers: 1 })), seconds: 0 })
  const alone: unknown[] = []
  for (const root of roots) alone.push(await report(root))
  expect(await Promise.all(roots.map(report))).toEqual(alone)
})

describe('one worker, two and eight give', () => {
  test('the same report of a verification, byte for byte, and findings in the same order', async () => {
    const root = referenceCache('damaged')
    await sameForAll(async workers => {
      const reported: Finding[] = []
      const { seconds: _seconds, ...report } = await verifyCache(root, { workers, onFinding: found => reported.push(found) })
      return [report, reported]
    })
  })

  test('the same plan', async () => {
    const root = referenceCache('damaged')
    await sameForAll(async workers => planToJson({ ...(await planRepair(root, { workers })), createdAt: 0n }))
  })

  test('the same index, byte for byte, and the same report of it', async () => {
    await sameForAll(async workers => {
      const root = referenceCache('damaged')
      const report = await reindexCache(root, { workers })
      return [report, indexDigest(root)]
    })
  })

  test('the same digests in the ledger', async () => {
    const root = referenceCache('damaged')
    await sameForAll(async workers => {
      const ledger = openLedger(join(temporaryFolder(), 'ledger.sqlite'))
      try {
        await verifyCache(root, { workers, ledger })
        return shardsOf(root).map(path => ledger.lastVerification(root, path)?.sha256 ?? null)
      } finally {
        ledger.close()
      }
    })
  })
})

/** Of all bytes except those that count the writes. */
function indexDigest(root: string): string {
  const bytes = readFileSync(join(root, 'embeddings/index.sqlite'))
  return createHash('sha256')
    .update(bytes.fill(0, 24, 28).fill(0, 92, 96))
    .digest('hex')
}

async function wideCache(shards: number): Promise<string> {
  const root = temporaryFolder()
  await writeShard(root, { encoderId: 'wide', contig: '1', strideBlock: 0, records: Array.from({ length: 64 }, (_, i) => recordOf(i)) })
  const [first = ''] = shardsOf(root)
  mkdirSync(join(root, 'embeddings/wide/many'), { recursive: true })
  for (let i = 0; i < shards; i++) copyFileSync(join(root, first), join(root, `embeddings/wide/many/chr1_${i}.parquet`))
  return root
}

describe('a verification ends within half a second of its cancellation', () => {
  test.each(WORKERS)('with %i workers', async workers => {
    const root = await wideCache(600)
    const controller = new AbortController()
    let cancelledAt = 0
    const work = verifyCache(root, {
      workers,
      signal: controller.signal,
      onProgress: () => {
        if (cancelledAt > 0) return
        cancelledAt = performance.now()
        controller.abort()
      }
    })
    await expect(work).rejects.toThrow(CancelledError)
    expect(performance.now() - cancelledAt).toBeLessThan(500)
  })
})

describe('a shard that exceeds the time limit', () => {
  test.each(WORKERS)('is abandoned and reported, and the others are read: %i workers', async workers => {
    const root = referenceCache('healthy')
    const shards = shardsOf(root)
    const { findings, checkedShards } = await verifyCache(root, { workers, shardBudgetMs: 0 })
    expect(checkedShards).toBe(shards.length)
    const given = findings.filter(({ kind }) => kind === 'over_limit')
    expect(given.length).toBeGreaterThan(0)
    expect(given.map(describeFinding)[0]).toContain('reading was stopped')
    expect((await verifyCache(root, { workers })).findings.filter(({ kind }) => kind === 'over_limit')).toEqual([])
  })

  test('ends its thread. The tasks queued behind it do not fail', async () => {
    const task = {
      root: referenceCache('healthy'),
      shardPath: 'embeddings/e/0/global_mean_0/chrhangs_0.parquet',
      depth: 'full',
      digest: true
    } as const
    const thread = new PooledThread(join(import.meta.dirname, '../../support/threads/hangingThread.ts'))
    const first = thread.do('inspection', task, 100)
    const second = thread.do('inspection', task, 60_000)
    await expect(first).rejects.toMatchObject({ when: 'over this task' })
    await expect(second).rejects.toMatchObject({ when: 'before this task' })
    await expect(second).rejects.toThrow(ThreadLost)
    expect(thread.alive).toBe(false)
  })
})

test('results are returned in the order of the requests, with few in progress at a time', async () => {
  const root = await wideCache(60)
  const shards = shardsOf(root)
  const tasks = shards.map(shardPath => ({ root, shardPath, depth: 'keys' as const, digest: false }))
  const seen: string[] = []
  for await (const { verdict } of mapShards(tasks, 'inspection', { workers: 2 })) {
    seen.push(verdict.shardPath)
    if (seen.length === 1) await sleep(50)
  }
  expect(seen).toEqual(shards)
})

async function all<T>(outputs: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const output of outputs) collected.push(output)
  return collected
}

test('any task is done in order, and abandoned in its own way', async () => {
  const root = await wideCache(12)
  const shards = shardsOf(root)
  const places = ['embeddings/none.parquet', ...shards].map(shardPath => ({ root, shardPath }))
  const expected = shards.map(path => ({
    sha256: createHash('sha256')
      .update(readFileSync(join(root, path)))
      .digest('hex')
  }))
  for (const workers of [1, 3]) {
    const [missing, ...digests] = await all(mapShards(places, 'digest', { workers }))
    expect(missing).toMatchObject({ sha256: null, fault: { code: 'RESOURCE.SYSTEM', details: { error: 'ENOENT' } } })
    expect(digests).toEqual(expected)
  }
  const [late] = await all(mapShards(places.slice(1, 2), 'digest', { workers: 1, budgetMs: -1 }))
  expect(late).toMatchObject({ sha256: null, fault: { message: expect.stringContaining('reading was stopped') } })
})

test.each([0, -1, 1.5, Number.NaN])('%f workers are refused', async workers => {
  await expect(verifyCache(referenceCache('healthy'), { workers })).rejects.toThrow(InputError)
})
