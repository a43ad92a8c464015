/** The missing rows of a cache according to all evidence. */
import {
  countMissing,
  type Finding,
  finding,
  findLost,
  type Ledger,
  type MissingCounts,
  missingFinding,
  openLedger,
  type ShardState
} from '../../core/index.ts'

export type MissingReport = MissingCounts & {
  /** The first of them, in path order. */
  readonly findings: readonly Finding[]
  /** Why some evidence could not be read, so that shards may be absent from the list. Null if all of it was read. */
  readonly notRead: string | null
}

export type MissingQuestion = {
  /** Absolute. */
  readonly root: string
  readonly ledgerFile: string
  /** Findings about shards that exist. */
  readonly states: readonly (readonly [shardPath: string, state: ShardState])[]
}

/** Maximum number of shards that are listed, with the same maximum for their keys and windows. */
const FINDINGS = 5_000
const SHARDS_NAMED = 500
const KEYS_NAMED = 20

export async function findMissing({ root, ledgerFile, states }: MissingQuestion, signal: AbortSignal): Promise<MissingReport> {
  const ledger = usableLedger(ledgerFile)
  try {
    const options = { ledger, signal, workers: 1, states: new Map(states), shardsNamed: SHARDS_NAMED, keysNamed: KEYS_NAMED }
    const { lost, indexFailure, problems } = await findLost(root, options)
    const placeholders = states
      .filter(([, state]) => state === 'placeholder')
      .map(([shardPath]) => finding('placeholder', shardPath, { is: 'known_before' }))
    const counts = countMissing(
      lost.map(each => each.lost),
      placeholders
    )
    const findings = lost.flatMap(each => missingFinding(each.lost, each.place) ?? []).slice(0, FINDINGS)
    return { ...counts, findings, notRead: indexFailure?.message ?? problems.find(({ refused }) => refused)?.message ?? null }
  } finally {
    ledger?.close()
  }
}

/** The other evidence is still used. The code that opens the ledger first reports its problems. */
export function usableLedger(file: string): Ledger | undefined {
  try {
    return openLedger(file)
  } catch {
    return undefined
  }
}
