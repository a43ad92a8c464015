/** Jobs: requests, progress events and reports. */
import { z } from 'zod'
import { MAX_WORKERS } from './constants.ts'
import {
  forgetReportSchema,
  planSchema,
  progressSchema,
  quarantineReportSchema,
  reindexReportSchema,
  repairReportSchema,
  restoreReportSchema,
  verifyReportSchema
} from './reports.ts'
import { findingSchema, scopeSchema } from './schemas.ts'

/** The work of a job. The definition of its kind in the service says whether it changes the cache. */
export const jobRequestSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('verify'),
    scope: scopeSchema.optional(),
    shards: z.array(z.string()).optional(),
    /** Only shards that are new or changed since their last verification. With `olderThanMs`: either. */
    changed: z.boolean().optional(),
    /** Only shards last verified longer ago than this, or never. */
    olderThanMs: z.number().min(0).optional(),
    /** Resume the last verification of the same shards if it was interrupted. */
    resume: z.boolean().optional(),
    /** Also read every shard with hyparquet and compare all values. */
    secondReader: z.boolean().optional()
  }),
  z.object({ kind: z.literal('plan') }),
  z.object({ kind: z.literal('apply'), plan: planSchema, ticked: z.array(z.string()) }),
  z.object({ kind: z.literal('reindex') }),
  z.object({ kind: z.literal('quarantine'), shards: z.array(z.string()).min(1), reason: z.string() }),
  z.object({ kind: z.literal('restore'), which: z.union([z.literal('all'), z.array(z.string()).min(1)]) }),
  /** The user's decision that missing shards are no longer needed. */
  z.object({ kind: z.literal('forget'), shards: z.array(z.string()).min(1) })
])
export type JobRequest = z.infer<typeof jobRequestSchema>
export type JobKind = JobRequest['kind']
const JOB_KINDS: readonly JobKind[] = jobRequestSchema.options.map(option => option.shape.kind.value)

/** Reader threads; by default one per core of the service's machine. */
export const workersSchema = z.number().int().min(1).max(MAX_WORKERS)

export const jobReportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('verify'), report: verifyReportSchema }),
  z.object({ kind: z.literal('plan'), plan: planSchema }),
  z.object({ kind: z.literal('apply'), report: repairReportSchema }),
  z.object({ kind: z.literal('reindex'), report: reindexReportSchema }),
  z.object({ kind: z.literal('quarantine'), report: quarantineReportSchema }),
  z.object({ kind: z.literal('restore'), report: restoreReportSchema }),
  z.object({ kind: z.literal('forget'), report: forgetReportSchema })
])
export type JobReport = z.infer<typeof jobReportSchema>

const faultSchema = z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) })

/** Cancelled is an outcome, not an error. */
export const jobOutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('done'), report: jobReportSchema }),
  z.object({ outcome: z.literal('cancelled') }),
  z.object({ outcome: z.literal('failed'), error: faultSchema })
])
export type JobOutcome = z.infer<typeof jobOutcomeSchema>

export const jobEventSchema = z.discriminatedUnion('type', [
  /** At most ten per second. */
  z.object({ type: z.literal('progress'), progress: progressSchema, bytesPerSecond: z.number(), secondsLeft: z.number().nullable() }),
  /** Findings since the last event. */
  z.object({ type: z.literal('findings'), findings: z.array(findingSchema) }),
  z.object({ type: z.literal('end'), end: jobOutcomeSchema })
])
export type JobEvent = z.infer<typeof jobEventSchema>

export const jobInfoSchema = z.object({
  jobId: z.string(),
  cacheId: z.string(),
  kind: z.enum(JOB_KINDS),
  /** A description of the work: "Verify 36 shards". */
  title: z.string(),
  startedMs: z.number(),
  endedMs: z.number().nullable(),
  outcome: z.enum(['done', 'cancelled', 'failed']).nullable(),
  progress: progressSchema.nullable()
})
export type JobInfo = z.infer<typeof jobInfoSchema>
