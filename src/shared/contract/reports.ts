/** Progress and reports of long operations as zod schemas. Their types are those of the model. */
import { z } from 'zod'
import {
  type KeptShard,
  PHASES,
  type PlannedMove,
  type Progress,
  type QuarantinedShard,
  type QuarantineEntry,
  type ReindexReport,
  type RepairPlan,
  type RepairReport,
  type SecondReading,
  type ShardNotMoved,
  type VerifyReport
} from '../model/report.ts'
import { findingKindSchema, findingSchema } from './schemas.ts'

export const progressSchema = z.object({
  phase: z.enum(PHASES),
  done: z.number(),
  total: z.number(),
  bytesDone: z.number(),
  bytesTotal: z.number(),
  shardPath: z.string().nullable(),
  findings: z.number()
}) satisfies z.ZodType<Progress>

const secondReadingSchema = z.object({
  compared: z.number(),
  disagreeing: z.number(),
  notRead: z.array(z.object({ shardPath: z.string(), reason: z.string() }))
}) satisfies z.ZodType<SecondReading>

export const verifyReportSchema = z.object({
  checkedShards: z.number(),
  checkedRows: z.number(),
  checkedBytes: z.number(),
  healthyShards: z.number(),
  findings: z.array(findingSchema),
  missingShards: z.number(),
  missingRows: z.number(),
  byKind: z.partialRecord(findingKindSchema, z.number()),
  seconds: z.number(),
  secondReader: secondReadingSchema.optional()
}) satisfies z.ZodType<VerifyReport>

export const reindexReportSchema = z.object({
  indexedShards: z.number(),
  indexedRows: z.number(),
  indexPath: z.string(),
  indexKept: z.literal(true).optional(),
  findings: z.array(findingSchema)
}) satisfies z.ZodType<ReindexReport>

const movesSchema = z.object({
  shardPath: z.string(),
  bytes: z.number(),
  mtimeNs: z.bigint(),
  inode: z.bigint().nullable(),
  ctimeNs: z.bigint().nullable(),
  sha256: z.string().nullable(),
  rows: z.number().nullable(),
  keysOnlyHere: z.number().nullable(),
  indexEntries: z.number(),
  reasons: z.array(findingSchema),
  ticked: z.boolean()
}) satisfies z.ZodType<PlannedMove>

const keptSchema = z.object({ shardPath: z.string(), reasons: z.array(findingSchema) }) satisfies z.ZodType<KeptShard>

export const planSchema = z.object({
  version: z.literal(1),
  cacheDir: z.string(),
  createdAt: z.bigint(),
  checkedShards: z.number(),
  moves: z.array(movesSchema),
  sharedKeys: z.array(z.object({ shardPaths: z.array(z.string()), keys: z.number() })),
  kept: z.array(keptSchema),
  reindex: z.boolean(),
  keepsIndex: z.literal(true).optional(),
  indexFindings: z.array(findingSchema),
  missing: z.array(findingSchema),
  missingShards: z.number(),
  missingRows: z.number()
}) satisfies z.ZodType<RepairPlan>

const quarantinedSchema = z.object({
  shardPath: z.string(),
  movedTo: z.string(),
  reasons: z.array(z.string())
}) satisfies z.ZodType<QuarantinedShard>

const notMovedSchema = z.object({ shardPath: z.string(), reason: z.string() }) satisfies z.ZodType<ShardNotMoved>

export const quarantineReportSchema = z.object({
  moved: z.array(quarantinedSchema),
  notMoved: z.array(notMovedSchema),
  /** False in a cache without an index. */
  indexRebuilt: z.boolean()
})

export const repairReportSchema = z.object({
  checkedShards: z.number(),
  quarantined: z.array(quarantinedSchema),
  notMoved: z.array(notMovedSchema),
  kept: z.array(keptSchema),
  reindex: reindexReportSchema,
  missingShards: z.number(),
  missingRows: z.number()
}) satisfies z.ZodType<RepairReport>

export const quarantineEntrySchema = z.object({
  path: z.string(),
  shardPath: z.string(),
  reasons: z.array(z.string()),
  findings: z.array(findingSchema),
  at: z.bigint().nullable(),
  bytes: z.number()
}) satisfies z.ZodType<QuarantineEntry>

const moveBackSchema = z.object({ path: z.string(), shardPath: z.string() })
export const restoreReportSchema = z.object({
  restored: z.array(moveBackSchema),
  skipped: z.array(moveBackSchema.extend({ reason: z.string(), cause: z.enum(['taken', 'refused']) })),
  /** False if nothing was moved, so that the findings about the index are still valid. */
  indexRebuilt: z.boolean()
})

export const forgetReportSchema = z.object({
  forgotten: z.array(
    z.object({
      shardPath: z.string(),
      /** Null if the number is unknown. */
      rows: z.number().nullable(),
      reason: z.string(),
      by: z.string(),
      host: z.string(),
      /** UTC ns. */
      at: z.bigint()
    })
  )
})
