/** What is missing from a cache now, without reading shards that the index knows: for reports of what was done, and for a window. */
import { CacheError } from '../../../shared/model/errors.ts'
import { type ShardWalk, walkShards, withoutAliases } from '../cache/walkShards.ts'
import { openIndex, type WindowIndex } from '../index/windowIndex.ts'
import { KeyCollector } from '../keys/duplicateKeys.ts'
import { Intactness } from '../ledger/intactness.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { EvidenceRun } from './evidenceRun.ts'
import type { LostDetail } from './lostReport.ts'
import type { Place, ShardState } from './places.ts'
import { ShardStates } from './shardStates.ts'

export type FindLostOptions = {
  readonly ledger?: Ledger | undefined
  readonly signal?: AbortSignal | undefined
  readonly workers?: number | undefined
  /** Shards that are there, when they are known already. */
  readonly walk?: Pick<ShardWalk, 'shardPaths' | 'findings' | 'aliases'>
  /** Shards of which something is known: damaged ones, and files that stand for one. */
  readonly states?: ReadonlyMap<string, ShardState>
  /** How many lost shards, and how many keys of each, are wanted by name. */
  readonly shardsNamed: number
  readonly keysNamed: number
}

/**
 * Asks all evidence.
 * @param root absolute real path of a cache
 * @throws SystemError, CancelledError
 */
export async function findLost(root: string, options: FindLostOptions): Promise<{ readonly place: Place; readonly lost: LostDetail }[]> {
  const walk = options.walk ?? (await walkShards(root, options.signal))
  const states = new ShardStates(root, walk)
  for (const [path, state] of options.states ?? []) states.set(path, state)
  const collector = new KeyCollector()
  const index = usableIndex(root)
  const { ledger, signal, workers } = options
  const intactness = new Intactness(root, ledger, undefined)
  const situation = {
    root,
    present: walk.shardPaths,
    index,
    ledger,
    reported: [],
    signal,
    workers,
    canonical: (path: string) => withoutAliases(walk, path),
    stateOf: (path: string) => states.stateOf(path),
    idOf: () => -1,
    rowsOf: () => null,
    isIntact: (path: string) => intactness.isIntactAt(path),
    isMine: () => true,
    onProblem: () => undefined,
    onIndexFailure: (error: unknown) => {
      if (!(error instanceof CacheError)) throw error
    }
  }
  const run = new EvidenceRun(situation, collector, {
    holdings: () => [],
    listed: options.keysNamed
  })
  try {
    await run.settle(() => undefined)
    return await run.details(options.shardsNamed)
  } finally {
    run.close()
    collector.close()
    index?.close()
  }
}

function usableIndex(root: string): WindowIndex | null {
  try {
    return openIndex(root, 'read')
  } catch (error) {
    // Damaged, locked or refused: the other evidence is asked all the same.
    if (error instanceof CacheError) return null
    throw error
  }
}
