/** Converts an exception while reading a shard into a finding. */
import { type Finding, finding } from '../../../shared/model/finding.ts'
import { expectedError } from '../fs/systemError.ts'
import { ShardFault } from '../limits/shardFault.ts'

/** @throws for anything but damage or a failed system call, which is a bug */
export function faultFinding(shardPath: string, error: unknown): Finding {
  if (error instanceof ShardFault)
    return finding(error.kind, shardPath, error.facts, { row: error.row, column: error.column, details: error.details })
  const expected = expectedError(error)
  if (expected?.code === 'RESOURCE.SYSTEM') {
    return finding('unreadable', shardPath, { cause: 'shard', reason: expected.message }, { details: expected.details })
  }
  throw error
}
