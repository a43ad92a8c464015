/** The impact of a plan: the keys that no shard will hold once some of its shards have moved. */
import type { PlannedMove, RepairPlan } from './report.ts'

export type KeysLost = {
  readonly keys: number
  /** Shards for which the number of keys that only they hold is unknown. */
  readonly unknown: number
  /** Shards that will be missing. */
  readonly shards: number
}

/** @param leaving shards of the plan whose rows will no longer be found */
export function keysLost({ moves, sharedKeys }: Pick<RepairPlan, 'moves' | 'sharedKeys'>, leaving: ReadonlySet<string>): KeysLost {
  const alone = moves.filter(({ shardPath }) => leaving.has(shardPath)).map(move => [move.shardPath, aloneIn(move)] as const)
  const together = sharedKeys.filter(({ shardPaths }) => shardPaths.every(path => leaving.has(path)))
  const missed = new Set(alone.flatMap(([path, keys]) => (keys === 0 ? [] : [path])))
  // A key that several shards held is counted as missing in one of them.
  for (const { shardPaths } of together) if (!shardPaths.some(path => missed.has(path))) missed.add(shardPaths[0] ?? '')
  const known = alone.reduce((sum, [, keys]) => sum + (keys ?? 0), 0)
  return {
    keys: together.reduce((sum, { keys }) => sum + keys, known),
    unknown: alone.filter(([, keys]) => keys === null).length,
    shards: missed.size
  }
}

/** Keys of which a plan moves every copy, although each of the shards looks dispensable. */
export function keysOfEveryCopy({ sharedKeys }: Pick<RepairPlan, 'sharedKeys'>, leaving: ReadonlySet<string>): number {
  return sharedKeys
    .filter(({ shardPaths }) => shardPaths.length > 1 && shardPaths.every(path => leaving.has(path)))
    .reduce((sum, { keys }) => sum + keys, 0)
}

/** Plans of earlier versions of the program have only rows and index entries. */
function aloneIn({ keysOnlyHere, rows, indexEntries }: PlannedMove): number | null {
  return keysOnlyHere ?? rows ?? (indexEntries > 0 ? indexEntries : null)
}
