/** The effects of the selected part of a plan: shards, bytes, rows and index entries. Pure. */
import type { FindingKind } from '../../../shared/model/finding.ts'
import { keysLost, keysOfEveryCopy } from '../../../shared/model/keysLost.ts'
import type { PlannedMove, RepairPlan } from '../../../shared/model/report.ts'
import { pairsOf, secondShards } from '../../text/findings/pairs.ts'
import { formatCounted } from '../../text/index.ts'

export type Consequences = {
  readonly shards: number
  readonly bytes: number
  /** Keys that no shard will hold: those of shards that move, and of damaged shards that stay. */
  readonly keys: number
  /** The number of these keys of which every copy is selected. */
  readonly everyCopy: number
  /** The number of these keys that are counted from the index, because the shard does not record its number of rows. */
  readonly byIndex: number
  /** Shards with an unknown number of keys that no other shard holds. */
  readonly unknown: number
  /** Damaged shards that stay. Their rows leave the index as well. */
  readonly damagedStay: number
  /** Entries of the current index that point to these shards. */
  readonly indexEntries: number
  /** Whether the repair changes anything. */
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

/** The text of the button that starts the repair. */
export function buttonText({ shards, anything }: Consequences): string {
  if (shards > 0) return `Quarantine ${formatCounted(shards, 'shard')} and rebuild the index`
  return anything ? 'Rebuild the index' : 'Nothing to repair'
}

export type MoveGroup = { readonly kind: FindingKind; readonly moves: readonly PlannedMove[] }

/** Moves by their first cause, which is the most severe one. Groups that are selected by default come first. */
export function groupMoves(moves: readonly PlannedMove[]): readonly MoveGroup[] {
  const groups = Map.groupBy(moves, causeOf)
  return [...groups]
    .flatMap(([kind, group]) => (kind === null ? [] : [{ kind, moves: group }]))
    .sort((a, b) => Number(b.moves[0]?.ticked) - Number(a.moves[0]?.ticked) || b.moves.length - a.moves.length)
}

/**
 * The shards that are selected together with a whole group. Of shards with the same keys one stays, even if it is in another group. Of
 * conflicting keys none is selected, because nothing shows which shard is correct.
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
