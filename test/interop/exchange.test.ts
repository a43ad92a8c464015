/** What GenoLeWM writes we read, and what we write GenoLeWM reads, to the last bit; each extends the cache of the other. */
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

/** Rows as the peer reads them from a shard that holds the records: their values rounded by numpy. */
const asStored = async (peer: Peer, records: readonly WindowRecord[]) => {
  const sent = records.map(peerRecord)
  const values = sent.map(({ embedding }) => embedding).join('')
  const halves = Buffer.from(await peer.ask(z.string(), 'to_float16', { values }), 'hex')
  let at = 0
  return sent.map((record, n) => {
    const length = records[n]?.embedding.length ?? 0
    const rounded = Float64Array.from({ length }, (_, i) => halfOf(halves.readUInt16LE((at + i) * 2)))
    at += length
    return { ...record, embedding: packedValues(rounded) }
  })
}

/** The number that 16 bits stand for, by the definition of the format. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
}

/** What a description of ours says of its rows, spelled as the peer spells it. */
const rowsOfOurs = async (cache: string, shardPath: string) => {
  const { rowList } = await describeShard(cache, shardPath, { rows: true })
  return rowList?.map(info => {
    const { embedding: _, ...rest } = peerRecord({ ...info, embedding: [] })
    return rest
  })
}

describeWith('python', 'one shard', python => {
  const peer = startPeer(python)

  test.each(shardCases())('$name: GenoLeWM writes, we read', async shard => {
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
    '$name, $encoding: we write, GenoLeWM reads',
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

  // GenoLeWM compares Python floats: a NaN is never the same as another, so such a row is outside what it can write again.
  const writtenAgain = shardCases().filter(
    shard => isSmall(shard) && !shard.records.some(({ embedding }) => Array.from(embedding).some(Number.isNaN))
  )
  test.each(writtenAgain)('$name: the same rows once more change nothing, whoever writes them', async shard => {
    for (const first of ['we', 'they']) {
      const cache = temporaryFolder()
      const theirs = { cache_dir: cache, ...peerShard(shard) }
      if (first === 'we') await writeShard(cache, shard)
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

  test('a row that we would not read we do not write', async () => {
    const cache = temporaryFolder()
    const records = [windowRecord('1', 0, { embedding: new Float64Array(65_537).map((_, i) => i % 7) })]
    const writing = writeShard(cache, { encoderId: 'e', contig: '1', strideBlock: 0, records })
    await expect(writing).rejects.toMatchObject({ code: 'INPUT.GENERIC' })
  })

  test('rows that GenoLeWM wrote with a NaN we take as the same', async () => {
    const cache = temporaryFolder()
    const shard = { encoderId: 'e', contig: '1', strideBlock: 0, records: [windowRecord('1', 0, { embedding: [Number.NaN, 1] })] }
    await peer.ask(path, 'write_shard', { cache_dir: cache, ...peerShard({ name: '', findings: [], ...shard }) })
    expect(await writeShard(cache, shard)).toMatchObject({ written: false })
  })

  test('0.1 that GenoLeWM wrote we take as the same; what rounds to another half is a conflict', async () => {
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

  test.each(['we', 'they'])('in turns, and %s begin: everybody finds every row', async begins => {
    const cache = temporaryFolder()
    const contigs = ['1', '2', 'chr3', '4*01:01', 'Ω/5', '6']
    const rows: WindowRecord[] = []
    for (const [turn, contig] of contigs.entries()) {
      const records = windowRecords(contig, 5)
      rows.push(...records)
      const shard = { name: '', findings: [], encoderId: 'lab/encoder', contig, strideBlock: turn, records }
      const ours = (turn % 2 === 0) === (begins === 'we')
      if (ours) expect(await writeShard(cache, shard)).toMatchObject({ written: true })
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

  test('a cache folder with .. behind a link is the one that the system finds, for everybody', async () => {
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
