/** Shards that are shown as they are stored, because their rows are not of layout 1. */
import type { ShardFacts } from '../../shared/contract/index.ts'
import type { Finding } from '../../shared/model/finding.ts'

/** Whether the footer can be read and a finding says that the rows are of another layout, or of none. */
export function isRawOnly({ rows, findings }: Pick<ShardFacts, 'rows' | 'findings'>): boolean {
  return rows !== null && findings.some(isForeign)
}

/** Why a shard is shown as it is stored. */
export function isForeign({ severity, kind }: Finding): boolean {
  return severity === 'unsupported' || kind === 'missing_column' || kind === 'wrong_type'
}
