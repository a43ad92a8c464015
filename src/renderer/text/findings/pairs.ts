/** Pairs of shards with the same keys: which shard stays, and which rows are compared. Pure. */
import type { Finding } from '../../../shared/model/finding.ts'

export type PairSide = { readonly shardPath: string; readonly row: number }

/** `first` comes first in path order, so the index points to its rows. Both sides are the same shard if it repeats its own keys. */
export type Pair = { readonly first: PairSide; readonly second: PairSide; readonly count: number }

/** The pair that a finding is about. Null for a finding of another kind. */
export function pairOf({ kind, shardPath, details }: Finding): Pair | null {
  if (kind !== 'duplicate_key' && kind !== 'conflicting_key') return null
  const { other_shard: other, rows, other_rows: otherRows, count, indexed } = details
  const [row, otherRow] = [firstOf(rows), firstOf(otherRows)]
  if (typeof other !== 'string' || row === null || otherRow === null) return null
  const here = { shardPath, row }
  const there = { shardPath: other, row: otherRow }
  const keys = typeof count === 'number' ? count : 1
  return indexed === true ? { first: here, second: there, count: keys } : { first: there, second: here, count: keys }
}

function firstOf(rows: unknown): number | null {
  const [first] = Array.isArray(rows) ? rows : []
  return typeof first === 'number' ? first : null
}

/** Whether a shard repeats its own keys, so that no other shard is involved. */
export function isInside({ first, second }: Pair): boolean {
  return first.shardPath === second.shardPath
}

/** Each pair of different shards once. */
export function pairsOf(findings: readonly Finding[]): readonly Pair[] {
  const pairs = findings.flatMap(found => pairOf(found) ?? []).filter(pair => !isInside(pair))
  return [...new Map(pairs.map(pair => [`${pair.first.shardPath}\n${pair.second.shardPath}`, pair])).values()]
}

/** Shards that are second only to shards that stay. Their keys stay in the cache without them. */
export function secondShards(pairs: readonly Pair[]): readonly string[] {
  const firstsOf = Map.groupBy(pairs, ({ second }) => second.shardPath)
  const going = new Set<string>()
  // The first of a chain is decided first. A shard that is second to a quarantined one has to stay.
  const decided = new Map<string, boolean>()
  const goes = (shardPath: string): boolean => {
    const known = decided.get(shardPath)
    if (known !== undefined) return known
    decided.set(shardPath, false)
    const firsts = firstsOf.get(shardPath) ?? []
    const answer = firsts.length > 0 && firsts.every(({ first }) => !goes(first.shardPath))
    decided.set(shardPath, answer)
    if (answer) going.add(shardPath)
    return answer
  }
  for (const shardPath of firstsOf.keys()) goes(shardPath)
  return [...going].sort()
}

export type Difference = {
  readonly dimensions: number
  /** Dimensions in which the vectors differ. */
  readonly differing: number
  /** The largest difference of two finite values, and its dimension. Null if there is none. */
  readonly largest: { readonly by: number; readonly dimension: number } | null
  readonly examples: readonly { readonly dimension: number; readonly first: number | null; readonly second: number | null }[]
}

const EXAMPLES = 4

/** How two vectors differ. NaN equals NaN, as in a verification. */
export function differenceOf(first: ArrayLike<number>, second: ArrayLike<number>): Difference {
  const dimensions = Math.max(first.length, second.length)
  let differing = 0
  let largest: Difference['largest'] = null
  const examples: Difference['examples'][number][] = []
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const [a, b] = [first[dimension] ?? null, second[dimension] ?? null]
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue
    differing += 1
    if (examples.length < EXAMPLES) examples.push({ dimension, first: a, second: b })
    const by = a === null || b === null ? Number.NaN : Math.abs(a - b)
    if (Number.isFinite(by) && (largest === null || by > largest.by)) largest = { by, dimension }
  }
  return { dimensions, differing, largest, examples }
}
