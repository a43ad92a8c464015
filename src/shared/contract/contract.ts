/**
 * All procedures that a window can call. They are the same over every transport: a MessagePort in the desktop, a WebSocket in the browser,
 * direct calls in tests.
 */
import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { LOST_FORMATS, PAGE_ROWS, RAW_ROWS, SHARD_SORTS } from './constants.ts'
import { jobEventSchema, jobInfoSchema, jobOutcomeSchema, jobRequestSchema, workersSchema } from './jobs.ts'
import { rawFileSchema, rawRowsSchema } from './raw.ts'
import { quarantineEntrySchema } from './reports.ts'
import {
  addressSchema,
  findingSchema,
  folderSchema,
  healthSchema,
  heatMapSchema,
  lostListSchema,
  recentSchema,
  rowSchema,
  rowsSum,
  scopeSchema,
  shardFactsSchema,
  shardRowSchema,
  summarySchema,
  treeNodeSchema,
  vectorSchema,
  verificationsSchema
} from './schemas.ts'

const fault = { data: z.object({ details: z.record(z.string(), z.unknown()) }) }

/** Expected errors with the stable codes of the core. Any other error is INTERNAL and a bug. */
const base = oc.errors({
  'INPUT.GENERIC': { status: 400, ...fault },
  'RESOURCE.CACHE_CORRUPT': { status: 422, ...fault },
  'RESOURCE.NOT_FOUND': { status: 404, ...fault },
  'RESOURCE.BUSY': { status: 409, ...fault },
  'RESOURCE.STALE_PLAN': { status: 412, ...fault },
  'RESOURCE.UNSUPPORTED': { status: 422, ...fault },
  'RESOURCE.SYSTEM': { status: 503, ...fault },
  CANCELLED: { status: 499, ...fault },
  INTERNAL: { status: 500, ...fault }
})

const cache = z.object({ cacheId: z.string() })
const shard = cache.extend({ shardPath: z.string() })
const page = { offset: z.number().int().min(0), limit: z.number().int().min(1).max(PAGE_ROWS) }

export const contract = {
  caches: {
    /** Opens a cache, or returns it if it is already open. Never writes to it. */
    open: base.input(z.object({ path: z.string() })).output(summarySchema),
    /** The built-in sample, in the program's own folder; `damaged` builds the damaged one. */
    openSample: base.input(z.object({ damaged: z.boolean() })).output(summarySchema),
    summary: base.input(cache).output(summarySchema),
    /** A summary at once and after each change, at most five per second, until the caller stops. */
    watch: base.input(cache).output(eventIterator(summarySchema)),
    /** Times of verification, for choosing shards to verify again. */
    verifications: base.input(cache.extend({ agesMs: z.array(z.number().min(0)).max(10) })).output(verificationsSchema),
    close: base.input(cache).output(z.object({})),
    /** The kind of a folder. Never fails because of its contents. */
    inspect: base.input(z.object({ path: z.string() })).output(folderSchema),
    /** Pinned caches first, then the most recent; at most ten. */
    recent: base.output(z.array(recentSchema)),
    pin: base.input(z.object({ path: z.string(), pinned: z.boolean() })).output(z.array(recentSchema)),
    forget: base.input(z.object({ path: z.string() })).output(z.array(recentSchema))
  },
  shards: {
    tree: base.input(cache).output(z.array(treeNodeSchema)),
    page: base
      .input(
        cache.extend({
          scope: scopeSchema,
          /** A part of the path, case-insensitive. */
          text: z.string(),
          health: z.array(healthSchema),
          sort: z.object({ by: z.enum(SHARD_SORTS), descending: z.boolean() }),
          ...page
        })
      )
      .output(z.object({ total: z.number(), ...rowsSum, bytes: z.number(), entries: z.array(shardRowSchema) })),
    /** The contigs of a scope, one cell per stride block; at most 4,000 cells. */
    lane: base.input(cache.extend({ scope: scopeSchema })).output(
      z.object({
        contigs: z.array(
          z.object({
            contig: z.string(),
            blocks: z.array(z.object({ strideBlock: z.number(), health: healthSchema, shards: z.number(), shardPath: z.string() }))
          })
        ),
        truncated: z.boolean()
      })
    ),
    /** Where a path puts a shard, whether or not it is there; null for a path that no layout would give. */
    address: base.input(shard).output(addressSchema.nullable()),
    describe: base.input(shard).output(shardFactsSchema),
    rows: base.input(shard.extend(page)).output(z.object({ total: z.number(), rows: z.array(rowSchema) })),
    vector: base.input(shard.extend({ rowOffset: z.number().int().min(0) })).output(vectorSchema),
    /** Schema and metadata of any Parquet file, regardless of its layout. */
    raw: base.input(shard).output(rawFileSchema),
    /** Its rows as text. */
    rawRows: base.input(shard.extend({ offset: page.offset, limit: z.number().int().min(1).max(RAW_ROWS) })).output(rawRowsSchema),
    heatMap: base
      .input(shard.extend({ width: z.number().int().min(1).max(4096), height: z.number().int().min(1).max(4096) }))
      .output(heatMapSchema)
  },
  lookup: {
    /** The meaning of a query as a sentence, while the user types. */
    understand: base
      .input(cache.extend({ query: z.string() }))
      .output(z.object({ kind: z.enum(['hash', 'locus', 'dna', 'path', 'none']), sentence: z.string(), rows: z.number().nullable() })),
    find: base.input(cache.extend({ query: z.string(), limit: z.number().int().min(1).max(PAGE_ROWS) })).output(
      z.object({
        kind: z.enum(['hash', 'locus', 'dna', 'path']),
        rows: z.array(rowSchema),
        shards: z.array(z.string()),
        truncated: z.boolean()
      })
    )
  },
  /**
   * All known problems: of the last verification of every shard, of the last comparison across shards, and of the index; and, for shards
   * not verified in their present state, of a first check. `total` counts both.
   */
  findings: base
    .input(cache.extend({ scope: scopeSchema.optional() }))
    .output(z.object({ findings: z.array(findingSchema), firstLook: z.array(findingSchema), total: z.number() })),
  /** The missing rows as a file: of the shards that `findings` reports as `missing_shard`, without a limit. */
  lost: base.input(cache.extend({ scope: scopeSchema.optional(), format: z.enum(LOST_FORMATS) })).output(lostListSchema),
  jobs: {
    start: base.input(cache.extend({ request: jobRequestSchema, workers: workersSchema.optional() })).output(jobInfoSchema),
    /** Running jobs and the last fifty that ended, latest first. */
    list: base.output(z.array(jobInfoSchema)),
    /** The jobs of a cache, latest first, at once and after each change, until the stream is closed. */
    watch: base.input(cache).output(eventIterator(z.array(jobInfoSchema))),
    /** A summary of past events, then new events until the end. Closing the stream does not end the job. */
    attach: base.input(z.object({ jobId: z.string() })).output(eventIterator(jobEventSchema)),
    cancel: base.input(z.object({ jobId: z.string() })).output(jobInfoSchema),
    outcome: base.input(z.object({ jobId: z.string() })).output(jobOutcomeSchema.nullable())
  },
  quarantine: base.input(cache).output(z.array(quarantineEntrySchema)),
  program: {
    info: base.output(
      z.object({
        version: z.string(),
        node: z.string(),
        pid: z.number(),
        platform: z.string(),
        /** Reader threads of a job, unless it specifies another number. */
        cores: z.number(),
        residentBytes: z.number(),
        startedMs: z.number(),
        dataFolder: z.string(),
        defaultCache: z.string().nullable()
      })
    ),
    /** The last lines of the log, oldest first. */
    log: base.input(z.object({ lines: z.number().int().min(1).max(PAGE_ROWS) })).output(z.array(z.string())),
    /** Settings that the window keeps between two starts: panes, columns, the last selection. Opaque to the service. */
    settings: base.output(z.record(z.string(), z.unknown())),
    saveSettings: base.input(z.record(z.string(), z.unknown())).output(z.object({}))
  }
}

export type Contract = typeof contract
