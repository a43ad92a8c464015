/** `show`: one shard, from its footer to the statistics of its embeddings. */
import { hexText } from '../../../shared/json.ts'
import { InputError } from '../../../shared/model/errors.ts'
import type { ColumnFacts, VectorStatistics } from '../../../shared/model/shard.ts'
import { terminalSafe } from '../../../shared/text/terminalText.ts'
import { basePair, describeShard, type ListedRow, type ShardDescription, type ShardRange } from '../../core/index.ts'
import { cacheRootOf, shardPathOf } from '../process/cacheFolder.ts'
import type { Run } from '../process/context.ts'
import { EXIT, exitCodeOfFindings } from '../process/exitCodes.ts'
import { interruptible } from '../process/interruptible.ts'
import { checksumRemark, type LastVerified, lastVerified, withLedger } from '../process/ledger.ts'
import { findingsText } from '../reports/findingsText.ts'
import { showRaw } from '../reports/showRaw.ts'
import { bytesText, countOf, countText, timeText, valueText } from '../text/numbers.ts'
import { addressFields, rowFields } from '../text/rowFields.ts'
import { type Column, tableText } from '../text/table.ts'

export type ShowOptions = { readonly rows?: boolean; readonly raw?: boolean; readonly limit?: number }

export const run: Run<ShowOptions> = async (context, { rows = false, raw = false, limit }, [shard = '']) => {
  if (raw) return showRaw(context, shard, limit)
  if (limit !== undefined) throw new InputError('--limit requires --raw', { field: 'limit' })
  const { json, output, signal } = context
  const root = await cacheRootOf(context)
  const description = await interruptible(signal, describeShard(root, shardPathOf(root, shard), { rows }))
  const verified = await withLedger(context, root, false, async ledger => lastVerified(ledger, root, description))
  if (json) await output.document(descriptionFields(description, verified?.at ?? null))
  else await output.text(descriptionText(description, verified))
  return description.findings.length === 0 ? EXIT.ok : exitCodeOfFindings(description.findings)
}

/** `rows` is the list that `--rows` requests; `row_count` is the number of rows. These names are stable for scripts. */
function descriptionFields(
  { shardPath, address, rows, mtimeNs, range, rowList, readableEmbeddings: _window, ...rest }: ShardDescription,
  verified: bigint | null
) {
  return {
    shardPath,
    ...addressFields(address),
    rowCount: rows,
    ...rest,
    modified: mtimeNs,
    verified,
    range: range && { ...range, minStartBp: basePair(range.minStartBp), maxEndBp: basePair(range.maxEndBp) },
    rows: rowList?.map(row => ({ rowOffset: row.rowOffset, ...rowFields(row), dimensions: row.dimensions })) ?? null
  }
}

const COLUMN_TABLE: readonly Column<ColumnFacts>[] = [
  { head: 'column', cell: ({ column }) => column },
  { head: 'type', cell: ({ physicalType, logicalType }) => (logicalType ? `${physicalType} ${logicalType}` : physicalType) },
  { head: 'codec', cell: ({ codec }) => codec },
  { head: 'encodings', cell: ({ encodings }) => encodings.join(' ') },
  { head: 'values', cell: ({ values }) => countText(values), right: true },
  { head: 'nulls', cell: ({ nulls }) => countText(nulls), right: true },
  { head: 'stored', cell: ({ compressedBytes }) => bytesText(compressedBytes), right: true },
  { head: 'unpacked', cell: ({ uncompressedBytes }) => bytesText(uncompressedBytes), right: true }
]

const ROW_TABLE: readonly Column<ListedRow>[] = [
  { head: 'row', cell: ({ rowOffset }) => countText(rowOffset), right: true },
  { head: 'locus (1-based)', cell: ({ chrom, startBp, endBp }) => `${chrom}:${countText(startBp + 1n)}-${countText(endBp)}` },
  { head: 'window hash', cell: ({ windowHash }) => hexText(windowHash) },
  { head: 'dtype', cell: ({ dtype }) => dtype },
  { head: 'values', cell: ({ dimensions }) => countText(dimensions), right: true },
  { head: 'untargeted', cell: ({ untargeted }) => (untargeted ? 'yes' : 'no') },
  { head: 'created (UTC)', cell: ({ createdAt }) => timeText(createdAt) }
]

function descriptionText(shard: ShardDescription, verified: LastVerified | null): string {
  const facts: [string, string][] = [
    ['size', `${bytesText(shard.bytes)} (${countText(shard.bytes)} bytes), footer ${bytesText(shard.footerBytes ?? 0)}`],
    ['modified', `${timeText(shard.mtimeNs)} UTC`],
    ['verified', verified === null ? 'not fully verified since last change' : `${timeText(verified.at)} UTC${checksumRemark(verified)}`],
    ['rows', `${countText(shard.rows)} x ${countText(shard.dimensions)} dimensions in ${countOf(shard.rowGroups ?? 0, 'row group')}`],
    ['written by', `${shard.createdBy ?? 'not stated'}, Parquet format ${shard.formatVersion ?? '-'}`],
    ['metadata', shard.keyValueMetadata.map(({ key, bytes }) => `${key} (${bytesText(bytes)})`).join(', ') || 'none'],
    ...rangeFacts(shard.range),
    ...vectorFacts(shard.statistics)
  ]
  const parts = [
    `${terminalSafe(shard.shardPath)}\n`,
    ...facts.map(([name, fact]) => `  ${name.padEnd(11)} ${terminalSafe(fact)}\n`),
    shard.columns.length > 0 ? `\n${tableText(COLUMN_TABLE, shard.columns, 2)}` : '',
    findingsText(shard.findings),
    shard.rowList ? `\n${tableText(ROW_TABLE, shard.rowList, 2)}` : ''
  ]
  return parts.join('')
}

function rangeFacts(range: ShardDescription['range']): [string, string][] {
  if (!range) return []
  return [
    ['windows', `${range.chrom.join(', ')}: ${locusText(range)}`],
    ['created', `${timeText(range.minCreatedAt)} to ${timeText(range.maxCreatedAt)} UTC`],
    ['encoder', range.encoderHashes.join(', ')]
  ]
}

function locusText({ minStartBp, maxEndBp }: ShardRange): string {
  return minStartBp === null ? '-' : `${countText(minStartBp + 1n)}-${countText(maxEndBp)} (1-based)`
}

function vectorFacts(vectors: VectorStatistics | null): [string, string][] {
  if (!vectors) return []
  const { values, nan, infinite, zeros, min, max, mean, standardDeviation, minNorm, maxNorm } = vectors
  return [
    ['vectors', `${countOf(values, 'value')}, ${countText(nan)} NaN, ${countText(infinite)} infinite, ${countText(zeros)} zero`],
    ['', `${valueText(min)} to ${valueText(max)}, mean ${valueText(mean)}, standard deviation ${valueText(standardDeviation)}`],
    ['', `norms ${valueText(minNorm)} to ${valueText(maxNorm)}`]
  ]
}
