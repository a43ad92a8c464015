/**
 * The shards and rows that are missing from a cache now, without reading shards that the index knows. For reports of finished jobs, and for
 * the window.
 */
import { CacheError } from '../../../shared/model/errors.ts'
import { type ShardWalk, walkShards, withoutAliases } from '../cache/walkShards.ts'
import { openIndex, type WindowIndex } from '../index/windowIndex.ts'
import { KeyCollector } from '../keys/duplicateKeys.ts'
import { Intactness } from '../ledger/intactness.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { EvidenceRun } from './evidenceRun.ts'
import type { ArchiveProblem } from './kept/entryArchive.ts'
import type { LostDetail } from './lostReport.ts'
import type { Place, ShardState } from './places.ts'
import { ShardStates } from './shardStates.ts'

export type FindLostOptions = {
  readonly ledger?: Ledger | undefined
  readonly signal?: AbortSignal | undefined
  readonly workers?: number | undefined
  /** Present shards, if they are already known. */
  readonly walk?: Pick<ShardWalk, 'shardPaths' | 'findings' | 'aliases'>
  /** Shards with a known state: damaged shards and placeholders. */
  readonly states?: ReadonlyMap<string, ShardState>
  /** The number of lost shards, and of keys of each, to list by name. */
  readonly shardsNamed: number
  readonly keysNamed: number
}

/** The missing rows according to the evidence that could be read. */
export type LostFound = {
  readonly lost: readonly { readonly place: Place; readonly lost: LostDetail }[]
  /** Why the index could not be read. Then shards that only the index knows are not included. */
  readonly indexFailure: CacheError | null
  /** Parts of the quarantine that could not be read. */
  readonly problems: readonly ArchiveProblem[]
}

/**
 * Evaluates all evidence.
 * @param root absolute real path of a cache
 * @throws SystemError, CancelledError
 */
export async function findLost(root: string, options: FindLostOptions): Promise<LostFound> {
  const walk = options.walk ?? (await walkShards(root, options.signal))
  const states = new ShardStates(root, walk)
  for (const [path, state] of options.states ?? []) states.set(path, state)
  const collector = new KeyCollector()
  let indexFailure: CacheError | null = null
  const problems: ArchiveProblem[] = []
  const onIndexFailure = (error: unknown): void => {
    if (!(error instanceof CacheError)) throw error
    indexFailure ??= error
  }
  const index = usableIndex(root, onIndexFailure)
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
    onProblem: (problem: ArchiveProblem) => void problems.push(problem),
    onIndexFailure
  }
  const run = new EvidenceRun(situation, collector, {
    holdings: () => [],
    listed: options.keysNamed
  })
  try {
    await run.settle(() => undefined)
    const lost = await run.details(options.shardsNamed)
    return { lost, indexFailure, problems }
  } finally {
    run.close()
    collector.close()
    index?.close()
  }
}

/** If the index is damaged, locked or refused, the other evidence is still used. */
function usableIndex(root: string, onFailure: (error: unknown) => void): WindowIndex | null {
  try {
    return openIndex(root, 'read')
  } catch (error) {
    onFailure(error)
    return null
  }
}
