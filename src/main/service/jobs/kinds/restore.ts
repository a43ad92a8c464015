import { formatCounted } from '../../../../shared/text/numbers.ts'
import { restoreShards } from '../../../core/index.ts'
import { type JobDefinition, titled } from './jobDefinition.ts'

export const restore: JobDefinition<'restore'> = {
  access: 'writes',
  prepare: titled(({ which }) =>
    which === 'all' ? 'Restore everything from quarantine' : `Restore ${formatCounted(which.length, 'shard')}`
  ),
  run: async (root, { kind, which }, options) => ({ kind, report: await restoreShards(root, which, options) }),
  effect: ({ report: { indexRebuilt } }) => ({ type: indexRebuilt ? 'rebuilt' : 'unchanged' })
}
