/** What every case works on: one cache, a byte-for-byte copy for whoever changes it in Python, and how often to measure. */
import type { WindowKey } from '../src/main/core/index.ts'
import type { Peer } from './peer.ts'

export type Setting = {
  /** Temporary; gone after the run. */
  readonly folder: string
  readonly cache: string
  readonly peerCache: string
  /** The same with the first shard alone. */
  readonly smallCache: string
  readonly smallPeerCache: string
  readonly shards: number
  /** Keys of rows all over the cache, in no order. */
  readonly keys: readonly WindowKey[]
  /** Counted runs of what takes up to a second. */
  readonly runs: number
  /** Counted runs of what takes Python many seconds. */
  readonly slowRuns: number
  /** Null where there is no Python with GenoLeWM. */
  readonly peer: Peer | null
}
