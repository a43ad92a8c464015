/** Each kind of damage in the reference is found with its kind and location, and repaired by moving only damaged shards. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  FINDING_KINDS,
  type Finding,
  type FindingKind,
  planRepair,
  readEmbedding,
  reindexCache,
  repairCache,
  verifyCache
} from '../../../src/main/core/index.ts'
import { describeFinding } from '../../../src/shared/text/describeFinding.ts'
import { damageNotes, referenceCache } from '../../support/reference.ts'
import { filesBelow, recordOf, shardsOf } from '../cacheFiles.ts'

const FOLDER = 'embeddings/local-kmer/5/centered_mean_8'
const shard = (name: string): string => `${FOLDER}/chr${name}_0.parquet`

type Expected = readonly (readonly [kind: FindingKind, row: number | null, column: string | null])[]

// biome-ignore format: a table
/** The expected findings of verify for each shard, and no others. */
const DAMAGE: Readonly<Record<string, Expected>> = {
  appended: [['bad_footer', null, null]],
  'conflict-a': [['conflicting_key', 0, null]],
  'conflict-b': [['path_mismatch', 0, 'chrom'], ['conflicting_key', 0, null]],
  'duplicate-a': [['duplicate_key', 0, null]],
  'duplicate-b': [['path_mismatch', 0, 'chrom'], ['duplicate_key', 0, null]],
  'duplicate-inside': [['conflicting_key', 4, null]],
  'empty-embedding': [['invalid_row', 3, 'embedding']],
  'empty-file': [['cut_off', null, null]],
  'footer-bits': [['bad_footer', null, null]],
  'footer-length': [['bad_footer', null, null]],
  'future-version': [['unsupported_version', 3, 'schema_version']],
  'missing-column': [['missing_column', null, 'window_hash']],
  'no-rows': [['no_rows', null, null]],
  'null-chrom': [['invalid_row', 3, 'chrom']],
  'null-element': [['invalid_row', 3, 'embedding']],
  'null-embedding': [['invalid_row', 3, 'embedding']],
  'page-checksum': [['page_checksum', null, 'embedding']],
  'page-header': [['bad_page', null, 'embedding']],
  'reversed-window': [['invalid_row', 3, 'end_bp']],
  'short-hash': [['invalid_row', 0, 'window_hash']],
  'text-file': [['not_parquet', null, null]],
  'truncated-tail': [['cut_off', null, null]],
  'truncated-third': [['cut_off', null, null]],
  'two-files': [['bad_footer', null, null]],
  'unknown-dtype': [['invalid_row', 3, 'dtype']],
  'unknown-pool': [['invalid_row', 3, 'pool_type']],
  'wrong-contig': [['path_mismatch', 0, 'chrom']],
  'wrong-layer': [['path_mismatch', 3, 'state_layer']],
  'wrong-type': [['wrong_type', 0, 'start_bp']],
  'zero-page': [['bad_page', null, 'embedding']],
  'zeroed-file': [['not_parquet', null, null]],
  'zstd-frame': [['bad_page', null, 'window_hash']]
}

const HEALTHY = [0, 1, 2, 3].map(block => `${FOLDER}/chr1_${block}.parquet`)
const corrupt = (expected: Expected): boolean => expected.some(([kind]) => FINDING_KINDS[kind].severity === 'corrupt')
const CORRUPT = Object.entries(DAMAGE).flatMap(([name, expected]) => (corrupt(expected) ? [shard(name)] : []))

const place = ({ kind, row, column }: Finding) => [kind, row, column]

describe('verify', () => {
  const root = referenceCache('damaged')
  const report = verifyCache(root)

  test('the table names every shard of the reference that is not healthy', () => {
    const damaged = Object.entries(damageNotes()).flatMap(([path, { wrong }]) => (wrong === null ? [] : [path]))
    expect(Object.keys(DAMAGE).map(shard).sort()).toEqual(damaged.sort())
    expect(damaged.length).toBe(32)
  })

  test.each(Object.entries(DAMAGE))('%s', async (name, expected) => {
    const found = (await report).findings.filter(({ shardPath }) => shardPath === shard(name))
    expect(found.map(place)).toEqual(expected)
    for (const each of found) {
      const { facts, details, kind, severity } = each
      expect(describeFinding(each).length).toBeGreaterThan(20)
      expect(JSON.parse(JSON.stringify(facts))).toEqual(facts)
      expect(JSON.parse(JSON.stringify(details))).toEqual(details)
      expect(severity).toBe(FINDING_KINDS[kind].severity)
    }
  })

  test('the four healthy ones have no finding, the index is missing, and everything is counted', async () => {
    const { findings, byKind, checkedShards, healthyShards, checkedBytes } = await report
    expect(findings.filter(({ shardPath }) => HEALTHY.includes(shardPath))).toEqual([])
    expect(byKind.index_missing).toBe(1)
    expect({ checkedShards, healthyShards }).toEqual({ checkedShards: 36, healthyShards: 4 })
    expect(checkedBytes).toBe(shardsOf(root).reduce((sum, path) => sum + readFileSync(join(root, path)).length, 0))
    expect(Object.values(byKind).reduce((a, b) => a + b, 0)).toBe(findings.length)
  })

  test('reports the same findings as they are found, with progress, and changes nothing', async () => {
    const before = filesBelow(root)
    const reported: Finding[] = []
    const progress: [number, number][] = []
    const again = await verifyCache(root, {
      onFinding: found => reported.push(found),
      onProgress: ({ done, total }) => progress.push([done, total])
    })
    expect(reported.map(place).sort()).toEqual(again.findings.map(place).sort())
    expect(progress.at(-1)).toEqual([36, 36])
    expect(filesBelow(root)).toEqual(before)
  })

  test('quick: findings from footers and names, without reading pages', async () => {
    const { findings, checkedShards } = await verifyCache(root, { quick: true })
    const kinds = new Set<FindingKind>(['bad_footer', 'cut_off', 'missing_column', 'no_rows', 'not_parquet'])
    const due = Object.entries(DAMAGE).filter(([, expected]) => expected.some(([kind]) => kinds.has(kind)))
    expect(findings.filter(({ severity }) => severity !== 'index').map(({ shardPath }) => shardPath)).toEqual(
      due.map(([name]) => shard(name))
    )
    expect(checkedShards).toBe(36)
  })

  test('some shards alone', async () => {
    const two = [shard('zero-page'), HEALTHY[0] ?? '']
    const { findings, checkedShards } = await verifyCache(root, { shards: two })
    expect(checkedShards).toBe(2)
    expect(findings.map(place)).toEqual([['bad_page', null, 'embedding']])
    await expect(verifyCache(root, { shards: ['embeddings/none.parquet'] })).rejects.toMatchObject({ code: 'RESOURCE.NOT_FOUND' })
  })

  test('cancelled between two shards', async () => {
    const stop = new AbortController()
    let shards = 0
    const run = verifyCache(root, { signal: stop.signal, onFinding: () => ++shards === 3 && stop.abort() })
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('repair', () => {
  test('plans to move damaged shards, offers suspect ones, keeps unsupported ones', async () => {
    const root = referenceCache('damaged')
    const before = filesBelow(root)
    const plan = await planRepair(root)
    expect(filesBelow(root)).toEqual(before)
    expect(plan.moves.flatMap(({ shardPath, ticked }) => (ticked ? [shardPath] : []))).toEqual(CORRUPT)
    const suspects = Object.keys(DAMAGE)
      .map(shard)
      .filter(path => !CORRUPT.includes(path) && path !== shard('future-version'))
    expect(plan.moves.flatMap(({ shardPath, ticked }) => (ticked ? [] : [shardPath]))).toEqual(suspects)
    expect(plan.kept.map(({ shardPath }) => shardPath).sort()).toEqual([...suspects, shard('future-version')].sort())
    expect(plan.reindex).toBe(true)
    expect(plan.indexFindings.map(({ kind }) => kind)).toEqual(['index_missing'])
  })

  test('moves exactly the damaged ones, byte for byte, and indexes the rest', async () => {
    const root = referenceCache('damaged')
    const before = Object.fromEntries(shardsOf(root).map(path => [path, readFileSync(join(root, path))]))
    const { quarantined, reindex, kept, checkedShards } = await repairCache(root)
    expect(checkedShards).toBe(36)
    expect(quarantined.map(({ shardPath }) => shardPath)).toEqual(CORRUPT)
    expect(shardsOf(root)).toEqual(
      Object.keys(before)
        .filter(path => !CORRUPT.includes(path))
        .sort()
    )
    for (const { shardPath, movedTo, reasons } of quarantined) {
      // GenoLeWM itself had moved a file of that name before.
      const taken = shardPath === shard('empty-file') ? /^\.\d{19}\.bad$/ : /^$/
      const place = `embeddings/.quarantine/${shardPath.slice('embeddings/'.length)}`
      expect([movedTo.slice(0, place.length), movedTo.slice(place.length)]).toEqual([place, expect.stringMatching(taken)])
      expect(readFileSync(join(root, movedTo))).toEqual(before[shardPath])
      expect(JSON.parse(readFileSync(join(root, `${movedTo}.reason.json`), 'utf8'))).toMatchObject({ shard_path: shardPath, reasons })
    }
    for (const path of shardsOf(root)) expect(readFileSync(join(root, path))).toEqual(before[path])
    // Healthy, suspect and no-rows. The second of each pair with the same keys and the second row of duplicate-inside are left out.
    expect(reindex.indexedShards).toBe(4 + 8)
    expect(reindex.indexedRows).toBe(4 * 12 + 12 + 12 + 11 + 0 + 12 + 12)
    expect(kept.length).toBe(9)
    const after = await verifyCache(root)
    expect(after.findings.filter(({ severity }) => severity === 'corrupt' || severity === 'index')).toEqual([])
  })

  test('changes nothing the second time', async () => {
    const root = referenceCache('damaged')
    await repairCache(root)
    const { findings } = await verifyCache(root)
    const before = filesBelow(root)
    const plan = await planRepair(root)
    expect(plan.moves.filter(({ ticked }) => ticked)).toEqual([])
    expect(plan.reindex).toBe(false)
    const { quarantined } = await repairCache(root)
    expect(quarantined).toEqual([])
    expect({ ...filesBelow(root), 'embeddings/index.sqlite': '' }).toEqual({ ...before, 'embeddings/index.sqlite': '' })
    expect((await verifyCache(root)).findings).toEqual(findings)
  })

  test('of a healthy cache moves nothing', async () => {
    const root = referenceCache('healthy')
    const plan = await planRepair(root)
    expect(plan).toMatchObject({ checkedShards: 92, reindex: false, indexFindings: [] })
    expect(plan.moves.map(({ shardPath, ticked }) => [shardPath.includes('chredge'), ticked])).toEqual([[true, false]])
  })
})

describe('a reindex alone', () => {
  test('leaves out what it cannot read, and reports it', async () => {
    const root = referenceCache('damaged')
    const { findings, indexedShards } = await reindexCache(root)
    expect(findings.filter(({ kind }) => kind === 'bad_footer').length).toBe(4)
    // It reads every column except the embeddings, so it does not detect damage in those.
    const inEmbedding = Object.values(DAMAGE).filter(expected =>
      expected.some(([kind, , column]) => column === 'embedding' && corrupt([[kind, null, null]]))
    )
    expect(indexedShards).toBe(12 + inEmbedding.length)
  })

  test('a key in two shards: the first in path order is indexed, the other is a finding, and a search by key finds the first', async () => {
    const root = referenceCache('damaged')
    const { findings } = await reindexCache(root)
    expect(
      findings
        .filter(({ kind }) => kind === 'duplicate_key')
        .map(({ shardPath, row, details }) => [shardPath, row, details.other_shard, details.count])
    ).toEqual([
      [shard('conflict-b'), 0, shard('conflict-a'), 12],
      [shard('duplicate-b'), 0, shard('duplicate-a'), 12],
      [shard('duplicate-inside'), 4, shard('duplicate-inside'), 1]
    ])
    const after = await verifyCache(root)
    const pairs = after.findings.filter(({ kind }) => kind === 'duplicate_key' || kind === 'conflicting_key')
    expect(pairs.map(({ kind, shardPath }) => [kind, shardPath])).toEqual([
      ['conflicting_key', shard('conflict-a')],
      ['conflicting_key', shard('conflict-b')],
      ['duplicate_key', shard('duplicate-a')],
      ['duplicate_key', shard('duplicate-b')],
      ['conflicting_key', shard('duplicate-inside')]
    ])
    expect(after.findings.filter(({ kind }) => kind === 'row_without_entry')).toEqual([])
  })
})

test('a damaged shard does not prevent the others from being read', async () => {
  const root = referenceCache('damaged')
  writeFileSync(join(root, HEALTHY[1] ?? ''), '')
  await repairCache(root)
  expect(await readEmbedding(root, recordOf(1))).toBeNull()
  expect((await verifyCache(root)).healthyShards).toBe(3)
})
