/** A Parquet file of any layout as the window shows it. Values are text, cut to the size of a cell. */
import { z } from 'zod'
import type { RawColumn, RawRowGroup, UnreadColumn } from '../model/raw.ts'
import { columnSchema } from './schemas.ts'

/** Row groups that are sent; all of them are counted. */
export const RAW_GROUPS = 200

const rawColumnSchema = columnSchema.extend({
  topLevel: z.string(),
  maxDefinition: z.number(),
  maxRepetition: z.number()
}) satisfies z.ZodType<RawColumn>

const rowGroupSchema = z.object({
  firstRow: z.number(),
  rows: z.number(),
  compressedBytes: z.number(),
  uncompressedBytes: z.number()
}) satisfies z.ZodType<RawRowGroup>

const unreadSchema = z.object({
  column: z.string().nullable(),
  severity: z.enum(['corrupt', 'unsupported']),
  reason: z.string()
}) satisfies z.ZodType<UnreadColumn>

export const rawFileSchema = z.object({
  leaves: z.array(rawColumnSchema),
  /** `value` is cut to 4,096 characters; `bytes` is its full size. */
  keyValues: z.array(z.object({ key: z.string(), value: z.string().nullable(), bytes: z.number() })),
  rowGroups: z.array(rowGroupSchema),
  rowGroupCount: z.number(),
  rowCount: z.number(),
  createdBy: z.string().nullable(),
  /** About the file as a whole: encrypted, or beyond a limit. */
  unread: z.array(unreadSchema)
})
export type RawFileFacts = z.infer<typeof rawFileSchema>

export const rawRowsSchema = z.object({
  total: z.number(),
  /** Top-level columns that could be read. */
  columns: z.array(z.string()),
  /** Text for each of `columns`; null for a missing value. */
  rows: z.array(z.array(z.string().nullable())),
  unread: z.array(unreadSchema)
})
export type RawRowPage = z.infer<typeof rawRowsSchema>
