/** Shard lines for tests of the renderer. */
import type { ShardRow } from '../../src/shared/contract/index.ts'

/** A verified shard at a path; the address only where a test asks for it. */
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
