/** The effects of the ticked part of a plan: the numbers on the right, and the text of the button. */
import { expect, test } from 'vitest'
import { buttonText, consequencesOf, groupMoves, groupTicks } from '../../../src/renderer/sheets/repair/consequences.ts'
import { type FindingKind, finding } from '../../../src/shared/model/finding.ts'
import type { PlannedMove, RepairPlan } from '../../../src/shared/model/report.ts'

function move(shardPath: string, rows: number | null, ticked: boolean, ...kinds: FindingKind[]): PlannedMove {
  const reasons = kinds.map(kind => finding(kind, shardPath, 'm'))
  return {
    shardPath,
    bytes: 100,
    mtimeNs: 1n,
    inode: null,
    ctimeNs: null,
    sha256: null,
    rows,
    keysOnlyHere: rows,
    indexEntries: rows ?? 64,
    reasons,
    ticked
  }
}

const PLAN: RepairPlan = {
  version: 1,
  cacheDir: '/c',
  createdAt: 0n,
  checkedShards: 5,
  moves: [
    move('a', 12, false, 'no_rows'),
    move('b', 32, true, 'path_mismatch', 'bad_page'),
    move('c', null, true, 'cut_off'),
    move('d', 10, true, 'bad_page')
  ],
  sharedKeys: [],
  kept: [],
  reindex: false,
  indexFindings: [],
  missing: [],
  missingShards: 0,
  missingRows: 0
}

test('only ticked shards count, and the index counts keys of shards without a footer', () => {
  expect(consequencesOf(PLAN, new Set(['b', 'c']))).toEqual({
    shards: 2,
    bytes: 200,
    keys: 106,
    everyCopy: 0,
    byIndex: 64,
    unknown: 0,
    damagedStay: 1,
    indexEntries: 106,
    anything: true
  })
})

test('keys of a damaged shard that stays leave the index as well, those of a suspect one do not', () => {
  expect(consequencesOf({ ...PLAN, reindex: true }, new Set())).toMatchObject({ shards: 0, keys: 106, byIndex: 64, damagedStay: 3 })
  expect(consequencesOf(PLAN, new Set())).toMatchObject({ keys: 0, unknown: 0, damagedStay: 0, indexEntries: 0, anything: false })
})

test('keys that another shard holds are not missing until both have moved', () => {
  const shared = {
    ...PLAN,
    moves: [
      { ...move('a', 10, false, 'duplicate_key'), keysOnlyHere: 0 },
      { ...move('b', 10, false, 'duplicate_key'), keysOnlyHere: 0 }
    ]
  }
  const plan = { ...shared, sharedKeys: [{ shardPaths: ['a', 'b'], keys: 10 }] }
  expect(consequencesOf(plan, new Set(['a']))).toMatchObject({ keys: 0, everyCopy: 0 })
  expect(consequencesOf(plan, new Set(['a', 'b']))).toMatchObject({ keys: 10, everyCopy: 10 })
})

test('unknown numbers of keys are not guessed', () => {
  const plan = { ...PLAN, moves: [{ ...move('a', null, true, 'cut_off'), indexEntries: 0 }] }
  expect(consequencesOf(plan, new Set(['a']))).toMatchObject({ keys: 0, byIndex: 0, unknown: 1 })
})

test('the button names its action', () => {
  const text = (plan: RepairPlan, ...ticked: string[]): string => buttonText(consequencesOf(plan, new Set(ticked)))
  expect(text(PLAN, 'b', 'c')).toBe('Quarantine 2 shards and rebuild the index')
  expect(text(PLAN, 'b')).toBe('Quarantine 1 shard and rebuild the index')
  expect(text(PLAN)).toBe('Nothing to repair')
  expect(text({ ...PLAN, reindex: true })).toBe('Rebuild the index')
})

test('moves are ordered by their most severe cause, ticked ones first', () => {
  expect(groupMoves(PLAN.moves).map(({ kind, moves }) => [kind, moves.map(({ shardPath }) => shardPath)])).toEqual([
    ['bad_page', ['b', 'd']],
    ['cut_off', ['c']],
    ['no_rows', ['a']]
  ])
})

/** A move with the findings for two shards with the same keys, as in a plan. */
function twin(shardPath: string, other: string, isFirst: boolean, kind: FindingKind = 'duplicate_key'): PlannedMove {
  const details = { other_shard: other, rows: [0], other_rows: [0], count: 1, indexed: isFirst }
  return { ...move(shardPath, 1, false), reasons: [finding(kind, shardPath, 'm', { details })] }
}

test('ticking a group of duplicates leaves one holder of each key', () => {
  const moves = [twin('a', 'b', true), twin('b', 'a', false), twin('d', 'c', false)]
  const group = { kind: 'duplicate_key', moves } as const
  expect(groupTicks(group, new Set())).toEqual(['b', 'd'])
  // The other holder is already ticked, in this group or in another.
  expect(groupTicks(group, new Set(['a', 'c']))).toEqual([])
  expect(groupTicks(group, new Set(['b', 'd']))).toEqual(['b', 'd'])
})

test('ticking a group of conflicts ticks none, any other group all', () => {
  const moves = [twin('a', 'b', true, 'conflicting_key'), twin('b', 'a', false, 'conflicting_key')]
  expect(groupTicks({ kind: 'conflicting_key', moves }, new Set())).toEqual([])
  expect(groupTicks({ kind: 'bad_page', moves: PLAN.moves }, new Set())).toEqual(['a', 'b', 'c', 'd'])
})
