/** A repair moves exactly the damaged shards, GenoLeWM can use the rest, and a restore undoes it completely. */
import { cpSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { listQuarantine, repairCache, restoreShards, verifyCache } from '../../src/main/core/index.ts'
import { describeWith } from '../support/capabilities.ts'
import { damageNotes, referenceCache, referenceRows } from '../support/reference.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { type Peer, PeerError, startPeer } from './peer.ts'

const FOLDER = 'embeddings/local-kmer/5/centered_mean_8'

/** Problems that are not damage: the rows are intact, but have unexpected contents or a newer layout. */
const STAYS = [
  'conflict-a',
  'conflict-b',
  'duplicate-a',
  'duplicate-b',
  'duplicate-inside',
  'future-version',
  'no-rows',
  'wrong-contig',
  'wrong-layer'
]

const row = z.looseObject({
  window_hash: z.string(),
  encoder_hash: z.string(),
  state_layer: z.int(),
  pool_type: z.string(),
  pool_radius: z.int(),
  dtype: z.string(),
  embedding: z.string()
})
type Row = z.infer<typeof row>

const keyOf = ({ window_hash, encoder_hash, state_layer, pool_type, pool_radius, dtype }: Row) => ({
  window_hash,
  encoder_hash,
  state_layer,
  pool_type,
  pool_radius,
  dtype
})

/** Rows of a shard as read by GenoLeWM. Null if it cannot read them. */
async function theirRows(peer: Peer, cache: string, shardPath: string): Promise<Row[] | null> {
  try {
    return await peer.ask(z.array(row), 'read_rows', { path: join(cache, shardPath) })
  } catch (error) {
    if (error instanceof PeerError) return null
    throw error
  }
}

const filesOf = (cache: string): string[] =>
  readdirSync(cache, { recursive: true, encoding: 'utf8' })
    .filter(path => path !== 'embeddings/index.sqlite')
    .sort()

/** Every folder, and every file with its bytes and times. */
const tree = (cache: string) =>
  filesOf(cache).map(path => {
    const stat = lstatSync(join(cache, path), { bigint: true })
    return stat.isFile() ? [path, readFileSync(join(cache, path)).toString('base64'), stat.mtimeNs, stat.mode] : [path]
  })

describeWith('python', 'the damaged cache', python => {
  const peer = startPeer(python)
  const notes = damageNotes()
  const corrupt = Object.entries(notes)
    .filter(([path, { wrong }]) => wrong !== null && !STAYS.some(name => path === `${FOLDER}/chr${name}_0.parquet`))
    .map(([path]) => path)
    .sort()

  test('is repaired by moving exactly the damaged shards', async () => {
    const cache = referenceCache('damaged')
    const before = tree(cache)
    const report = await repairCache(cache)
    expect(corrupt).toHaveLength(23)
    expect(report.quarantined.map(({ shardPath }) => shardPath).sort()).toEqual(corrupt)
    expect(report.quarantined.every(({ reasons }) => reasons.length > 0)).toBe(true)
    const left = Object.keys(notes).filter(path => !corrupt.includes(path))
    const files = filesOf(cache)
    expect(files.filter(path => path.endsWith('.parquet') && !path.includes('.quarantine'))).toEqual(left.sort())
    for (const { shardPath, movedTo } of report.quarantined) {
      const was = before.find(([path]) => path === shardPath)
      expect(
        tree(cache)
          .find(([path]) => path === movedTo)
          ?.slice(1)
      ).toEqual(was?.slice(1))
    }
    const { findings } = await verifyCache(cache)
    expect(findings.filter(({ severity }) => severity === 'corrupt' || severity === 'index')).toEqual([])
    expect((await repairCache(cache)).quarantined).toEqual([])
  })

  test('then holds every remaining row for GenoLeWM, and no other', async () => {
    const cache = referenceCache('damaged')
    await repairCache(cache)
    const surviving = Object.keys(notes)
      .filter(path => !corrupt.includes(path))
      .sort()
    const owners = new Map<string, Row>()
    for (const shardPath of surviving) {
      const rows = await theirRows(peer, cache, shardPath)
      expect(rows === null).toBe(shardPath === `${FOLDER}/chrfuture-version_0.parquet`)
      for (const each of rows ?? []) {
        const key = JSON.stringify(keyOf(each))
        if (!owners.has(key)) owners.set(key, each)
      }
    }
    const wanted = [...owners.values()]
    expect(wanted.length).toBeGreaterThan(80)
    const read = await peer.ask(z.array(z.string()), 'read_embeddings', { cache_dir: cache, keys: wanted.map(keyOf) })
    expect(read).toEqual(wanted.map(({ embedding }) => embedding))
    const { rows } = await peer.ask(z.looseObject({ rows: z.array(z.array(z.string())) }), 'index', { cache_dir: cache })
    expect(rows).toHaveLength(wanted.length)
  })

  test('is restored completely, byte for byte', async () => {
    const cache = referenceCache('damaged')
    const before = tree(cache)
    const inQuarantine = await listQuarantine(cache)
    await repairCache(cache)
    expect(tree(cache)).not.toEqual(before)
    const { restored, skipped } = await restoreShards(cache, 'all')
    expect(restored.map(({ shardPath }) => shardPath).sort()).toEqual(corrupt)
    expect(tree(cache)).toEqual(before)
    // The original path is occupied by another file, which is not moved.
    expect(skipped.map(({ path }) => path)).toEqual(inQuarantine.map(({ path }) => path))
    expect(await listQuarantine(cache)).toEqual(inQuarantine)
  })

  test('GenoLeWM can rebuild the index itself once the shards with duplicate keys have been moved as well', async () => {
    const cache = referenceCache('damaged')
    await repairCache(cache)
    const apart = temporaryFolder()
    for (const path of Object.keys(notes)) {
      const name = /chr(.+)_\d\.parquet$/.exec(path)?.[1] ?? ''
      if (corrupt.includes(path) || ['conflict-b', 'duplicate-b', 'duplicate-inside', 'future-version'].includes(name)) continue
      cpSync(join(cache, path), join(apart, path), { recursive: true })
    }
    await peer.ask(z.unknown(), 'reindex_cache', { cache_dir: apart })
    expect((await verifyCache(apart)).findings.filter(({ severity }) => severity === 'index' || severity === 'corrupt')).toEqual([])
  })
})

describeWith('python', 'the healthy cache', python => {
  const peer = startPeer(python)

  test('a repair does nothing but a reindex like GenoLeWM', async () => {
    const [own, theirs] = [referenceCache('healthy'), referenceCache('healthy')]
    const before = tree(own)
    const report = await repairCache(own)
    expect(report.quarantined).toEqual([])
    expect([report.reindex.indexedShards, report.reindex.indexedRows]).toEqual(
      await peer.ask(z.unknown(), 'reindex_cache', { cache_dir: theirs })
    )
    expect(report.reindex.indexedRows).toBe(referenceRows('healthy').length)
    expect(tree(own)).toEqual(before)
    expect(await peer.ask(z.unknown(), 'index', { cache_dir: own })).toEqual(await peer.ask(z.unknown(), 'index', { cache_dir: theirs }))
  })
})
