/**
 * Threads that cannot be started, or that the operating system ends: everything is still read, and nothing is reported about unread shards.
 */

import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SystemError, verifyCache } from '../../../src/main/core/index.ts'
import type * as ReaderThreads from '../../../src/main/core/pool/shardPool.ts'
import { toRecorded } from '../../../src/shared/text/recordedFinding.ts'
import { referenceCache } from '../../support/reference.ts'
import { shardsOf } from '../cacheFiles.ts'

const THREAD = join(import.meta.dirname, '../../support/threads/failingThread.ts')
/** The number of threads that can be started. The next one fails, at once or before it is ready. */
const system = vi.hoisted(() => ({ threads: 0, refuses: 'at once' as 'at once' | 'later', remarks: [] as string[] }))

vi.mock('../../../src/main/core/pool/shardPool.ts', async original => {
  const actual = await original<typeof ReaderThreads>()
  const takeThread = () => {
    if (system.threads <= 0 && system.refuses === 'at once') throw new SystemError('a thread could not be started: EAGAIN')
    if (system.threads <= 0) process.env.LEWM_TEST_THREADS = 'unloaded'
    system.threads -= 1
    try {
      return new actual.PooledThread(THREAD)
    } finally {
      delete process.env.LEWM_TEST_THREADS
    }
  }
  return { ...actual, takeThread, giveBack: (thread: ReaderThreads.PooledThread) => thread.end() }
})
vi.mock('../../../src/main/core/base/remarks.ts', () => ({
  onRemark: () => undefined,
  remarkOnce: (subject: string, sentence: string) => system.remarks.push(`${subject}: ${sentence}`)
}))

beforeEach(() => {
  system.remarks = []
})
afterEach(() => {
  system.threads = 0
})

describe.each(['at once', 'later'] as const)('a thread that is refused %s', refuses => {
  test.each([0, 1, 3])('does not change the report: %i of four threads', async threads => {
    const root = referenceCache('damaged')
    const report = async (workers: number): Promise<unknown> => ({ ...(await verifyCache(root, { workers })), seconds: 0 })
    const alone = await report(1)
    Object.assign(system, { threads, refuses })
    expect(await report(4)).toEqual(alone)
    expect(system.remarks).toHaveLength(4 - threads)
    expect(system.remarks[0]).toMatch(/^threads: shards are read more slowly, on fewer threads: .*(EAGAIN|too many open files)/)
  })
})

test.each([
  ['ends', /its thread ended with code 3/],
  ['memory', /out of memory/]
])('a thread that the operating system ends during a shard says nothing about it: %s', async (contig, sentence) => {
  const root = referenceCache('healthy')
  const sound = shardsOf(root)
  const shard = `embeddings/encoder/0/global_mean_0/chr${contig}_0.parquet`
  mkdirSync(dirname(join(root, shard)), { recursive: true })
  copyFileSync(join(root, sound[0] ?? ''), join(root, shard))
  Object.assign(system, { threads: 4 })
  const { findings, checkedShards } = await verifyCache(root, { workers: 2 })
  expect(checkedShards).toBe(sound.length + 1)
  expect(findings.map(toRecorded).filter(({ severity }) => severity === 'unreadable' || severity === 'unsupported')).toMatchObject([
    { kind: 'unreadable', shardPath: shard, message: expect.stringMatching(sentence) }
  ])
})
