/** The index is the same as that of GenoLeWM: the same rows, exactly the same schema, the same kind of file, and no files beside it. */
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { reindexCache, restoreShards, verifyCache, writeShard } from '../../src/main/core/index.ts'
import { describeWith } from '../support/capabilities.ts'
import { referenceCache, referenceRows } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { peerRecord, startPeer } from './peer.ts'
import { isSmall, shardCases, windowRecords } from './rows.ts'

const index = z.strictObject({
  rows: z.array(z.array(z.string())),
  types: z.array(z.array(z.string())),
  schema: z.array(z.array(z.string().nullable())),
  user_version: z.int(),
  journal_mode: z.string(),
  encoding: z.string(),
  integrity: z.string()
})

const filesBeside = (cache: string): string[] =>
  readdirSync(join(cache, 'embeddings')).filter(name => name.includes('index') || name.startsWith('.'))

describeWith('python', 'the index', python => {
  const peer = startPeer(python)
  const indexOf = (cache: string) => peer.ask(index, 'index', { cache_dir: cache })
  const theirReindex = (cache: string) => peer.ask(z.unknown(), 'reindex_cache', { cache_dir: cache })

  const twoCopies = (which: 'healthy' | 'unusual'): [string, string] => [referenceCache(which), referenceCache(which)]

  test.each(['healthy', 'unusual'] as const)('%s: built where there was none', async which => {
    const [own, theirs] = twoCopies(which)
    await theirReindex(theirs)
    const report = await reindexCache(own)
    expect(report.findings).toEqual([])
    expect(await indexOf(own)).toEqual(await indexOf(theirs))
    expect((await indexOf(own)).rows).toHaveLength(referenceRows(which).length)
    expect(await indexOf(own)).toMatchObject({ user_version: 0, journal_mode: 'delete', integrity: 'ok' })
    expect(filesBeside(own)).toEqual(['index.sqlite'])
  })

  test("rebuilt here over GenoLeWM's, by GenoLeWM over that, and here again", async () => {
    const [own, theirs] = twoCopies('healthy')
    await theirReindex(theirs)
    const expected = await indexOf(theirs)
    await theirReindex(own)
    await reindexCache(own)
    expect(await indexOf(own)).toEqual(expected)
    await theirReindex(own)
    expect(await indexOf(own)).toEqual(expected)
    await reindexCache(own)
    await reindexCache(own)
    expect(await indexOf(own)).toEqual(expected)
    expect(filesBeside(own)).toEqual(['index.sqlite'])
  })

  test.each<[string, string]>([
    [
      'too many entries',
      "INSERT INTO window_index SELECT 'ff' || window_hash, encoder_hash, 7, pool_type, 1, dtype, 'x', 0, 0 FROM window_index"
    ],
    ['too few entries', 'DELETE FROM window_index WHERE row_offset % 2 = 0'],
    ['entries elsewhere', "UPDATE window_index SET shard_path = 'embeddings/elsewhere.parquet', created_at = 1"],
    ['no rows', 'DELETE FROM window_index'],
    ['no table', 'DROP TABLE window_index'],
    ['another table', 'DROP TABLE window_index; CREATE TABLE window_index (a TEXT)'],
    ['an additional table', 'CREATE TABLE other (a TEXT)'],
    ['no idx_shard_path', 'DROP INDEX idx_shard_path'],
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON window_index BEGIN DELETE FROM window_index; END'],
    ['another page size', 'PRAGMA page_size = 16384; VACUUM'],
    ['the write-ahead log', 'PRAGMA journal_mode = WAL']
  ])('rebuilt over an index with %s', async (name, sql) => {
    const cache = referenceCache('healthy')
    await theirReindex(cache)
    const theirs = await indexOf(cache)
    await peer.ask(z.null(), 'run_sql', { cache_dir: cache, sql })
    await reindexCache(cache)
    expect(await indexOf(cache)).toEqual(theirs)
    // Keys that no shard holds are archived as evidence before they leave the index.
    expect(filesBeside(cache)).toEqual(name === 'too many entries' ? ['.quarantine', 'index.sqlite'] : ['index.sqlite'])
    expect((await verifyCache(cache)).findings.filter(({ severity }) => severity === 'index')).toEqual([])
  })

  test('extended shard by shard by both programs', async () => {
    const [own, theirs] = [temporaryFolder(), temporaryFolder()]
    const shards = shardCases()
      .filter(isSmall)
      .map((shard, strideBlock) => ({
        ...shard,
        contig: `${shard.contig}${strideBlock}`,
        strideBlock,
        records: shard.records.map((record, n) => ({
          ...record,
          chrom: `${shard.contig}${strideBlock}`,
          windowHash: new Uint8Array(32).fill(n).fill(strideBlock, 16)
        }))
      }))
    for (const shard of shards) {
      await writeShard(own, shard)
      await peer.ask(z.string(), 'write_shard', {
        cache_dir: theirs,
        encoder_id: shard.encoderId,
        contig: shard.contig,
        stride_block: shard.strideBlock,
        records: shard.records.map(peerRecord)
      })
      expect(await indexOf(own)).toEqual(await indexOf(theirs))
    }
    expect((await indexOf(own)).types).toEqual([['text', 'text', 'integer', 'text', 'integer', 'text', 'text', 'integer', 'integer']])
    expect(filesBeside(own)).toEqual(['index.sqlite'])
    const grown = await indexOf(own)
    await reindexCache(own)
    expect(await indexOf(own)).toEqual(grown)
    await theirReindex(own)
    expect(await indexOf(own)).toEqual(grown)
  })

  test('entries that GenoLeWM adds during a rebuild here are in the index after the next rebuild', async () => {
    const cache = temporaryFolder()
    cpSync(referenceCache('healthy'), cache, { recursive: true })
    await reindexCache(cache)
    const records = windowRecords('new', 4)
    const args = { cache_dir: cache, encoder_id: 'e', contig: 'new', stride_block: 0, records: records.map(peerRecord) }
    await peer.ask(z.string(), 'write_shard', args)
    const grown = await indexOf(cache)
    expect(grown.rows).toHaveLength(referenceRows('healthy').length + 4)
    await reindexCache(cache)
    expect(await indexOf(cache)).toEqual(grown)
    expect(await restoreShards(cache, 'all')).toEqual({ restored: [], skipped: [], indexRebuilt: false })
  })
})
