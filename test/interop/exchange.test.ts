/** Each program reads what the other wrote, to the last bit, and extends the other's cache. */
import { mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  describeShard,
  readEmbedding,
  readEmbeddings,
  reindexCache,
  shardPathFor,
  verifyCache,
  writeShard
} from '../../src/main/core/index.ts'
import type { WindowRecord } from '../../src/shared/model/index.ts'
import { describeWith } from '../support/capabilities.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { type Peer, packedValues, peerKey, peerRecord, startPeer } from './peer.ts'
import { isSmall, type ShardCase, shardCases, windowRecord, windowRecords } from './rows.ts'

const path = z.string()
const texts = z.array(z.string().nullable())
const counts = z.tuple([z.int(), z.int()])
const row = z.record(z.string(), z.union([z.string(), z.int(), z.boolean()]))

const pathOf = (shard: ShardCase, cache: string): string => {
  const [first] = shard.records
  if (first === undefined) throw new Error('a case without rows')
  return shardPathFor(cache, { ...shard, ...first })
}

const peerShard = ({ encoderId, contig, strideBlock, records }: ShardCase) => ({
  encoder_id: encoderId,
  contig,
  stride_block: strideBlock,
  records: records.map(peerRecord)
})

/** Rows that the peer reads from a shard of the records, with values rounded by numpy. */
const asStored = async (peer: Peer, records: readonly WindowRecord[]) => {
  const sent = records.map(peerRecord)
  const values = sent.map(({ embedding }) => embedding).join('')
  const float16s = Buffer.from(await peer.ask(z.string(), 'to_float16', { values }), 'hex')
  let at = 0
  return sent.map((record, n) => {
    const length = records[n]?.embedding.length ?? 0
    const rounded = Float64Array.from({ length }, (_, i) => halfOf(float16s.readUInt16LE((at + i) * 2)))
    at += length
    return { ...record, embedding: packedValues(rounded) }
  })
}

/** The number with these 16 bits, by the definition of the format. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

/** The rows of a description, in the peer's form. */
const rowsOfOurs = async (cache: string, shardPath: string) => {
  const { rowList } = await describeShard(cache, shardPath, { rows: true })
  return rowList?.map(info => {
    const { embedding: _, ...rest } = peerRecord({ ...info, embedding: [] })
    return rest
  })
}

describeWith('python', 'one shard', python => {
  const peer = startPeer(python)

  test.each(shardCases())('$name: written by GenoLeWM, read here', async shard => {
    const cache = temporaryFolder()
    const shardPath = await peer.ask(path, 'write_shard', { cache_dir: cache, ...peerShard(shard) })
    expect(join(cache, shardPath)).toBe(pathOf(shard, cache))
    const wanted = await asStored(peer, shard.records)

    const read = await readEmbeddings(cache, shard.records)
    expect(read.map(found => found?.place)).toEqual(shard.records.map((_, rowOffset) => ({ shardPath, rowOffset })))
    expect(read.map(found => found && packedValues(found.embedding))).toEqual(wanted.map(({ embedding }) => embedding))
    for (const n of isSmall(shard) ? shard.records.keys() : [0, shard.records.length - 1]) {
      const record = shard.records[n]
      const one = record && (await readEmbedding(cache, record))
      expect(one && packedValues(one)).toBe(wanted[n]?.embedding)
    }
    expect(await rowsOfOurs(cache, shardPath)).toEqual(wanted.map(({ embedding: _, ...rest }) => rest))

    const report = await verifyCache(cache)
    expect([...new Set(report.findings.map(({ kind }) => kind))]).toEqual(shard.findings)
    expect([report.checkedShards, report.checkedRows]).toEqual([1, shard.records.length])
    expect(await reindexCache(cache)).toMatchObject({ indexedShards: 1, indexedRows: shard.records.length, findings: [] })
    expect(await readEmbeddings(cache, shard.records)).toEqual(read)
  })

  test.each(shardCases().flatMap(shard => (['plain', 'byte_stream_split'] as const).map(encoding => ({ ...shard, encoding }))))(
    '$name, $encoding: written here, read by GenoLeWM',
    async ({ encoding, ...shard }) => {
      const cache = temporaryFolder()
      const written = await writeShard(cache, { ...shard, encoding })
      const wanted = await asStored(peer, shard.records)
      const overflowed = shard.records.flatMap(({ embedding }, n) => {
        const infinite = Buffer.from(wanted[n]?.embedding ?? '', 'hex')
        return Array.from(embedding).filter((value, i) => Number.isFinite(value) && !Number.isFinite(infinite.readDoubleLE(i * 8)))
      }).length
      expect(written).toEqual({ shardPath: pathOf(shard, '.'), rows: shard.records.length, written: true, overflowed })

      const file = join(cache, written.shardPath)
      expect(await peer.ask(z.array(row), 'read_rows', { path: file })).toEqual(wanted)
      const asked = isSmall(shard) ? shard.records : shard.records.filter((_, n) => n === 0 || n === shard.records.length - 1)
      const values = asked.map(record => wanted[shard.records.indexOf(record)]?.embedding)
      const question = { cache_dir: cache, keys: asked.map(peerKey) }
      expect(await peer.ask(texts, 'read_embeddings', question)).toEqual(values)
      expect(await peer.ask(counts, 'reindex_cache', { cache_dir: cache })).toEqual([1, shard.records.length])
      expect(await peer.ask(texts, 'read_embeddings', question)).toEqual(values)
      expect((await verifyCache(cache)).byKind).toEqual(Object.fromEntries(shard.findings.map(kind => [kind, expect.any(Number)])))
    }
  )

  // GenoLeWM compares Python floats. A NaN never equals another, so it cannot write such a row again.
  const writtenAgain = shardCases().filter(
    shard => isSmall(shard) && !shard.records.some(({ embedding }) => Array.from(embedding).some(Number.isNaN))
  )
  test.each(writtenAgain)('$name: the same rows again change nothing, from either program', async shard => {
    for (const first of ['lewm-cache', 'GenoLeWM']) {
      const cache = temporaryFolder()
      const theirs = { cache_dir: cache, ...peerShard(shard) }
      if (first === 'lewm-cache') await writeShard(cache, shard)
      else await peer.ask(path, 'write_shard', theirs)
      const file = pathOf(shard, cache)
      const before = { bytes: readFileSync(file), time: statSync(file, { bigint: true }).mtimeNs }
      const again = { ...theirs, records: await asStored(peer, shard.records) }
      expect(join(cache, await peer.ask(path, 'write_shard', again))).toBe(file)
      expect(await writeShard(cache, shard)).toMatchObject({ written: false, rows: shard.records.length })
      expect(await writeShard(cache, { ...shard, records: shard.records.slice(-1) })).toMatchObject({ written: false })
      expect({ bytes: readFileSync(file), time: statSync(file, { bigint: true }).mtimeNs }).toEqual(before)
      expect((await verifyCache(cache)).findings.filter(({ severity }) => severity === 'index')).toEqual([])
    }
  })

  test('a row that could not be read is not written', async () => {
    const cache = temporaryFolder()
    const records = [windowRecord('1', 0, { embedding: new Float64Array(65_537).map((_, i) => i % 7) })]
    const writing = writeShard(cache, { encoderId: 'e', contig: '1', strideBlock: 0, records })
    await expect(writing).rejects.toMatchObject({ code: 'INPUT.GENERIC' })
  })

  test('rows with a NaN that GenoLeWM wrote count as equal', async () => {
    const cache = temporaryFolder()
    const shard = { encoderId: 'e', contig: '1', strideBlock: 0, records: [windowRecord('1', 0, { embedding: [Number.NaN, 1] })] }
    await peer.ask(path, 'write_shard', { cache_dir: cache, ...peerShard({ name: '', findings: [], ...shard }) })
    expect(await writeShard(cache, shard)).toMatchObject({ written: false })
  })

  test('0.1 written by GenoLeWM counts as equal, but a value that rounds to another float16 is a conflict', async () => {
    const cache = temporaryFolder()
    const shard = { encoderId: 'e', contig: '1', strideBlock: 0, records: [windowRecord('1', 0, { embedding: [0.1] })] }
    await peer.ask(path, 'write_shard', { cache_dir: cache, ...peerShard({ name: '', findings: [], ...shard }) })
    expect(await writeShard(cache, shard)).toMatchObject({ written: false })
    const conflict = writeShard(cache, { ...shard, records: [windowRecord('1', 0, { embedding: [0.1001] })] })
    await expect(conflict).rejects.toMatchObject({ code: 'RESOURCE.CACHE_CORRUPT' })
  })
})

describeWith('python', 'one cache, two writers', python => {
  const peer = startPeer(python)

  test.each(['lewm-cache', 'GenoLeWM'])('in turns, %s first: both find every row', async begins => {
    const cache = temporaryFolder()
    const contigs = ['1', '2', 'chr3', '4*01:01', 'Ω/5', '6']
    const rows: WindowRecord[] = []
    for (const [turn, contig] of contigs.entries()) {
      const records = windowRecords(contig, 5)
      rows.push(...records)
      const shard = { name: '', findings: [], encoderId: 'lab/encoder', contig, strideBlock: turn, records }
      const own = (turn % 2 === 0) === (begins === 'lewm-cache')
      if (own) expect(await writeShard(cache, shard)).toMatchObject({ written: true })
      else await peer.ask(path, 'write_shard', { cache_dir: cache, ...peerShard(shard) })

      const values = rows.map(({ embedding }) => packedValues(embedding))
      expect(await peer.ask(texts, 'read_embeddings', { cache_dir: cache, keys: rows.map(peerKey) })).toEqual(values)
      expect((await readEmbeddings(cache, rows)).map(found => found && packedValues(found.embedding))).toEqual(values)
      expect((await verifyCache(cache)).findings).toEqual([])
    }
    expect(await peer.ask(counts, 'reindex_cache', { cache_dir: cache })).toEqual([6, 30])
    expect((await verifyCache(cache)).findings).toEqual([])
    expect(await reindexCache(cache)).toMatchObject({ indexedShards: 6, indexedRows: 30, findings: [] })
  })

  test('a cache folder with .. after a link is resolved as by the operating system, in both programs', async () => {
    const place = temporaryFolder()
    mkdirSync(join(place, 'disk/data'), { recursive: true })
    mkdirSync(join(place, 'home'))
    symlinkSync('../disk/data', join(place, 'home/link'))
    const cache = `${place}/home/link/../cache`
    const records = windowRecords('1', 2)
    const shard = { name: '', findings: [], encoderId: 'e', contig: '1', strideBlock: 0, records }
    await peer.ask(path, 'write_shard', { cache_dir: cache, ...peerShard(shard) })
    expect(await reindexCache(cache)).toMatchObject({ indexedRows: 2 })
    expect(await readEmbeddings(cache, records)).not.toContain(null)
    expect(await writeShard(cache, shard)).toMatchObject({ written: false })
  })
})
