/** What the ticked part of a plan means: in shards, bytes, rows and index entries. Pure. */
import type { FindingKind } from '../../../shared/model/finding.ts'
import { keysLost, keysOfEveryCopy } from '../../../shared/model/keysLost.ts'
import type { PlannedMove, RepairPlan } from '../../../shared/model/report.ts'
import { pairsOf, secondShards } from '../../text/findings/pairs.ts'
import { formatCounted } from '../../text/index.ts'

export type Consequences = {
  readonly shards: number
  readonly bytes: number
  /** Keys that no shard will hold: of those that move, and of damaged ones that stay. */
  readonly keys: number
  /** Those of them of which every copy is ticked. */
  readonly everyCopy: number
  /** Those of them that are counted by the index, as the shard does not say how many rows it has. */
  readonly byIndex: number
  /** Shards of which nothing tells how many keys they hold alone. */
  readonly unknown: number
  /** Damaged shards that stay: their rows leave the index all the same. */
  readonly damagedStay: number
  /** Entries of today's index that lead into them. */
  readonly indexEntries: number
  /** Whether anything is done at all. */
  readonly anything: boolean
}

export function consequencesOf({ moves, sharedKeys, reindex }: RepairPlan, ticked: ReadonlySet<string>): Consequences {
  const moving = moves.filter(({ shardPath }) => ticked.has(shardPath))
  const anything = moving.length > 0 || reindex
  const staying = anything ? moves.filter(move => !ticked.has(move.shardPath) && isDamaged(move)) : []
  const leaving = [...moving, ...staying]
  const { keys, unknown } = keysLost({ moves, sharedKeys }, new Set(leaving.map(({ shardPath }) => shardPath)))
  return {
    shards: moving.length,
    bytes: sum(moving, ({ bytes }) => bytes),
    keys,
    everyCopy: keysOfEveryCopy({ sharedKeys }, ticked),
    byIndex: sum(
      leaving.filter(({ rows }) => rows === null),
      ({ keysOnlyHere, indexEntries }) => keysOnlyHere ?? indexEntries
    ),
    unknown,
    damagedStay: staying.length,
    indexEntries: sum(leaving, ({ indexEntries }) => indexEntries),
    anything
  }
}

function sum(moves: readonly PlannedMove[], of: (move: PlannedMove) => number): number {
  return moves.reduce((total, move) => total + of(move), 0)
}

function isDamaged({ reasons }: PlannedMove): boolean {
  return reasons.some(({ severity }) => severity === 'corrupt')
}

/** What the button says that does it. */
export function buttonText({ shards, anything }: Consequences): string {
  if (shards > 0) return `Quarantine ${formatCounted(shards, 'shard')} and rebuild the index`
  return anything ? 'Rebuild the index' : 'Nothing to repair'
}

export type MoveGroup = { readonly kind: FindingKind; readonly moves: readonly PlannedMove[] }

/** Moves by their first, which is their gravest, cause; those that are ticked by default first. */
export function groupMoves(moves: readonly PlannedMove[]): readonly MoveGroup[] {
  const groups = Map.groupBy(moves, causeOf)
  return [...groups]
    .flatMap(([kind, group]) => (kind === null ? [] : [{ kind, moves: group }]))
    .sort((a, b) => Number(b.moves[0]?.ticked) - Number(a.moves[0]?.ticked) || b.moves.length - a.moves.length)
}

/**
 * The shards that ticking a whole group ticks. Of shards that hold the same keys one stays, also where it is in another group. Of
 * conflicting keys none is ticked, because nothing says which shard is right.
 */
export function groupTicks({ kind, moves }: MoveGroup, ticked: ReadonlySet<string>): readonly string[] {
  if (kind === 'conflicting_key') return []
  if (kind !== 'duplicate_key') return moves.map(({ shardPath }) => shardPath)
  const paths = new Set(moves.map(({ shardPath }) => shardPath))
  const pairs = pairsOf(moves.flatMap(({ reasons }) => reasons))
  const isHeldElsewhere = (shardPath: string): boolean =>
    pairs.every(({ first, second }) => second.shardPath !== shardPath || !ticked.has(first.shardPath)) &&
    pairs.every(({ first, second }) => first.shardPath !== shardPath || !ticked.has(second.shardPath))
  return secondShards(pairs).filter(path => paths.has(path) && isHeldElsewhere(path))
}

function causeOf({ reasons }: PlannedMove): FindingKind | null {
  return (reasons.find(({ severity }) => severity === 'corrupt') ?? reasons[0])?.kind ?? null
}
