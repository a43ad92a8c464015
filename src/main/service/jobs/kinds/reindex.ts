import { reindexCache } from '../../../core/index.ts'
import { type JobDefinition, titled } from './jobDefinition.ts'

export const reindex: JobDefinition<'reindex'> = {
  access: 'writes',
  prepare: titled(() => 'Rebuild the index'),
  run: async (root, { kind }, options) => ({ kind, report: await reindexCache(root, options) }),
  effect: ({ report: { indexKept } }) => ({ type: indexKept === true ? 'unchanged' : 'rebuilt' })
}
