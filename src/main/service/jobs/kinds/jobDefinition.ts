/** What there is to know about one kind of job, in one place. */
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

/** What is settled before a job starts. */
export type Prepared<Kind extends JobKind> = {
  /** The request as its thread gets it. */
  readonly order: RequestOf<Kind>
  /** For a person: "Verify 36 shards". */
  readonly title: string
  /** The shards that it will read, as far as is known before; null for all. */
  readonly checked: ReadonlySet<string> | null
}

export type JobDefinition<Kind extends JobKind> = {
  /** Whether it changes the cache. One such job at a time runs on a cache, others beside it. */
  readonly writes: boolean
  /** @throws NotFoundError and InputError for a request that cannot be carried out */
  readonly prepare: (cache: OpenCache, request: RequestOf<Kind>) => Prepared<Kind>
  /** Carries it out, in a thread of its own. */
  readonly run: (root: string, request: RequestOf<Kind>, options: RunOptions) => Promise<Unchanging<ReportOf<Kind>>>
  /** What its report says about the index and about shards held against each other. */
  readonly effect: (report: ReportOf<Kind>) => ReportEffect
}

/** A title and nothing else to settle. */
export function titled<Kind extends JobKind>(title: (request: RequestOf<Kind>) => string): JobDefinition<Kind>['prepare'] {
  return (_cache, request) => ({ order: request, title: title(request), checked: null })
}
