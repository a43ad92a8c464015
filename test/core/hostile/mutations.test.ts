/**
 * Unforeseen damage: each bit of footers, and thousands of random mutations. Each has a verdict, in bounded memory, and a shard that is
 * reported as healthy holds the original rows.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, type TaskMeta, test } from 'vitest'
import { writeShard } from '../../../src/main/core/index.ts'
import { announce, SOAK, times } from '../../faults/extent.ts'
import { referenceCache } from '../../support/reference.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { BLOCK, BLOCK_PATH, recordOf } from '../cacheFiles.ts'
import type { MutationReport } from './mutateShards.ts'

/** A different one each day. The test's name contains it, so that a failure can be reproduced with LEWM_SEED. */
const SEED = Number(process.env.LEWM_SEED ?? Math.floor(Date.now() / 86_400_000))

/** For each shard whose pages have checksums, and for each of the others: at least 2,000 in a quick run, 50,000 in a soak. */
const CHECKED = times(400, 10_000)
const OTHERS = times(40, 900)

async function mutate(count: number, what: 'footers' | 'pages', root: string, shardPaths: readonly string[]): Promise<MutationReport> {
  const program = join(import.meta.dirname, 'mutateShards.ts')
  const args = ['--max-old-space-size=256', program, String(SEED), String(count), what, root, ...shardPaths]
  const child = spawn(process.execPath, args, { timeout: SOAK ? 0 : 110_000 })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(done => child.on('close', (...how) => done(how)))
  const complaint = Buffer.concat(err).toString().slice(0, 600)
  expect({ code, signal, complaint }).toEqual({ code: 0, signal: null, complaint: '' })
  return JSON.parse(Buffer.concat(out).toString())
}

function expectSane(report: MutationReport, runs: number, meta: TaskMeta, what: string): void {
  meta.seeds = [SEED]
  announce({ [what]: report.runs, [`${what}, found healthy with the rows they had`]: report.healthy }, meta)
  expect(report.runs).toBeGreaterThanOrEqual(runs)
  expect(report.thrown).toEqual([])
  expect(report.unlike).toEqual([])
  expect(report.peakMiB).toBeLessThan(768)
}

const FOOTER = 'bits of footers flipped'
const SHARD = 'shards mutated'

const unusual = (name: string): string => `embeddings/local-kmer/3/centered_mean_8/chr${name}.parquet`

describe.concurrent(`seed ${SEED}`, () => {
  test('each bit of the footer of a shard of GenoLeWM', async ({ task }) => {
    const shardPaths = ['embeddings/local-kmer/127/attention_7/chredge_0.parquet']
    expectSane(await mutate(0, 'footers', referenceCache('healthy'), shardPaths), 10_000, task.meta, FOOTER)
  })

  test('each bit of the footer of a shard of lewm-cache', async ({ task }) => {
    const root = temporaryFolder()
    await writeShard(root, { ...BLOCK, records: [recordOf(0), recordOf(1), recordOf(2)] })
    expectSane(await mutate(0, 'footers', root, [BLOCK_PATH]), 10_000, task.meta, FOOTER)
    expectSane(await mutate(500, 'pages', root, [BLOCK_PATH]), 500, task.meta, SHARD)
  })

  test(`${CHECKED} mutations of each of three shards`, async ({ task }) => {
    const shardPaths = ['checksums_11', 'page-v2_6', 'delta_17'].map(unusual)
    expectSane(await mutate(CHECKED, 'pages', referenceCache('unusual'), shardPaths), CHECKED * shardPaths.length, task.meta, SHARD)
  })

  test(`${OTHERS} of all others`, async ({ task }) => {
    const names = [
      'brotli_5',
      'snappy_2',
      'lz4_4',
      'tiny-pages_8',
      'plain_0',
      'no-arrow-schema_13',
      'byte-stream-split_16',
      'column-order_0',
      'dictionary-overflow_15',
      'extra-column_0',
      'fixed-size-fp32_4',
      'fixed-size-list_3',
      'gzip_3',
      'large-list_1',
      'list-fp32_0',
      'list-fp64_2',
      'no-stats_12',
      'page-index_10',
      'page-v2-plain_7',
      'ragged_0',
      'row-groups_9',
      'uncompressed_1',
      'v1-format_14'
    ]
    expectSane(await mutate(OTHERS, 'pages', referenceCache('unusual'), names.map(unusual)), OTHERS * names.length, task.meta, SHARD)
  })
})
