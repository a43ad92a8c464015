/** A deliberately broken decoder is detected, column by column. A failure of the second reader says nothing about the shard. */

import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { verifyCache, writeShard } from '../../../src/main/core/index.ts'
import { LAYOUT_1 } from '../../../src/main/core/layouts/layout1.ts'
import type * as SecondThreads from '../../../src/main/core/secondReader/secondThread.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { recordOf } from '../cacheFiles.ts'

vi.mock('../../../src/main/core/secondReader/secondThread.ts', async original => {
  const actual = await original<typeof SecondThreads>()
  class FaultyThread extends actual.SecondThread {
    constructor() {
      super(join(import.meta.dirname, '../../support/threads/faultySecondThread.ts'))
    }
  }
  return { ...actual, SecondThread: FaultyThread }
})

async function cacheOf(contigs: readonly string[]): Promise<string> {
  const root = temporaryFolder()
  for (const [block, contig] of contigs.entries()) {
    const records = [0, 1, 2, 3].map(row => recordOf(10 * block + row, { chrom: contig }))
    await writeShard(root, { encoderId: 'e', contig, strideBlock: block, records })
  }
  return root
}

test('a wrong value in any of the thirteen columns is reported with its row and both values', async () => {
  const names = LAYOUT_1.columns.map(({ name }) => name)
  const root = await cacheOf([...names, 'sound'])
  const { findings, healthyShards, secondReader } = await verifyCache(root, { secondReader: true, workers: 2 })
  const found = findings.filter(({ kind }) => kind === 'readers_disagree')
  expect(found).toHaveLength(findings.length)
  expect(found.map(({ column }) => column).sort()).toEqual([...names].sort())
  expect(new Set(found.map(({ severity, row }) => `${severity} ${row}`))).toEqual(new Set(['suspect 2']))
  expect(secondReader).toEqual({ compared: 14, disagreeing: 13, notRead: [] })
  expect(healthyShards).toBe(1)
  const start = found.find(({ column }) => column === 'start_bp')
  expect(start && describeFinding(start)).toContain('start_bp of row 2 is 98305 for lewm-cache and 98304 for hyparquet')
  expect(start?.details).toEqual({ value: '98305', other_value: '98304', rows: 1 })
  const embedding = found.find(({ column }) => column === 'embedding')
  expect(embedding?.details).toMatchObject({ value: expect.stringMatching(/^0x[0-9a-f]{4} at value 0$/), rows: 1 })
})

test('without the second reader, the report does not contain it', async () => {
  const report = await verifyCache(await cacheOf(['start_bp']))
  expect(report.findings).toEqual([])
  expect(report).not.toHaveProperty('secondReader')
})

test('a thread that hangs or dies is replaced. Its shard is not compared, and stays healthy', async () => {
  const root = await cacheOf(['1', 'hangs', 'dies', '2'])
  const report = await verifyCache(root, { secondReader: true, workers: 1, shardBudgetMs: 3000 })
  expect(report.findings).toEqual([])
  expect(report.healthyShards).toBe(4)
  expect(report.secondReader?.compared).toBe(2)
  expect(report.secondReader?.notRead).toEqual([
    { shardPath: expect.stringContaining('chrdies_'), reason: 'its thread ended with code 9' },
    { shardPath: expect.stringContaining('chrhangs_'), reason: expect.stringContaining('it took longer than 3 s') }
  ])
}, 60_000)

test('a cancellation ends the threads at once', async () => {
  const root = await cacheOf(['hangs'])
  const controller = new AbortController()
  const started = performance.now()
  const verify = verifyCache(root, {
    secondReader: true,
    signal: controller.signal,
    onProgress: () => setTimeout(() => controller.abort(), 100)
  })
  await expect(verify).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(performance.now() - started).toBeLessThan(20_000)
})
