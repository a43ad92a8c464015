/** Shard lines for tests of the renderer. */
import type { ShardRow } from '../../src/shared/contract/index.ts'

/** A verified shard at a path. It has an address only if a test asks for one. */
export function shardRow(shardPath: string, change: Partial<ShardRow> = {}): ShardRow {
  return {
    shardPath,
    address: null,
    bytes: 2048,
    modifiedMs: 0,
    rows: 10,
    dimensions: 4,
    health: 'verified',
    verifiedAtMs: null,
    findings: 0,
    ...change
  }
}
