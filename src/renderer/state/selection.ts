/**
 * One selection for the whole window: the tree, lane, table, inspector and problems all show the same. Earlier selections are kept for Back
 * and Forward. Pure. `WorkspaceProvider` connects it to React.
 */
import type { Scope } from '../../shared/contract/index.ts'
import type { ViewId } from './viewIds.ts'

export type Selection = {
  /** The current view in the centre. */
  readonly tab: ViewId
  /** The scope that is selected in the tree or the lane. */
  readonly scope: Scope
  /** The shard in the inspector. */
  readonly shardPath: string | null
  /** The row in the inspector, 0-based. */
  readonly rowOffset: number | null
}

export const START: Selection = { tab: 'shards', scope: {}, shardPath: null, rowOffset: null }

export type History = { readonly past: readonly Selection[]; readonly now: Selection; readonly future: readonly Selection[] }

const KEPT = 200

export function newHistory(now: Selection = START): History {
  return { past: [], now, future: [] }
}

/** Selects something else. Selecting the same again adds no step. */
export function go(history: History, change: Partial<Selection>): History {
  const next = { ...history.now, ...change }
  if (JSON.stringify(next) === JSON.stringify(history.now)) return history
  return { past: [...history.past, history.now].slice(-KEPT), now: next, future: [] }
}

export function back(history: History): History {
  const now = history.past.at(-1)
  return now === undefined ? history : { past: history.past.slice(0, -1), now, future: [history.now, ...history.future] }
}

export function forward(history: History): History {
  const [now, ...future] = history.future
  return now === undefined ? history : { past: [...history.past, history.now], now, future }
}
