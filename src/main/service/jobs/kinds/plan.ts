import { planRepair } from '../../../core/index.ts'
import { type JobDefinition, titled } from './jobDefinition.ts'

/** A repair of a cache that was verified within a day does not read all of it again. */
const TRUST_MS = 86_400_000

export const plan: JobDefinition<'plan'> = {
  access: 'verifies',
  prepare: titled(() => 'Verify shards not verified within a day, and plan a repair'),
  run: async (root, { kind }, options) => ({ kind, plan: await planRepair(root, { ...options, trustMs: TRUST_MS }) }),
  effect: ({ plan: { moves, kept, indexFindings } }) => {
    const reasons = new Map([...moves, ...kept].map(each => [each.shardPath, each.reasons]))
    return { type: 'compared', findings: [...reasons.values(), indexFindings].flat(), secondReader: undefined }
  }
}
