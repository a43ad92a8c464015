/**
 * Two windows, a terminal and GenoLeWM use one cache for an hour, while shards are damaged from time to time. All results are expected
 * ones, memory stays constant, and every acknowledged row is readable or in quarantine.
 */
import { closeSync, existsSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { listQuarantine, readEmbeddings, repairCache, restoreShards, verifyCache, type WindowRecord } from '../../src/main/core/index.ts'
import { BLOCK, recordOf } from '../core/cacheFiles.ts'
import { announce, random, SOAK, SOAK_MINUTES } from '../faults/extent.ts'
import { PeerError, packedValues, peerRecord, startPeer } from '../interop/peer.ts'
import { describeWith } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { Diary, useTerminal, useWindow } from './actors.ts'
import { type Served, startServed } from './served.ts'

const SECONDS = SOAK ? SOAK_MINUTES * 60 : 12
/** From then on GenoLeWM writes the same shards again, because memory can only be constant if the cache has stopped growing. */
const SHARDS = 200
const ROWS = 4
/** One in this number of shards may be damaged. */
const FRAGILE = 4
/** Long enough for meaningful medians of two quarters. */
const MEMORY_MINUTES = 5

type Chance = ReturnType<typeof random>

const pathOf = (block: number): string => `embeddings/lab__encoder/5/centered_mean_8/chr1_${block}.parquet`
const isFragile = (block: number): boolean => block % FRAGILE === 0
/** Values that float16 represents exactly, and that no other row has. */
const recordsOf = (block: number): WindowRecord[] =>
  Array.from({ length: ROWS }, (_, i) =>
    recordOf(block * ROWS + i, { embedding: Array.from({ length: 16 }, (_, at) => [block, i][at] ?? at / 32) })
  )

/** Truncates a shard, overwrites it with zeros, flips a bit, or appends to it, like a bad disk or a bad copy. */
function damage(path: string, chance: Chance): void {
  const { size } = statSync(path)
  const at = chance.below(size)
  const fd = openSync(path, 'r+')
  try {
    const kind = chance.below(4)
    if (kind === 0) ftruncateSync(fd, at)
    else if (kind === 1) writeSync(fd, new Uint8Array(Math.min(200, size - at)), 0, undefined, at)
    else if (kind === 2) writeSync(fd, Uint8Array.of(chance.below(256)), 0, 1, at)
    else writeSync(fd, Buffer.from('rubbish'), 0, undefined, size)
  } finally {
    closeSync(fd)
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** Medians of the second and of the last quarter, in MiB. */
function quarters(samples: readonly number[]): { readonly second: number; readonly last: number } {
  const quarter = Math.floor(samples.length / 4)
  return { second: median(samples.slice(quarter, 2 * quarter)) / 2 ** 20, last: median(samples.slice(-quarter)) / 2 ** 20 }
}

describeWith('python', 'together', python => {
  const peer = startPeer(python)
  const root = join(temporaryFolder(), 'cache')
  const acknowledged = new Set<number>()

  const theyWrite = async (block: number): Promise<boolean> => {
    const options = { cache_dir: root, encoder_id: BLOCK.encoderId, contig: BLOCK.contig, stride_block: block }
    try {
      await peer.ask(z.string(), 'write_shard', { ...options, records: recordsOf(block).map(peerRecord) })
      acknowledged.add(block)
      return true
    } catch (error) {
      if (error instanceof PeerError) return false
      throw error
    }
  }

  /** GenoLeWM writes shard after shard, then again those in quarantine, and some that are not. */
  async function keepWriting(chance: Chance, diary: Diary, stopped: () => boolean): Promise<void> {
    for (let next = 0; !stopped(); next++) {
      const block = next < SHARDS ? next : chance.below(SHARDS)
      diary.count((await theyWrite(block)) ? 'shards that GenoLeWM wrote or found written' : 'shards that GenoLeWM was refused')
      await sleep(next < SHARDS ? 50 : 500)
    }
  }

  async function keepDamaging(chance: Chance, diary: Diary, stopped: () => boolean): Promise<void> {
    while (!stopped()) {
      const block = chance.of([...acknowledged].filter(isFragile))
      try {
        damage(join(root, pathOf(block)), chance)
        diary.count('shards damaged')
      } catch {
        diary.count('shards that were not present to be damaged')
      }
      await sleep(1000 + chance.below(3000))
    }
  }

  async function keepMeasuring(served: readonly Served[], stopped: () => boolean): Promise<number[][]> {
    const samples = served.map((): number[] => [])
    while (!stopped()) {
      for (const [i, { residentBytes }] of served.entries()) samples[i]?.push(residentBytes())
      await sleep(1000)
    }
    return samples
  }

  test(`for ${SECONDS} seconds`, { timeout: (SECONDS + 600) * 1000 }, async () => {
    const chance = random()
    const diary = new Diary()
    const home = temporaryFolder()
    for (let block = 0; block < 8; block++) expect(await theyWrite(block)).toBe(true)
    const served = [await startServed(home), await startServed(temporaryFolder())]
    const end = performance.now() + SECONDS * 1000
    const stopped = (): boolean => performance.now() > end || diary.faults.length > 20
    const somePath = (): string => pathOf(chance.of([...acknowledged]))
    const [samples] = await Promise.all([
      keepMeasuring(served, stopped),
      keepWriting(chance, diary, stopped),
      keepDamaging(chance, diary, stopped),
      useTerminal({ root, home, somePath }, chance, diary, stopped),
      ...served.map(each => useWindow(each, root, chance, diary, stopped))
    ])
    announce(Object.fromEntries([...diary.counts].map(([what, count]) => [`together: ${what}`, count])))
    announce({ 'together: seconds': SECONDS })
    // Softly, so that the check for losses always runs.
    expect.soft({ seed: chance.seed, faults: diary.faults }).toEqual({ seed: chance.seed, faults: [] })
    expect(served.map(each => each.exitCode())).toEqual([null, null])
    for (const { end: stop } of served) expect(await stop()).toBe(0)

    for (const [i, { second, last }] of samples.map(quarters).entries()) {
      announce({ [`together: MiB of window ${i + 1}, median of the second quarter`]: Math.round(second) })
      announce({ [`together: MiB of window ${i + 1}, median of the last quarter`]: Math.round(last) })
      if (SECONDS >= MEMORY_MINUTES * 60) expect.soft(last).toBeLessThan(second * 1.15 + 16)
    }
    await expectNothingLost()
  })

  /** Damaged shards are in quarantine. All others return to their paths and hold the acknowledged rows. */
  async function expectNothingLost(): Promise<void> {
    await repairCache(root)
    const aside = new Set((await listQuarantine(root)).map(({ shardPath }) => shardPath))
    const gone = [...acknowledged].map(pathOf).filter(path => !existsSync(join(root, path)) && !aside.has(path))
    expect(gone).toEqual([])
    await restoreShards(root, 'all')
    await repairCache(root)
    const sound = [...acknowledged].filter(block => !isFragile(block)).flatMap(recordsOf)
    const found = await readEmbeddings(root, sound)
    const wrong = sound.filter((record, i) => packedValues(found[i]?.embedding ?? []) !== packedValues(record.embedding))
    expect(wrong.map(({ startBp }) => startBp)).toEqual([])
    announce({ 'together: rows acknowledged': acknowledged.size * ROWS, 'together: rows read back exactly': sound.length })
    const { findings } = await verifyCache(root)
    expect(findings.filter(({ severity }) => severity === 'index' || severity === 'corrupt')).toEqual([])
  }
})
