/** Of shards with the same keys, only the second ones are offered, and never the last one with a key. */
import { describe, expect, test } from 'vitest'
import { causesOf, movableShards } from '../../../../src/renderer/panels/problems/causes.ts'
import { differenceOf, pairOf, pairsOf, secondShards } from '../../../../src/renderer/text/findings/pairs.ts'
import { type Finding, type FindingKind, finding } from '../../../../src/shared/model/finding.ts'

const SAID = { said: 'm' }

/** Both findings about two shards, as in a verification. */
function both(first: string, second: string, kind: FindingKind = 'duplicate_key'): Finding[] {
  const details = (other: string, rows: number[], otherRows: number[], indexed: boolean) => ({
    details: { other_shard: other, rows, other_rows: otherRows, count: 2, indexed }
  })
  return [
    finding(kind, first, SAID, details(second, [3, 4], [5, 6], true)),
    finding(kind, second, SAID, details(first, [5, 6], [3, 4], false))
  ]
}

/** Findings about rows that repeat the key of an earlier row in the same shard, as in a verification. */
const inside = (shardPath: string, kind: FindingKind = 'duplicate_key'): Finding =>
  finding(kind, shardPath, SAID, { row: 4, details: { other_shard: shardPath, rows: [4], other_rows: [3], count: 1 } })

const offered = (findings: readonly Finding[]): readonly string[] => causesOf(findings).flatMap(movableShards)

describe('offered for quarantine', () => {
  test.each<[string, Finding[], string[]]>([
    ['two shards: the second', both('a', 'b'), ['b']],
    ['three equal ones: the second and the third', [...both('a', 'b'), ...both('a', 'c')], ['b', 'c']],
    ['two pairs', [...both('a', 'b'), ...both('c', 'd')], ['b', 'd']],
    ['a chain: not a shard that is second to a quarantined one', [...both('a', 'b'), ...both('b', 'c')], ['b']],
    ['second to one that stays and to one that does not', [...both('a', 'b'), ...both('a', 'c'), ...both('b', 'c')], ['b']],
    ['a longer chain', [...both('a', 'b'), ...both('b', 'c'), ...both('c', 'd')], ['b', 'd']],
    ['a shard that repeats its own keys', [inside('a')], []],
    ['the second one also repeats its own keys', [...both('a', 'b'), inside('b')], ['b']],
    ['the order of findings does not matter', [...both('b', 'c'), ...both('a', 'b')].reverse(), ['b']],
    ['a conflict', both('a', 'b', 'conflicting_key'), []],
    ['a conflict inside of a shard', [inside('a', 'conflicting_key')], []]
  ])('%s', (_, findings, shards) => {
    expect(offered(findings)).toEqual(shards)
  })

  test('every key of an offered shard stays in another one', () => {
    const shards = ['a', 'b', 'c', 'd', 'e']
    const edges = shards.flatMap((first, i) => shards.slice(i + 1).map(second => [first, second] as const))
    for (let some = 1; some < 2 ** edges.length; some++) {
      const chosen = edges.filter((_, i) => (some >> i) % 2 === 1)
      const going = new Set(secondShards(pairsOf(chosen.flatMap(([first, second]) => both(first, second)))))
      expect(going.size).toBeGreaterThan(0)
      for (const [first, second] of chosen) expect(going.has(first) && going.has(second)).toBe(false)
    }
  })
})

test('a pair is the same from both sides', () => {
  const pair = { first: { shardPath: 'a', row: 3 }, second: { shardPath: 'b', row: 5 }, count: 2 }
  expect(both('a', 'b').map(pairOf)).toEqual([pair, pair])
  expect(pairsOf(both('a', 'b'))).toEqual([pair])
  expect(pairOf(inside('a'))).toEqual({ first: { shardPath: 'a', row: 3 }, second: { shardPath: 'a', row: 4 }, count: 1 })
  expect(pairOf(finding('duplicate_key', 'a', SAID))).toBeNull()
  expect(pairOf(finding('constant_vector', 'a', SAID, { details: { other_shard: 'b', rows: [1], other_rows: [1] } }))).toBeNull()
})

describe('how vectors differ', () => {
  test.each([
    [[1, 2, 3], [1, 2, 3], 0, null],
    [[1, Number.NaN], [1, Number.NaN], 0, null],
    [[1, 2, 3], [1, 4, 2.5], 2, { by: 2, dimension: 1 }],
    [[1, Number.NaN, 0], [1, 2, 0], 1, null],
    [[0, 1], [-0, Number.POSITIVE_INFINITY], 1, null],
    [[1], [1, 7], 1, null]
  ])('%j and %j', (first, second, differing, largest) => {
    expect(differenceOf(first, second)).toMatchObject({ dimensions: second.length, differing, largest })
  })

  test('a few of them are shown', () => {
    const { examples, differing } = differenceOf([1, 2, 3, 4, 5, 6], [1, 0, 0, 0, 0, 0])
    expect(differing).toBe(5)
    expect(examples.map(({ dimension, first, second }) => [dimension, first, second])).toEqual([1, 2, 3, 4].map(at => [at, at + 1, 0]))
  })
})
