/** Everything about one kind of job. */
import type { JobKind, JobReport, JobRequest } from '../../../../shared/contract/index.ts'
import type { Ledger, LongOptions } from '../../../core/index.ts'
import type { OpenCache } from '../../cacheModel/openCache.ts'
import type { ReportEffect } from '../../catalog/comparison.ts'

export type RequestOf<Kind extends JobKind> = Extract<JobRequest, { kind: Kind }>
export type ReportOf<Kind extends JobKind> = Extract<JobReport, { kind: Kind }>
/** Deeply readonly, as the core returns reports. */
export type Unchanging<T> = T extends bigint
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Unchanging<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Unchanging<T[Key]> }
      : T
export type RunOptions = LongOptions & { readonly workers: number | undefined; readonly ledger: Ledger }

/** Properties that are fixed before a job starts. */
export type Prepared<Kind extends JobKind> = {
  /** The request as its thread gets it. */
  readonly order: RequestOf<Kind>
  /** The title: "Verify 36 shards". */
  readonly title: string
  /** The shards that it will read, if known in advance; null for all. */
  readonly checked: ReadonlySet<string> | null
}

export type JobDefinition<Kind extends JobKind> = {
  /**
   * `writes`: changes the cache; only one such job runs on a cache at a time, and others run beside it. `verifies`: leaves the cache
   * unchanged, and its findings replace those of its shards. `reads`: leaves both unchanged.
   */
  readonly access: 'writes' | 'verifies' | 'reads'
  /** @throws NotFoundError and InputError for an invalid request */
  readonly prepare: (cache: OpenCache, request: RequestOf<Kind>) => Prepared<Kind>
  /** Runs it, in its own thread. */
  readonly run: (root: string, request: RequestOf<Kind>, options: RunOptions) => Promise<Unchanging<ReportOf<Kind>>>
  /** The effect of its report on findings about the index and between shards. */
  readonly effect: (report: ReportOf<Kind>) => ReportEffect
}

/** A definition with only a title. */
export function titled<Kind extends JobKind>(title: (request: RequestOf<Kind>) => string): JobDefinition<Kind>['prepare'] {
  return (_cache, request) => ({ order: request, title: title(request), checked: null })
}
