/** Problems by cause: the most severe first, their places in order, and only shards that can be moved are offered. */
import { expect, test } from 'vitest'
import { causesOf, causeTitle, movableShards, placeText, shardsToVerify } from '../../../../src/renderer/panels/problems/causes.ts'
import { driftOf } from '../../../../src/renderer/text/findings/drift.ts'
import { adviceOf } from '../../../../src/renderer/text/findings/findingAdvice.ts'
import { type Finding, type FindingKind, finding } from '../../../../src/shared/model/finding.ts'

const SAID = { said: 'm' }

const FINDINGS = [
  finding('row_without_entry', 'embeddings/b.parquet', SAID, { row: 0, details: { count: 12 } }),
  finding('constant_vector', 'embeddings/b.parquet', SAID, { row: 9, column: 'embedding' }),
  finding('constant_vector', 'embeddings/a.parquet', SAID, { row: 2 }),
  finding('constant_vector', 'embeddings/b.parquet', SAID, { row: 1 }),
  finding('cut_off', 'embeddings/c.parquet', SAID),
  finding('bad_page', 'embeddings/d.parquet', SAID, { column: 'embedding' }),
  finding('bad_page', 'embeddings/d.parquet', SAID, { column: 'window_hash' })
]

test('causes are ordered by severity, then by number, and places by path and row', () => {
  const causes = causesOf(FINDINGS)
  expect(causes.map(({ kind, shards, findings }) => [kind, shards, findings.length])).toEqual([
    ['bad_page', 1, 2],
    ['cut_off', 1, 1],
    ['constant_vector', 2, 3],
    ['row_without_entry', 1, 1]
  ])
  expect(causes[2]?.findings.map(({ shardPath, row }) => `${shardPath} ${row}`)).toEqual([
    'embeddings/a.parquet 2',
    'embeddings/b.parquet 1',
    'embeddings/b.parquet 9'
  ])
})

test('each shard is offered once, and none that must not be moved', () => {
  const movable = (kind: FindingKind): readonly string[] =>
    causesOf([finding(kind, 'a', SAID, { row: 1 }), finding(kind, 'a', SAID, { row: 2 })]).flatMap(movableShards)
  expect(movable('bad_page')).toEqual(['a'])
  expect(movable('no_rows')).toEqual(['a'])
  for (const kind of ['row_without_entry', 'unreadable', 'unsupported_version', 'not_a_file', 'stray_file'] as const)
    expect(movable(kind)).toEqual([])
})

test('links are separate causes, with separate advice', () => {
  const causes = causesOf([
    finding('stray_file', 'a', SAID, { details: { link: 'target' } }),
    finding('stray_file', 'b', SAID, { details: { tool: 'rsync' } }),
    finding('not_a_file', 'c', SAID, { details: { link: 'not_followed' } }),
    finding('not_a_file', 'd', SAID, { details: { link: 'circle' } })
  ])
  expect(causes.map(({ findings }) => findings.map(({ shardPath }) => shardPath))).toEqual([['a'], ['b'], ['c'], ['d']])
  expect(new Set(causes.map(({ id }) => id)).size).toBe(4)
  const remedies = causes.map(({ findings: [found] }) => found && adviceOf(found, null).remedy)
  expect(remedies).toEqual([
    expect.stringContaining('Leave the file where it is'),
    expect.stringContaining('Delete the file'),
    expect.stringContaining('--follow'),
    expect.stringContaining('remove it yourself')
  ])
})

test('findings of the initial scan are separate, after the rest, and are not offered to be moved', () => {
  const causes = causesOf([finding('no_rows', 'a', SAID)], [finding('no_rows', 'b', SAID), finding('cut_off', 'c', SAID)])
  expect(causes.map(({ kind, firstLook }) => [kind, firstLook])).toEqual([
    ['no_rows', false],
    ['cut_off', true],
    ['no_rows', true]
  ])
  expect(new Set(causes.map(({ id }) => id)).size).toBe(3)
  expect(causes.flatMap(movableShards)).toEqual(['a'])
})

test('a place has a row and a column', () => {
  expect(FINDINGS.map(placeText)).toEqual(['12 rows from 0', 'row 9, embedding', 'row 2', 'row 1', '', 'embedding', 'window_hash'])
  expect(placeText(finding('invalid_row', 'a', SAID, { row: 14_712, details: { count: 1200 } }))).toBe('1,200 rows from 14,712')
})

test('for a missing shard, the place gives the number of configurations that hold its block', () => {
  const missing = (details: Finding['details']): string =>
    placeText(finding('missing_shard', 'a', SAID, { details: { count: 4, ...details } }))
  const block = { stride_block: 4, configurations: 4, present_in: 3 }
  expect(missing({ contig: '17', ...block })).toBe('chr17 block 4: present in 3 of 4 configurations')
  expect(missing({ contig: 'chr17', ...block })).toBe('chr17 block 4: present in 3 of 4 configurations')
  expect(missing({ contig: 'X', ...block, stride_block: 1200, present_in: 0 })).toBe('chrX block 1,200: present in 0 of 4 configurations')
  expect(missing({})).toBe('')
})

test('a finding of the index represents as many rows as it counts', () => {
  expect(driftOf(FINDINGS.slice(0, 2))).toBe(13)
})

test('findings about changed files are one cause, offer only another verification, and come after the rest', () => {
  const changed = { changed_meanwhile: true }
  const causes = causesOf(
    [
      finding('entry_without_row', 'a.parquet', SAID, { details: { ...changed, count: 50 } }),
      finding('entry_without_row', 'c.parquet', SAID),
      finding('duplicate_key', 'b.parquet', SAID, { details: { ...changed, other_shard: 'd.parquet', rows: [1], other_rows: [1] } })
    ],
    [finding('cut_off', 'e.parquet', SAID)]
  )
  expect(causes.map(cause => [causeTitle(cause), cause.findings.length])).toEqual([
    ['Entry without row', 1],
    ['Changed meanwhile', 2],
    ['Cut off', 1]
  ])
  const [, cause] = causes
  expect(cause && shardsToVerify(cause)).toEqual(['a.parquet', 'b.parquet', 'd.parquet'])
  expect(cause && movableShards(cause)).toEqual([])
  const [first] = cause?.findings ?? []
  expect(first && adviceOf(first, null).remedy).toBe('Verify them again when the other process has finished.')
})

test('if the index as a whole changed meanwhile, the whole cache is verified again', () => {
  const [cause] = causesOf([finding('index_missing', 'embeddings/index.sqlite', SAID, { details: { changed_meanwhile: true } })])
  expect(cause && shardsToVerify(cause)).toBeNull()
})
