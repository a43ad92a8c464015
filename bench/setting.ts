/** The caches and the number of runs for all cases. */
import type { MadeCache } from './makeCache.ts'
import type { Comparison, Sample } from './measure.ts'
import type { Peer } from './peer.ts'

export type Setting = {
  readonly quick: boolean
  /** A temporary folder, deleted after the run. */
  readonly folder: string
  /** Shards of 1,024 rows of 1,024 values, written by lewm-cache. */
  readonly cache: MadeCache
  /** The same rows in shards that GenoLeWM wrote (dictionary and indices). Null without GenoLeWM. */
  readonly foreign: MadeCache | null
  /** The same rows in one shard. */
  readonly small: MadeCache
  /** Number of counted runs of an operation that takes up to a second. */
  readonly runs: number
  /** Number of counted runs of an operation that takes Python many seconds. */
  readonly slowRuns: number
  /** Null without a Python with GenoLeWM. */
  readonly peer: Peer | null
}

/** The caches that most cases use, each with the suffix of its lines. */
export function bothCaches({ cache, foreign }: Setting): { readonly cache: MadeCache; readonly whose: string }[] {
  return [{ cache, whose: '' }, ...(foreign === null ? [] : [{ cache: foreign, whose: ' written by GenoLeWM' }])]
}

/** A peer's line of the table. Empty without that peer. */
export function beside(who: string, sample: Sample | undefined, atLeast?: number): Comparison[] {
  return sample === undefined ? [] : [{ who, sample, ...(atLeast !== undefined && { atLeast }) }]
}
