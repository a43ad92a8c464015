import { formatCounted } from '../../../../shared/text/numbers.ts'
import { forgetLost } from '../../../core/index.ts'
import { type JobDefinition, titled } from './jobDefinition.ts'

export const forget: JobDefinition<'forget'> = {
  access: 'writes',
  prepare: titled(({ shards }) => `Forget ${formatCounted(shards.length, 'shard')} that ${shards.length === 1 ? 'is' : 'are'} missing`),
  run: async (root, { kind, shards }, options) => ({ kind, report: { forgotten: await forgetLost(root, shards, options) } }),
  effect: ({ report: { forgotten } }) => ({ type: 'forgotten', shards: new Set(forgotten.map(({ shardPath }) => shardPath)) })
}
