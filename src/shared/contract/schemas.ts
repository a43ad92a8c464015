/** The model as zod schemas: the values that may cross a process boundary. Their types are those of the model. */
import { z } from 'zod'
import { type Finding, type FindingKind, isFindingKind, SEVERITIES } from '../model/finding.ts'
import { HEALTH_ORDER, type Health } from '../model/health.ts'
import { DTYPES, POOL_TYPES } from '../model/record.ts'
import type { ColumnFacts, ShardAddress, VectorStatistics } from '../model/shard.ts'
import { isDescribable } from '../text/describeFinding.ts'
import type { LOST_FORMATS } from './constants.ts'

export const healthSchema = z.enum(HEALTH_ORDER)
export type { Health }

export const findingKindSchema = z.custom<FindingKind>(isFindingKind)
const details = z.record(z.string(), z.unknown())

export const findingSchema = z
  .object({
    kind: findingKindSchema,
    severity: z.enum(SEVERITIES),
    shardPath: z.string(),
    row: z.number().nullable(),
    column: z.string().nullable(),
    facts: z.custom<Finding['facts']>(value => typeof value === 'object' && value !== null),
    details
  })
  .refine(isDescribable, { path: ['facts'] }) satisfies z.ZodType<Finding>

export type LostFormat = (typeof LOST_FORMATS)[number]

export const lostListSchema = z.object({
  file: z.instanceof(Blob),
  /** Missing shards, including those without keys or windows in the file. */
  shards: z.number(),
  /** Keys or windows in the file. */
  listed: z.number(),
  /** Number of missing keys or windows that are unknown, and the shards that held them. */
  unlisted: z.number(),
  unlistedShards: z.number(),
  /** Shards whose number of rows is unknown. They are counted only here and in `shards`. */
  uncountedShards: z.number(),
  /** Why the index could not be used. Shards that only the index knows are then not in the file. */
  indexFailure: z.string().optional()
})
export type LostListReport = Omit<z.infer<typeof lostListSchema>, 'file'>

export const addressSchema = z.object({
  encoder: z.string(),
  stateLayer: z.number(),
  poolType: z.string(),
  poolRadius: z.number(),
  contig: z.string(),
  strideBlock: z.number()
}) satisfies z.ZodType<ShardAddress>

const statisticsSchema = z.object({
  values: z.number(),
  finite: z.number(),
  nan: z.number(),
  infinite: z.number(),
  zeros: z.number(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  standardDeviation: z.number().nullable(),
  minNorm: z.number().nullable(),
  maxNorm: z.number().nullable()
}) satisfies z.ZodType<VectorStatistics>

export const columnSchema = z.object({
  column: z.string(),
  physicalType: z.string(),
  logicalType: z.string().nullable(),
  codec: z.string(),
  encodings: z.array(z.string()),
  values: z.number(),
  compressedBytes: z.number(),
  uncompressedBytes: z.number(),
  nulls: z.number().nullable(),
  pageIndex: z.boolean()
}) satisfies z.ZodType<ColumnFacts>

/** One row of the table of shards, from the catalog. Numbers from the footer are null until it has been read, or if it cannot be read. */
export const shardRowSchema = z.object({
  shardPath: z.string(),
  address: addressSchema.nullable(),
  bytes: z.number(),
  /** ms since 1970. */
  modifiedMs: z.number(),
  rows: z.number().nullable(),
  dimensions: z.number().nullable(),
  health: healthSchema,
  verifiedAtMs: z.number().nullable(),
  findings: z.number()
})
export type ShardRow = z.infer<typeof shardRowSchema>

/** The scope of the tree, the lane, the table and a job. Any part of the address may be omitted. */
export const scopeSchema = z.object({
  encoder: z.string().optional(),
  stateLayer: z.number().optional(),
  /** `centered_mean_64`. */
  pool: z.string().optional(),
  contig: z.string().optional()
})
export type Scope = z.infer<typeof scopeSchema>

/** Totals of several shards. */
export const rowsSum = {
  /** Null until all of their footers were read. */
  rows: z.number().nullable(),
  /** Shards whose footer cannot be read, so that their rows are not in the sum. */
  withoutRowCount: z.number()
}

/** A level of the tree encoder → layer → pool → contig, with the totals of everything below it. */
export const treeNodeSchema = z.object({
  /** The parts of the scope joined by `/`; unique. */
  id: z.string(),
  parent: z.string().nullable(),
  level: z.enum(['encoder', 'layer', 'pool', 'contig']),
  label: z.string(),
  scope: scopeSchema,
  shards: z.number(),
  ...rowsSum,
  bytes: z.number(),
  health: z.partialRecord(healthSchema, z.number())
})
export type TreeNode = z.infer<typeof treeNodeSchema>

export const summarySchema = z.object({
  cacheId: z.string(),
  /** Absolute. */
  root: z.string(),
  shards: z.number(),
  ...rowsSum,
  bytes: z.number(),
  health: z.partialRecord(healthSchema, z.number()),
  /** Shards not verified in their present state in which a first check found a problem. */
  suspected: z.number(),
  /** Null if no shard was ever verified. */
  lastVerifiedMs: z.number().nullable(),
  scan: z.object({ state: z.enum(['scanning', 'footers', 'done']), done: z.number(), total: z.number() }),
  index: z.object({
    /** `unsupported`: written by a newer GenoLeWM, never changed. */
    state: z.enum(['present', 'missing', 'unusable', 'unsupported']),
    bytes: z.number(),
    /** Null if there is no index. */
    modifiedMs: z.number().nullable(),
    drift: z.number().nullable(),
    /** Why it cannot be used. For a `present` index: why it could not be read just now, so that missing shards may not be listed. */
    reason: z.string().nullable(),
    /** False for an index that is never changed: written by a newer GenoLeWM, or of a layout that is only read. */
    isRebuildable: z.boolean()
  }),
  quarantined: z.number(),
  /** Shards that the index, the quarantine and the ledger expect and that do not exist. */
  missing: z.object({ missingShards: z.number(), missingRows: z.number() }),
  /** Folders and files that have the name of a shard but are not shards. */
  scanFindings: z.array(findingSchema),
  /** The owner of the lock; `own`: a job of this service. */
  writer: z.object({ host: z.string(), pid: z.number(), since: z.string(), operation: z.string(), own: z.boolean() }).nullable(),
  /** False until this program has changed the cache, now or earlier, according to its records on this machine. */
  written: z.boolean(),
  /** Increases with every change. A client with an older version refreshes. */
  version: z.number()
})
export type CacheSummary = z.infer<typeof summarySchema>

export const verificationsSchema = z.object({
  /** Shards that were never fully verified in their present state. */
  never: z.number(),
  /** For each requested age: shards last verified longer ago, or never. */
  older: z.array(z.number()),
  /** The last verification of the whole cache, if it was interrupted: `shards` of them need not be read again. */
  interrupted: z.object({ startedMs: z.number(), shards: z.number() }).nullable()
})

export const folderSchema = z.object({
  path: z.string(),
  isCache: z.boolean(),
  /** A sentence that describes the contents. */
  found: z.string(),
  nearestRoot: z.string().nullable()
})
export type FolderReport = z.infer<typeof folderSchema>

export const recentSchema = z.object({ path: z.string(), openedMs: z.number(), pinned: z.boolean(), exists: z.boolean() })
export type RecentCache = z.infer<typeof recentSchema>

/** A row without its embedding; hashes in hex, positions 0-based half-open as stored, large numbers as bigint. */
export const rowSchema = z.object({
  shardPath: z.string(),
  rowOffset: z.number(),
  chrom: z.string(),
  startBp: z.bigint(),
  endBp: z.bigint(),
  windowHash: z.string(),
  encoderHash: z.string(),
  stateLayer: z.number(),
  poolType: z.enum(POOL_TYPES),
  poolRadius: z.number(),
  /** Absent in layout 1. */
  centerToken: z.number().nullable().optional(),
  dtype: z.enum(DTYPES),
  untargeted: z.boolean(),
  createdAt: z.bigint(),
  schemaVersion: z.string()
})
export type RowLine = z.infer<typeof rowSchema>

export const shardFactsSchema = z.object({
  shardPath: z.string(),
  address: addressSchema.nullable(),
  bytes: z.number(),
  modifiedMs: z.number(),
  rows: z.number().nullable(),
  dimensions: z.number().nullable(),
  rowGroups: z.number().nullable(),
  createdBy: z.string().nullable(),
  formatVersion: z.number().nullable(),
  footerBytes: z.number().nullable(),
  keyValueMetadata: z.array(z.object({ key: z.string(), bytes: z.number() })),
  columns: z.array(columnSchema),
  range: z
    .object({
      chrom: z.array(z.string()),
      minStartBp: z.bigint().nullable(),
      maxEndBp: z.bigint().nullable(),
      minCreatedAt: z.bigint().nullable(),
      maxCreatedAt: z.bigint().nullable(),
      encoderHashes: z.array(z.string())
    })
    .nullable(),
  /** Embeddings that can be read, up to the first unreadable one. */
  readableEmbeddings: z.number(),
  statistics: statisticsSchema.nullable(),
  findings: z.array(findingSchema),
  verifiedAtMs: z.number().nullable()
})
export type ShardFacts = z.infer<typeof shardFactsSchema>

/** One row's vector: little-endian float64 in `values`. */
export const vectorSchema = z.object({
  row: rowSchema,
  values: z.instanceof(Blob),
  statistics: statisticsSchema,
  norm: z.number().nullable()
})

/** A shard as an image: `height` rows of `width` little-endian float32 means of the values in a cell; NaN for an empty cell. */
export const heatMapSchema = z.object({
  width: z.number(),
  height: z.number(),
  rows: z.number(),
  dimensions: z.number(),
  /** Range of 98 % of the values. */
  low: z.number(),
  high: z.number(),
  cells: z.instanceof(Blob),
  /** The part that could not be read, as a sentence. The rows before it are drawn. */
  damage: z.string().nullable()
})
