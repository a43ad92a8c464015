/** A locus is found by the contig in footers and rows, independent of the shard's name. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Finding, find, listShards, writeShard } from '../../../src/main/core/index.ts'
import { describeWith } from '../../support/capabilities.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'
import { recordOf } from '../cacheFiles.ts'

const FOLDER = 'embeddings/e/5/centered_mean_8'

/** A cache with one shard of two rows for each contig, with the usual name or the given one. */
async function cacheOf(...contigs: readonly (string | { readonly contig: string; readonly called: string })[]): Promise<string> {
  const root = temporaryFolder()
  for (const [i, each] of contigs.entries()) {
    const { contig, called } = typeof each === 'string' ? { contig: each, called: null } : each
    const records = [recordOf(2 * i, { chrom: contig }), recordOf(2 * i + 1, { chrom: contig })]
    const { shardPath } = await writeShard(root, { encoderId: 'e', contig, strideBlock: 0, records })
    if (called === null) continue
    mkdirSync(dirname(join(root, called)), { recursive: true })
    renameSync(join(root, shardPath), join(root, called))
  }
  return root
}

async function chroms(root: string, query: string): Promise<string[]> {
  return (await find(root, query)).rows.map(({ chrom }) => chrom)
}

describe('a misnamed shard', () => {
  const names = [
    `${FOLDER}/chr21_0.parquet`,
    `${FOLDER}/notes.parquet`,
    'embeddings/elsewhere.parquet',
    'embeddings/a/b/c/d/chr21_0.parquet'
  ]
  test.each(names)('named %s', async called => {
    const root = await cacheOf({ contig: '22', called }, '20')
    for (const query of ['22', 'chr22:1-1,000,000', '22\t0\t1000000\tname']) expect(await chroms(root, query)).toEqual(['22', '22'])
    for (const query of ['21', '21:1-1,000,000']) expect(await chroms(root, query)).toEqual([])
    expect(await chroms(root, '20')).toEqual(['20', '20'])
  })
})

test('an unreadable shard of another contig is reported', async () => {
  const root = await cacheOf('20', '21')
  writeFileSync(join(root, FOLDER, 'chr21_0.parquet'), 'PAR1 and no more')
  const reported: Finding[] = []
  const { rows } = await find(root, '20', { onFinding: found => reported.push(found) })
  expect(rows).toHaveLength(2)
  expect(reported.map(({ shardPath }) => shardPath)).toEqual([`${FOLDER}/chr21_0.parquet`])
})

const REWRITE = `
import sys, pyarrow as pa, pyarrow.parquet as pq
path, how = sys.argv[1:]
table = pq.read_table(path)
if how == 'no statistics':
    pq.write_table(table, path, write_statistics=False)
elif how == 'two contigs in one row group':
    chrom = pa.array(['21', '22'] * (table.num_rows // 2), table.schema.field('chrom').type)
    pq.write_table(table.set_column(table.schema.get_field_index('chrom'), table.schema.field('chrom'), chrom), path)
elif how == 'two contigs in two row groups':
    chrom = pa.array(['21', '22'] * (table.num_rows // 2), table.schema.field('chrom').type)
    pq.write_table(table.set_column(table.schema.get_field_index('chrom'), table.schema.field('chrom'), chrom), path, row_group_size=1)
`

describeWith('python', 'a misnamed shard by pyarrow', python => {
  test.each([
    ['no statistics', 2],
    ['two contigs in one row group', 1],
    ['two contigs in two row groups', 1]
  ])('with %s', async (how, rows) => {
    const called = `${FOLDER}/chr21_0.parquet`
    const root = await cacheOf({ contig: '22', called })
    const { status, stderr } = spawnSync(python, ['-c', REWRITE, join(root, called), how], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(await chroms(root, '22:1-1,000,000')).toEqual(Array.from({ length: rows }, () => '22'))
    expect(await chroms(root, '21:1-1,000,000')).toEqual(Array.from({ length: 2 - rows }, () => '21'))
  })
})

describe('one contig with several names', () => {
  const SPELLINGS = ['MT', 'M', 'chrM', 'chrMT', 'mt', 'chrm']

  test.each(['MT', 'M', 'chrM', 'chrMT'])('a cache with only %s accepts all of them', async stored => {
    const root = await cacheOf(stored, '1')
    for (const name of SPELLINGS) {
      expect(await chroms(root, name), name).toEqual([stored, stored])
      expect(await chroms(root, `${name}:1-1,000,000`), name).toEqual([stored, stored])
      expect(
        (await listShards(root, { contig: name })).map(({ address }) => address?.contig),
        name
      ).toEqual([stored])
    }
  })

  test('a cache with both distinguishes them, wherever their windows are', async () => {
    const root = await cacheOf('MT', 'M')
    for (const name of ['MT', 'chrMT']) expect(await chroms(root, name)).toEqual(['MT', 'MT'])
    for (const name of ['M', 'chrM']) expect(await chroms(root, name)).toEqual(['M', 'M'])
    expect(await chroms(root, 'M:999,999,999')).toEqual([])
    expect((await listShards(root, { contig: 'chrM' })).map(({ address }) => address?.contig)).toEqual(['M'])
  })

  test.each([
    ['caf\u00e9', 'cafe\u0301'],
    ['cafe\u0301', 'caf\u00e9']
  ])('%j is found as %j', async (stored, typed) => {
    expect(await chroms(await cacheOf(stored), `${typed}:1-1,000,000`)).toEqual([stored, stored])
  })

  test('the name of a scaffold that could begin a hash', async () => {
    const root = await cacheOf('12345', 'scaffold 7')
    expect(await find(root, '12345')).toMatchObject({ kind: 'locus', rows: [{ chrom: '12345' }, { chrom: '12345' }] })
    expect(await find(root, '54321')).toMatchObject({ kind: 'hash', rows: [] })
    expect(await chroms(root, 'Scaffold 7')).toEqual(['scaffold 7', 'scaffold 7'])
    await expect(find(root, 'scaffold 8')).rejects.toThrow(/neither a hash prefix/)
    expect(await find(root, 'chr8')).toMatchObject({ kind: 'locus', rows: [] })
  })
})
