/** Lines for a spreadsheet: tab-separated, and no text of a cache is ever interpreted as a formula. Pure. */
import type { ShardRow } from '../../../shared/contract/index.ts'
import { healthWord } from '../health.ts'

/**
 * Characters that begin a formula in any spreadsheet, after OWASP's list for CSV injection, including the full-width forms of East Asian
 * locales.
 */
const BEGINS_FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

/** Numbers stay numbers. Text that would begin a formula is prefixed with an apostrophe. */
export function tsvCell(value: string | number | bigint | null): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const safe = BEGINS_FORMULA.test(value) ? `'${value}` : value
  return /[\t\n\r"]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A heading and its lines, each terminated by a newline. */
export function toTsv(heading: readonly string[], lines: readonly (readonly (string | number | bigint | null)[])[]): string {
  return [heading, ...lines].map(line => `${line.map(tsvCell).join('\t')}\n`).join('')
}

const HEADING = [
  'shard_path',
  'encoder',
  'state_layer',
  'pool_type',
  'pool_radius',
  'contig',
  'stride_block',
  'rows',
  'values',
  'bytes',
  'modified',
  'verified',
  'health',
  'findings'
]

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** All columns of the table for these shards. */
export function shardsTsv(rows: Iterable<ShardRow>): string {
  const lines = Array.from(rows, row => [
    row.shardPath,
    row.address?.encoder ?? null,
    row.address?.stateLayer ?? null,
    row.address?.poolType ?? null,
    row.address?.poolRadius ?? null,
    row.address?.contig ?? null,
    row.address?.strideBlock ?? null,
    row.rows,
    row.dimensions,
    row.bytes,
    iso(row.modifiedMs),
    iso(row.verifiedAtMs),
    healthWord(row.health),
    row.findings
  ])
  return toTsv(HEADING, lines)
}
