/** A cache of layout 2 in the service: rows with their center, bit for bit, and an index that is compared but never rebuilt. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { float64Hex } from '../core/cacheFiles.ts'
import { INDEX } from '../core/index/indexFile.ts'
import { newerCache, newerRows } from '../support/newer.ts'
import { doJob, openTestService, openWhole } from './testService.ts'

const { client } = openTestService()
const rows = newerRows('layout2')

test('rows, vectors and addresses', async () => {
  const { cacheId, shards, index } = await openWhole(client, newerCache('layout2'))
  expect({ shards, index }).toMatchObject({ shards: 11, index: { state: 'present', isRebuildable: false } })
  for (const row of rows) {
    const { shard_path: shardPath, row_offset: rowOffset } = row
    const { row: line, values } = await client.shards.vector({ cacheId, shardPath, rowOffset })
    expect(line).toMatchObject({ windowHash: row.window_hash, centerToken: row.center_token, poolType: row.pool_type, chrom: row.chrom })
    expect(float64Hex(new Float64Array(await values.arrayBuffer()))).toBe(row.embedding_f64le)
  }
  const [first] = rows
  expect(await client.shards.address({ cacheId, shardPath: first?.shard_path ?? '' })).toEqual({
    encoder: 'HuggingFaceBio__Carbon-500M',
    stateLayer: -1,
    poolType: 'centered_mean',
    poolRadius: 256,
    contig: '1',
    strideBlock: 0
  })
  expect(await client.shards.address({ cacheId, shardPath: 'embeddings/stray.parquet' })).toBeNull()
})

test('its index agrees with the shards, and no job changes it', async () => {
  const { cacheId, root } = await openWhole(client, newerCache('layout2'))
  const bytes = readFileSync(join(root, INDEX))
  await doJob(client, cacheId, { kind: 'verify' })
  expect(await client.caches.summary({ cacheId })).toMatchObject({ index: { drift: 0, isRebuildable: false }, health: { verified: 10 } })
  const { plan } = await doJob(client, cacheId, { kind: 'plan' })
  expect(plan).toMatchObject({ reindex: false, keepsIndex: true })
  await expect(doJob(client, cacheId, { kind: 'reindex' })).rejects.toThrow()
  expect(readFileSync(join(root, INDEX)).equals(bytes)).toBe(true)
})
