/** One program reads while the other changes the cache. Every read returns the row or, before it exists, a miss, but never an error. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  openCacheReader,
  readEmbedding,
  readEmbeddings,
  reindexCache,
  verifyCache,
  type WindowRecord,
  writeShard
} from '../../src/main/core/index.ts'
import { describeWith } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { askAtOnce, packedValues, peerKey, peerRecord, startPeer } from './peer.ts'
import { windowRecords } from './rows.ts'

const watched = z.strictObject({ reads: z.int(), seen: z.array(z.array(z.string())) })

const SHARDS = 60
const shards = Array.from({ length: SHARDS }, (_, strideBlock) => ({
  encoderId: 'lab/encoder',
  contig: `c${strideBlock}`,
  strideBlock,
  records: windowRecords(`c${strideBlock}`, 20)
}))
const rows = shards.flatMap(({ records }) => records)
const valuesOf = ({ embedding }: WindowRecord): string => packedValues(embedding)

const forPeer = (shard: (typeof shards)[number]) => ({
  encoder_id: shard.encoderId,
  contig: shard.contig,
  stride_block: shard.strideBlock,
  records: shard.records.map(peerRecord)
})

function firstShard(): (typeof shards)[number] {
  const [first] = shards
  if (first === undefined) throw new Error('no shards')
  return first
}

/** Repeats a step until the work is done. Waits for the work even if the step fails. */
async function meanwhile(work: Promise<unknown>, step: () => Promise<unknown>): Promise<void> {
  let working = true
  const done = work.finally(() => {
    working = false
  })
  done.catch(() => {})
  try {
    while (working) {
      await step()
      await sleep(1)
    }
  } finally {
    await done
  }
}

describeWith('python', 'at the same time', python => {
  const reader = startPeer(python)
  const writer = startPeer(python)

  const writeAll = async (cache: string): Promise<void> => {
    for (const shard of shards) await writeShard(cache, shard)
  }

  /** Lets GenoLeWM read in a loop until the work is done. */
  async function readMeanwhile(cache: string, keys: readonly WindowRecord[], work: () => Promise<unknown>) {
    const flag = join(temporaryFolder(), 'continue')
    writeFileSync(flag, '')
    const reading = reader.ask(watched, 'read_while', { cache_dir: cache, keys: keys.map(peerKey), flag })
    try {
      await work()
    } finally {
      rmSync(flag)
    }
    return reading
  }

  test('GenoLeWM reads while the index is rebuilt 20 times', async () => {
    const cache = temporaryFolder()
    await writeAll(cache)
    const some = rows.filter((_, n) => n % 37 === 0)
    const { reads, seen } = await readMeanwhile(cache, some, async () => {
      for (let n = 0; n < 20; n++) expect(await reindexCache(cache)).toMatchObject({ indexedRows: rows.length, findings: [] })
    })
    expect(seen).toEqual(some.map(record => [valuesOf(record)]))
    expect(reads).toBeGreaterThanOrEqual(some.length)
  })

  test('GenoLeWM reads while an index is rebuilt that was empty, or full of other entries', async () => {
    const cache = temporaryFolder()
    await writeAll(cache)
    const [kept, lost] = [rows.slice(0, 10), rows.slice(-10)]
    const { seen } = await readMeanwhile(cache, [...kept, ...lost], async () => {
      for (let n = 0; n < 10; n++) {
        await writer.ask(z.null(), 'run_sql', {
          cache_dir: cache,
          sql: `DELETE FROM window_index WHERE shard_path LIKE '%chrc${SHARDS - 1}_%'`
        })
        await reindexCache(cache)
      }
    })
    expect(seen.slice(0, 10)).toEqual(kept.map(record => [valuesOf(record)]))
    for (const [n, each] of seen.slice(10).entries()) expect(['a miss', lost[n] && valuesOf(lost[n])]).toEqual(expect.arrayContaining(each))
  })

  test('GenoLeWM reads while shards are written', async () => {
    const cache = temporaryFolder()
    await writeShard(cache, firstShard())
    const asked = [...(shards[0]?.records ?? []), ...(shards[SHARDS - 1]?.records ?? [])]
    const { seen } = await readMeanwhile(cache, asked, () => writeAll(cache))
    for (const [n, each] of seen.entries()) {
      const value = asked[n] ? valuesOf(asked[n]) : ''
      expect(n < 20 ? [value] : ['a miss', value]).toEqual(n < 20 ? each : expect.arrayContaining(each))
    }
  })

  test('reads while GenoLeWM writes: a row is missing or correct, and a found row stays', async () => {
    const cache = temporaryFolder()
    await writeShard(cache, firstShard())
    const long = openCacheReader(cache)
    const asked = rows.filter((_, n) => n % 5 === 0)
    let before = 0
    await meanwhile(writer.ask(z.array(z.string()), 'write_shards', { cache_dir: cache, shards: shards.map(forPeer) }), async () => {
      for (const found of [await readEmbeddings(cache, asked), long.readEmbeddings(asked)]) {
        const wrong = found.filter((each, n) => each !== null && packedValues(each.embedding) !== (asked[n] && valuesOf(asked[n])))
        expect(wrong).toEqual([])
        const count = found.filter(each => each !== null).length
        expect(count).toBeGreaterThanOrEqual(before)
        before = count
      }
    })
    long.close()
    expect((await readEmbeddings(cache, rows)).map(found => found && packedValues(found.embedding))).toEqual(rows.map(valuesOf))
    expect((await verifyCache(cache)).findings).toEqual([])
  })

  test('reads while GenoLeWM creates its first index, and while it deletes and recreates it', async () => {
    const cache = temporaryFolder()
    const asked = shards.slice(0, 10).flatMap(({ records }) => records)
    const work = async (): Promise<void> => {
      await writer.ask(z.unknown(), 'write_shards', { cache_dir: cache, shards: shards.slice(0, 10).map(forPeer) })
      for (let n = 0; n < 30; n++) await writer.ask(z.unknown(), 'reindex_cache', { cache_dir: cache })
    }
    await meanwhile(work(), async () => {
      for (const record of asked) {
        const found = await readEmbedding(cache, record)
        if (found !== null) expect(packedValues(found)).toBe(valuesOf(record))
      }
    })
    expect((await readEmbeddings(cache, asked)).map(found => found && packedValues(found.embedding))).toEqual(asked.map(valuesOf))
  })

  test('both write different shards: nothing is lost or refused', async () => {
    const cache = temporaryFolder()
    const [own, theirs] = [shards.filter((_, n) => n % 2 === 0), shards.filter((_, n) => n % 2 === 1)]
    const left = own.values()
    const work = writer.ask(z.array(z.string()), 'write_shards', { cache_dir: cache, shards: theirs.map(forPeer) })
    await meanwhile(work, async () => {
      const { value } = left.next()
      if (value !== undefined) expect(await writeShard(cache, value)).toMatchObject({ written: true })
    })
    for (const shard of left) await writeShard(cache, shard)
    expect((await readEmbeddings(cache, rows)).map(found => found && packedValues(found.embedding))).toEqual(rows.map(valuesOf))
    const some = rows.filter((_, n) => n % 11 === 0)
    expect(await reader.ask(z.array(z.string()), 'read_embeddings', { cache_dir: cache, keys: some.map(peerKey) })).toEqual(
      some.map(valuesOf)
    )
    expect((await verifyCache(cache)).findings).toEqual([])
  })

  test('GenoLeWM writes while the index is rebuilt repeatedly: no row is lost from it', async () => {
    const cache = temporaryFolder()
    await writeShard(cache, firstShard())
    const work = writer.ask(z.array(z.string()), 'write_shards', { cache_dir: cache, shards: shards.map(forPeer) })
    await meanwhile(work, () => reindexCache(cache))
    expect((await readEmbeddings(cache, rows)).filter(found => found === null)).toHaveLength(0)
    expect((await verifyCache(cache)).findings).toEqual([])
  })

  test('GenoLeWM writes a shard after the last one was read for the new index and before it is published: its rows are in the index', async () => {
    const cache = temporaryFolder()
    const [one, late] = shards
    if (one === undefined || late === undefined) throw new Error('no shards')
    await writeShard(cache, one)
    let written = false
    const report = await reindexCache(cache, {
      onProgress: ({ phase, done, total }) => {
        if (written || phase !== 'index' || done < total) return
        written = true
        askAtOnce(python, 'write_shard', { cache_dir: cache, ...forPeer(late) })
      }
    })
    expect(written).toBe(true)
    expect(report).toMatchObject({ indexedShards: 2, indexedRows: one.records.length + late.records.length, findings: [] })
    const both = [...one.records, ...late.records]
    expect((await readEmbeddings(cache, both)).map(found => found && packedValues(found.embedding))).toEqual(both.map(valuesOf))
    expect((await verifyCache(cache)).findings).toEqual([])
  })
})
