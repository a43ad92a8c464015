/**
 * The report of one partition (`verify --partition I/N --json`), as `merge` reads it: the report, and in `partition` the partition, the
 * cache, and the size and time of each shard's file.
 */
import * as z from 'zod'
import { InputError } from '../../../shared/model/errors.ts'
import { type FindingKind, isFindingKind } from '../../../shared/model/finding.ts'
import type { SecondReading } from '../../../shared/model/report.ts'
import { comparePaths } from '../../core/index.ts'
import { type Input, readText, sourceName } from '../process/lines.ts'

const KINDS = z.custom<FindingKind>(isFindingKind, 'is not a known kind')
const COUNT = z.int().nonnegative()

const FINDING = z.object({
  kind: KINDS,
  shard_path: z.string(),
  row: COUNT.nullable(),
  column: z.string().nullable(),
  message: z.string(),
  details: z.record(z.string(), z.json())
})

const SHARD = z.object({
  shard_path: z.string(),
  bytes: COUNT,
  mtime_ns: z.string().regex(/^-?[0-9]{1,20}$/),
  intact: z.boolean().optional()
})

const SECOND_READER = z.object({
  compared: COUNT,
  disagreeing: COUNT,
  not_read: z.array(z.object({ shard_path: z.string(), reason: z.string() }))
})

const REPORT = z.object({
  findings: z.array(FINDING),
  seconds: z.number(),
  second_reader: SECOND_READER.optional(),
  partition: z.object({
    index: z.int().positive(),
    of: z.int().positive(),
    cache: z.string(),
    quick: z.boolean(),
    changed: z.boolean(),
    older_than_seconds: z.number().nullable(),
    shards: z.array(SHARD)
  })
})

/** A partition's report with the name of its file. */
export type PartitionReport = z.infer<typeof REPORT> & { readonly file: string }

/**
 * Reads a partition's report.
 * @param file `-` for standard input
 * @throws InputError if it is not one, SystemError, CancelledError
 */
export async function readPartitionReport(file: string, input: Input): Promise<PartitionReport> {
  const name = sourceName(file)
  const json = parsed(await readText(file, input), name)
  const parse = REPORT.safeParse(json)
  if (parse.success) return { ...parse.data, file: name }
  throw new InputError(`${name} ${whatElse(json) ?? `is not the report of a partition: ${placeOf(parse.error)}`}`, { file: name })
}

/** The results of the second reader over all partitions; undefined if one of them did not use it. */
export function mergedSecondReading(reports: readonly PartitionReport[]): SecondReading | undefined {
  const readings = reports.flatMap(report => report.second_reader ?? [])
  if (readings.length < reports.length) return undefined
  const notRead = readings.flatMap(reading => reading.not_read.map(({ shard_path: shardPath, reason }) => ({ shardPath, reason })))
  return {
    compared: readings.reduce((sum, { compared }) => sum + compared, 0),
    disagreeing: readings.reduce((sum, { disagreeing }) => sum + disagreeing, 0),
    notRead: notRead.sort((a, b) => comparePaths(a.shardPath, b.shardPath))
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InputError(`${name} is not the report of a partition: it is not JSON`, { file: name })
  }
}

/** Other documents of this program that are given by mistake. */
const OTHER = z.looseObject({ error: z.object({ message: z.string() }).optional(), checked_shards: COUNT.optional() })

function whatElse(json: unknown): string | null {
  const other = OTHER.safeParse(json).data
  if (other?.error !== undefined) return `is the error of a failed verification: ${other.error.message}`
  if (other?.checked_shards === undefined || 'partition' in other) return null
  return 'is the report of a whole verification; there is nothing to merge'
}

function placeOf({ issues }: z.ZodError): string {
  const [issue] = issues
  return issue === undefined ? '' : `${issue.path.join('.') || 'the document'}: ${issue.message}`
}
