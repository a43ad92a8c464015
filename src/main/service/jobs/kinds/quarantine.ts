import { formatCounted } from '../../../../shared/text/numbers.ts'
import { quarantineShards } from '../../../core/index.ts'
import { type JobDefinition, titled } from './jobDefinition.ts'

export const quarantine: JobDefinition<'quarantine'> = {
  access: 'writes',
  prepare: titled(({ shards }) => `Quarantine ${formatCounted(shards.length, 'shard')}`),
  run: async (root, { kind, shards, reason }, options) => ({ kind, report: await quarantineShards(root, shards, reason, options) }),
  effect: ({ report: { indexRebuilt } }) => ({ type: indexRebuilt ? 'rebuilt' : 'unchanged' })
}
