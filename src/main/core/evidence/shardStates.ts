/** The state of each path in a run, and the known state of paths that were not part of it. */
import type { Finding } from '../../../shared/model/finding.ts'
import { isProvenGone } from '../cache/provenGone.ts'
import type { ShardWalk } from '../cache/walkShards.ts'
import type { Depth, ShardVerdict } from '../inspect/inspectShard.ts'
import type { ShardState } from './places.ts'

/** The state of a shard that was inspected, but whose rows are not in memory. */
export function stateByFindings(findings: readonly Finding[]): ShardState {
  if (findings.some(({ severity }) => severity === 'corrupt')) return 'damaged'
  if (findings.some(holdsNoRows)) return 'placeholder'
  return findings.every(({ severity }) => severity === 'suspect') ? 'unlooked' : 'unread'
}

/** Whether a path has something other than a shard: a placeholder, a folder, a pipe. The target of an unfollowed link may be a shard. */
function holdsNoRows({ kind, details }: Finding): boolean {
  return kind === 'placeholder' || (kind === 'not_a_file' && details.link !== 'not_followed')
}

export class ShardStates {
  private readonly root: string
  private readonly present: ReadonlySet<string>
  private readonly standIns: readonly string[]
  private readonly states = new Map<string, ShardState>()
  private readonly positions = new Map<string, number>()

  constructor(root: string, { shardPaths, findings }: Pick<ShardWalk, 'shardPaths' | 'findings'>) {
    this.root = root
    this.present = new Set(shardPaths)
    this.standIns = findings.filter(holdsNoRows).map(({ shardPath }) => shardPath)
  }

  /** @param position of the shard in the run */
  take(position: number, { shardPath, keys, findings }: Pick<ShardVerdict, 'shardPath' | 'keys' | 'findings'>, depth: Depth): void {
    this.positions.set(shardPath, position)
    const state = keys !== null ? 'read' : stateByFindings(findings)
    this.states.set(shardPath, state === 'unlooked' && depth !== 'footer' ? 'unread' : state)
  }

  /** The known state of a path from before the run. */
  set(path: string, state: ShardState): void {
    this.states.set(path, state)
  }

  stateOf(path: string): ShardState {
    let state = this.states.get(path)
    if (state === undefined) {
      state = this.present.has(path) ? 'unlooked' : this.outside(path)
      this.states.set(path, state)
    }
    return state
  }

  /** The position of a shard in the run. */
  positionOf(path: string): number {
    return this.positions.get(path) ?? -1
  }

  /** The same for a shard whose rows were read. -1 for others. */
  idOf(path: string): number {
    return this.states.get(path) === 'read' ? this.positionOf(path) : -1
  }

  private outside(path: string): ShardState {
    if (this.standIns.some(standIn => path === standIn || path.startsWith(`${standIn}/`))) return 'placeholder'
    return isProvenGone(this.root, path) ? 'absent' : 'unread'
  }
}
