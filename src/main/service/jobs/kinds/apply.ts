import { formatCounted } from '../../../../shared/text/numbers.ts'
import { applyRepair, InputError, tickMoves } from '../../../core/index.ts'
import type { JobDefinition } from './jobDefinition.ts'

export const apply: JobDefinition<'apply'> = {
  access: 'writes',
  prepare: ({ root }, request) => {
    const { plan, ticked } = request
    if (plan.cacheDir !== root) {
      throw new InputError(`the plan is for ${plan.cacheDir}, not for this cache`, { field: 'plan', value: plan.cacheDir })
    }
    tickMoves(plan, new Set(ticked))
    const title =
      ticked.length === 0 ? 'Rebuild the index as planned' : `Quarantine ${formatCounted(ticked.length, 'shard')} and rebuild the index`
    return { order: request, title, checked: null }
  },
  run: async (_root, { kind, plan, ticked }, options) => ({
    kind,
    report: await applyRepair(tickMoves(plan, new Set(ticked)), options)
  }),
  effect: ({ report: { reindex } }) => ({ type: reindex.indexKept === true ? 'unchanged' : 'rebuilt' })
}
