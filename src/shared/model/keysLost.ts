/** What a plan costs: the keys that no shard holds any more when some of its shards have gone. */
import type { PlannedMove, RepairPlan } from './report.ts'

export type KeysLost = {
  readonly keys: number
  /** Shards of which nothing tells how many keys they hold alone. */
  readonly unknown: number
  /** Shards that are missed afterwards. */
  readonly shards: number
}

/** @param leaving shards of the plan whose rows will not be found any more */
export function keysLost({ moves, sharedKeys }: Pick<RepairPlan, 'moves' | 'sharedKeys'>, leaving: ReadonlySet<string>): KeysLost {
  const alone = moves.filter(({ shardPath }) => leaving.has(shardPath)).map(move => [move.shardPath, aloneIn(move)] as const)
  const together = sharedKeys.filter(({ shardPaths }) => shardPaths.every(path => leaving.has(path)))
  const missed = new Set(alone.flatMap(([path, keys]) => (keys === 0 ? [] : [path])))
  // Keys that several shards held are missed at one of them.
  for (const { shardPaths } of together) if (!shardPaths.some(path => missed.has(path))) missed.add(shardPaths[0] ?? '')
  const known = alone.reduce((sum, [, keys]) => sum + (keys ?? 0), 0)
  return {
    keys: together.reduce((sum, { keys }) => sum + keys, known),
    unknown: alone.filter(([, keys]) => keys === null).length,
    shards: missed.size
  }
}

/** Keys of which a plan moves every copy: each of the shards looks like one that can be spared. */
export function keysOfEveryCopy({ sharedKeys }: Pick<RepairPlan, 'sharedKeys'>, leaving: ReadonlySet<string>): number {
  return sharedKeys
    .filter(({ shardPaths }) => shardPaths.length > 1 && shardPaths.every(path => leaving.has(path)))
    .reduce((sum, { keys }) => sum + keys, 0)
}

/** Plans of earlier versions of the program tell only of rows and index entries. */
function aloneIn({ keysOnlyHere, rows, indexEntries }: PlannedMove): number | null {
  return keysOnlyHere ?? rows ?? (indexEntries > 0 ? indexEntries : null)
}
