/** Every kind of job. Concurrency, titles, work and effects follow from this table. */
import type { JobKind } from '../../../../shared/contract/index.ts'
import type { OpenCache } from '../../cacheModel/openCache.ts'
import type { ReportEffect } from '../../catalog/comparison.ts'
import { apply } from './apply.ts'
import { forget } from './forget.ts'
import type { JobDefinition, Prepared, ReportOf, RequestOf, RunOptions, Unchanging } from './jobDefinition.ts'
import { plan } from './plan.ts'
import { quarantine } from './quarantine.ts'
import { reindex } from './reindex.ts'
import { restore } from './restore.ts'
import { verify } from './verify.ts'

const JOBS: { readonly [Kind in JobKind]: JobDefinition<Kind> } = { verify, plan, apply, reindex, quarantine, restore, forget }

export function writesCache(kind: JobKind): boolean {
  return JOBS[kind].access === 'writes'
}

export function verifiesShards(kind: JobKind): boolean {
  return JOBS[kind].access === 'verifies'
}

export function prepareJob<Kind extends JobKind>(cache: OpenCache, request: RequestOf<Kind> & { readonly kind: Kind }): Prepared<Kind> {
  const definition: JobDefinition<Kind> = JOBS[request.kind]
  return definition.prepare(cache, request)
}

export function runJobKind<Kind extends JobKind>(
  root: string,
  request: RequestOf<Kind> & { readonly kind: Kind },
  options: RunOptions
): Promise<Unchanging<ReportOf<Kind>>> {
  const definition: JobDefinition<Kind> = JOBS[request.kind]
  return definition.run(root, request, options)
}

export function effectOf<Kind extends JobKind>(report: ReportOf<Kind> & { readonly kind: Kind }): ReportEffect {
  const definition: JobDefinition<Kind> = JOBS[report.kind]
  return definition.effect(report)
}
