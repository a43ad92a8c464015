/** The search box: contigs by their bare names and by other names, and shards with a wrong name. */
import { mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { writeShard } from '../../../src/main/core/index.ts'
import { recordOf } from '../../core/records.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { openTestService, openWhole } from '../testService.ts'

const FOLDER = 'embeddings/e/5/centered_mean_8'

async function cacheOf(shards: Readonly<Record<string, string>>): Promise<string> {
  const root = temporaryFolder()
  for (const [i, [called, contig]] of Object.entries(shards).entries()) {
    const { shardPath } = await writeShard(join(root, 'made'), {
      encoderId: 'e',
      contig,
      strideBlock: 0,
      records: [recordOf(2 * i, { chrom: contig }), recordOf(2 * i + 1, { chrom: contig })]
    })
    mkdirSync(dirname(join(root, called)), { recursive: true })
    renameSync(join(root, 'made', shardPath), join(root, called))
  }
  return root
}

test('a misnamed shard is found, also after a restart of the service', async () => {
  const root = await cacheOf({ [`${FOLDER}/chr20_0.parquet`]: '20', [`${FOLDER}/chr21_0.parquet`]: '22', 'embeddings/notes.parquet': 'X' })
  const first = openTestService()
  for (const service of [first, null]) {
    const { client } = service ?? openTestService(first.dataFolder)
    const { cacheId } = await openWhole(client, root)
    for (const [query, contig] of [
      ['22', '22'],
      ['chr22:1-1,000,000', '22'],
      ['X\t0\t1000000\tname\t0\t+', 'X']
    ] as const) {
      expect(await client.lookup.understand({ cacheId, query })).toMatchObject({ kind: 'locus', rows: 2 })
      const { rows } = await client.lookup.find({ cacheId, query, limit: 10 })
      expect(rows.map(({ chrom }) => chrom)).toEqual([contig, contig])
    }
    expect(await client.lookup.understand({ cacheId, query: '7:1-100' })).toEqual({
      kind: 'locus',
      sentence: '7:1–100 → no shard of this contig',
      rows: 0
    })
    await service?.service.close()
  }
})

test('a bare name is a contig if the cache has it, else part of a path', async () => {
  const root = await cacheOf({ [`${FOLDER}/chrscaffold_7_0.parquet`]: 'scaffold_7', [`${FOLDER}/chrMT_0.parquet`]: 'MT' })
  const { client } = openTestService()
  const { cacheId } = await openWhole(client, root)
  const understand = (query: string) => client.lookup.understand({ cacheId, query })
  expect(await understand('Scaffold_7')).toMatchObject({ kind: 'locus', sentence: 'Scaffold_7 → 2 windows of 1 configuration' })
  for (const query of ['M', 'chrM', 'mt', 'chrM:1-1,000,000']) expect(await understand(query)).toMatchObject({ kind: 'locus', rows: 2 })
  expect(await understand('scaffold')).toMatchObject({ kind: 'path', sentence: '1 shard whose path holds “scaffold”' })
  expect(await client.lookup.find({ cacheId, query: 'scaffold', limit: 5 })).toMatchObject({ kind: 'path', rows: [] })
  expect(await understand('no such thing')).toMatchObject({ kind: 'none' })
})
