/** A thread that never finishes a shard is ended, the shard is reported, and all others are read. */

import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { openLedger, verifyCache } from '../../../src/main/core/index.ts'
import type * as ReaderThreads from '../../../src/main/core/pool/shardPool.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { shardsOf } from '../cacheFiles.ts'

const started: ReaderThreads.PooledThread[] = []

vi.mock('../../../src/main/core/pool/shardPool.ts', async original => {
  const actual = await original<typeof ReaderThreads>()
  const takeThread = () => {
    const thread = new actual.PooledThread(join(import.meta.dirname, '../../support/threads/hangingThread.ts'))
    started.push(thread)
    return thread
  }
  return { ...actual, takeThread, giveBack: () => undefined }
})
afterAll(() => {
  for (const thread of started) thread.end()
})

/** A busy machine needs far less than this to start the threads. */
const BUDGET_MS = 5_000

test('over a whole verification', async () => {
  const root = referenceCache('healthy')
  const sound = shardsOf(root)
  const [first = ''] = sound
  const hanging = [0, 1].map(block => `embeddings/encoder/0/global_mean_0/chrhangs_${block}.parquet`)
  for (const path of hanging) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    copyFileSync(join(root, first), join(root, path))
  }
  const ledger = openLedger(join(temporaryFolder(), 'ledger.sqlite'))
  try {
    const before = started.length
    const { findings, checkedShards } = await verifyCache(root, { ledger, workers: 2, shardBudgetMs: BUDGET_MS })
    expect(checkedShards).toBe(sound.length + hanging.length)
    const given = findings.filter(({ kind }) => kind === 'over_limit')
    expect(given.map(({ shardPath }) => shardPath)).toEqual(hanging)
    expect(given.map(describeFinding)[0]).toContain('it took longer than 5 s')
    // Only completely read shards are recorded.
    expect(sound.filter(path => ledger.lastVerification(root, path)?.sha256 == null)).toEqual([])
    expect(hanging.filter(path => ledger.lastVerification(root, path) !== null)).toEqual([])
    const ended = started.slice(before).filter(({ alive }) => !alive)
    expect(ended).toHaveLength(hanging.length)
  } finally {
    ledger.close()
  }
}, 60_000)
