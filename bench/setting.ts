/** What every case works on, and how often to measure. */
import type { MadeCache } from './makeCache.ts'
import type { Comparison, Sample } from './measure.ts'
import type { Peer } from './peer.ts'

export type Setting = {
  readonly quick: boolean
  /** Temporary; gone after the run. */
  readonly folder: string
  /** Shards of 1,024 rows of 1,024 values, written by us. */
  readonly cache: MadeCache
  /** The same rows in shards that GenoLeWM wrote (dictionary and indices); null where it is missing. */
  readonly foreign: MadeCache | null
  /** The same rows in one shard. */
  readonly small: MadeCache
  /** Counted runs of what takes up to a second. */
  readonly runs: number
  /** Counted runs of what takes Python many seconds. */
  readonly slowRuns: number
  /** Null where there is no Python with GenoLeWM. */
  readonly peer: Peer | null
}

/** The caches that most is measured on, each with what tells its lines apart. */
export function bothCaches({ cache, foreign }: Setting): { readonly cache: MadeCache; readonly whose: string }[] {
  return [{ cache, whose: '' }, ...(foreign === null ? [] : [{ cache: foreign, whose: ' written by GenoLeWM' }])]
}

/** A peer's line of the table; none where there is no such peer. */
export function beside(who: string, sample: Sample | undefined, atLeast?: number): Comparison[] {
  return sample === undefined ? [] : [{ who, sample, ...(atLeast !== undefined && { atLeast }) }]
}
