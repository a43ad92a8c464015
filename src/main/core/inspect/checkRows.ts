/** Checks the rows of a shard: every rule of the schema, and that the rows match the path of the shard. */
import { type Finding, type FindingKind, finding } from '../../../shared/model/finding.ts'
import { KEY_PARTS } from '../../../shared/model/keySpec.ts'
import { DTYPES, POOL_TYPES } from '../../../shared/model/record.ts'
import type { ShardAddress } from '../../../shared/model/shard.ts'
import { areHalvesFinite } from '../kernels/kernels.ts'
import { centerTokenFault } from '../layouts/centerToken.ts'
import { pathPart } from '../layouts/layout.ts'
import { layoutOfRows, newerLayoutOf } from '../layouts/layoutOf.ts'
import type { CodedValues, EmbeddingBatch, StoredValues } from '../parquet/pages/embeddingBatch.ts'
import type { FlatColumn, IntegerColumn, RowColumns, TextColumn } from '../parquet/pages/rowColumns.ts'
import { isPoolType } from '../shards/rowValues.ts'

/** Number of rows that a finding lists; it counts all of them. */
export const ROWS_LISTED = 20

/** One rule broken by one or more rows of a shard. */
type Breach = {
  readonly kind: FindingKind
  readonly column: string
  readonly what: string
  readonly consequence: string
  readonly rows: number[]
  count: number
}

/** Collects the broken rules of a shard over all its row groups and pages: one finding for each rule. */
export class RowFindings {
  private readonly breaches = new Map<string, Breach>()

  /** @param consequence the impact, after a semicolon; each kind has a default */
  add(kind: FindingKind, column: string, what: string, row: number, consequence: string = CONSEQUENCE[kind] ?? ''): void {
    const id = `${kind} ${column} ${what}`
    let breach = this.breaches.get(id)
    if (breach === undefined) {
      breach = { kind, column, what, consequence, rows: [], count: 0 }
      this.breaches.set(id, breach)
    }
    breach.count += 1
    if (breach.rows.length < ROWS_LISTED) breach.rows.push(row)
  }

  /** In order of the first row. */
  findings(shardPath: string): Finding[] {
    return [...this.breaches.values()].map(({ kind, column, what, consequence, rows, count }) => {
      const row = rows[0] ?? null
      const more = count === 1 ? '' : `; the same goes for ${count === 2 ? 'one more row' : `${count - 1} more rows`}`
      return finding(kind, shardPath, `row ${row} ${what}${more}${consequence}`, { row, column, details: { rows, count } })
    })
  }
}

const CONSEQUENCE: Partial<Record<FindingKind, string>> = {
  invalid_row: '; GenoLeWM refuses the whole shard for it, so that all its rows are lost until they are encoded again',
  unsupported_version: '; the shard is left alone',
  unsupported_layout: '; the shard is left alone',
  path_mismatch: '; the shard lies in the wrong place, or its rows do'
}

/**
 * Checks a row group's columns.
 * @param firstRow of the row group, in the shard
 * @param address of the shard; null if its path has none
 */
export function checkColumns(columns: RowColumns, firstRow: number, address: ShardAddress | null, found: RowFindings): void {
  for (const [name, column] of namedColumns(columns)) checkPresent(name, column, firstRow, found)
  checkTexts('schema_version', columns.schemaVersion, firstRow, found, version => {
    if (version === columns.layout.schemaVersion) return null
    const read = layoutOfRows(version)
    const other = read === null ? newerLayoutOf(version) : `layout ${read.version}`
    if (other !== null) return ['unsupported_layout', `belongs to ${other} (schema_version ${show(version)})`]
    return ['unsupported_version', `has schema_version ${show(version)}, which we do not know`]
  })
  checkTexts('chrom', columns.chrom, firstRow, found, chrom => {
    if (chrom === '') return ['invalid_row', 'has an empty chrom']
    if (address === null || pathPart(chrom) === address.contig) return null
    return ['path_mismatch', `is of contig ${show(chrom)}, the file name says ${show(address.contig)}`]
  })
  checkTexts('pool_type', columns.poolType, firstRow, found, pool => {
    if (!POOL_TYPES.some(known => known === pool)) return ['invalid_row', `has pool_type ${show(pool)}, none of ${POOL_TYPES.join(', ')}`]
    return address === null || pool === address.poolType
      ? null
      : ['path_mismatch', `has pool_type ${show(pool)}, the folder says ${address.poolType}`]
  })
  checkTexts('dtype', columns.dtype, firstRow, found, dtype =>
    DTYPES.some(known => known === dtype) ? null : ['invalid_row', `has dtype ${show(dtype)}, none of ${DTYPES.join(', ')}`]
  )
  checkIntegers('state_layer', columns.stateLayer, firstRow, found, layer => {
    if (!Number.isSafeInteger(layer))
      return ['unsupported_encoding', `has state_layer ${layer}, beyond the numbers that lewm-cache counts with`]
    return address === null || layer === address.stateLayer
      ? null
      : ['path_mismatch', `is of layer ${layer}, the folder says ${address.stateLayer}`]
  })
  checkIntegers('pool_radius', columns.poolRadius, firstRow, found, radius => {
    if (radius > Number.MAX_SAFE_INTEGER)
      return ['unsupported_encoding', `has pool_radius ${radius}, beyond the numbers that lewm-cache counts with`]
    if (radius < 0) return ['invalid_row', `has the negative pool_radius ${radius}`]
    return address === null || radius === address.poolRadius
      ? null
      : ['path_mismatch', `has pool_radius ${radius}, the folder says ${address.poolRadius}`]
  })
  checkCentres(columns, firstRow, found)
  for (const { field, column: name } of columns.layout.key) {
    const column = columns[field]
    if (column?.kind !== 'digests') continue
    for (const row of column.misfits) found.add('invalid_row', name, `has a ${name} that is not ${column.width} bytes`, firstRow + row)
  }
  checkSpans(columns, firstRow, found)
}

/** From layout 2 on: each pool but that of the whole window has a centre. */
function checkCentres({ rows, poolType, centerToken }: RowColumns, firstRow: number, found: RowFindings): void {
  if (centerToken === undefined) return
  const { column: name } = KEY_PARTS.centerToken
  const isPool = poolType.texts.map(isPoolType)
  for (let row = 0; row < rows; row++) {
    const code = poolType.codes[row] ?? 0
    if (isPool[code] !== true || poolType.present?.[row] === 0) continue
    const token = centerToken.present?.[row] === 0 ? null : Number(centerToken.values[row])
    if (token !== null && token > Number.MAX_SAFE_INTEGER) {
      found.add('unsupported_encoding', name, `has ${name} ${token}, beyond the numbers that lewm-cache counts with`, firstRow + row)
      continue
    }
    const fault = centerTokenFault(poolType.texts[code] ?? '', token)
    if (fault !== null) found.add('invalid_row', name, fault, firstRow + row)
  }
}

/** Columns that have a value in each row. */
function namedColumns(columns: RowColumns): [string, FlatColumn][] {
  return [
    ['chrom', columns.chrom],
    ['start_bp', columns.startBp],
    ['end_bp', columns.endBp],
    ...columns.layout.key.flatMap(({ field, column, none }): [string, FlatColumn][] => {
      const part = columns[field]
      return part === undefined || none !== null ? [] : [[column, part]]
    }),
    ['untargeted', columns.untargeted],
    ['created_at', columns.createdAt],
    ['schema_version', columns.schemaVersion]
  ]
}

/** Nulls that GenoLeWM accepts silently. */
const READ_ANYWAY: Readonly<Record<string, string>> = {
  chrom: '; GenoLeWM reads it without a word, as a contig called "None"',
  untargeted: '; GenoLeWM reads it without a word, as false'
}

function checkPresent(name: string, column: FlatColumn, firstRow: number, found: RowFindings): void {
  const { present } = column
  if (present === null) return
  for (let row = present.indexOf(0); row !== -1; row = present.indexOf(0, row + 1)) {
    found.add('invalid_row', name, `has no ${name} (null)`, firstRow + row, READ_ANYWAY[name])
  }
}

type Verdict = readonly [kind: FindingKind, what: string] | null

function checkTexts(name: string, column: TextColumn, firstRow: number, found: RowFindings, judge: (text: string) => Verdict): void {
  const verdicts = column.texts.map(judge)
  if (verdicts.every(verdict => verdict === null)) return
  for (let row = 0; row < column.codes.length; row++) {
    const verdict = verdicts[column.codes[row] ?? 0] ?? null
    if (verdict !== null && column.present?.[row] !== 0) found.add(verdict[0], name, verdict[1], firstRow + row)
  }
}

function checkIntegers(name: string, column: IntegerColumn, firstRow: number, found: RowFindings, judge: (value: number) => Verdict): void {
  let last: number | bigint | undefined
  let verdict: Verdict = null
  for (let row = 0; row < column.values.length; row++) {
    const value = column.values[row]
    if (value !== last) verdict = judge(Number(value))
    last = value
    if (verdict !== null && column.present?.[row] !== 0) found.add(verdict[0], name, verdict[1], firstRow + row)
  }
}

function checkSpans(columns: RowColumns, firstRow: number, found: RowFindings): void {
  const { startBp, endBp } = columns
  for (let row = 0; row < columns.rows; row++) {
    if (startBp.present?.[row] === 0 || endBp.present?.[row] === 0) continue
    const start = startBp.values[row] ?? 0
    const end = endBp.values[row] ?? 0
    if (end <= start) found.add('invalid_row', 'end_bp', `ends at ${end} bp, not beyond its start at ${start} bp`, firstRow + row)
  }
}

function show(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** The shape of the embeddings of a shard, collected over its batches. */
export type EmbeddingShape = { smallest: number; largest: number }

const FLAW_TEXT = {
  null: 'has no embedding (null)',
  empty: 'has an empty embedding',
  'null element': 'has a null inside its embedding'
}

/**
 * Checks every value of a batch: null and empty embeddings, values that are not finite, vectors with equal values.
 * @param firstRow of the row group, in the shard
 */
export function checkEmbeddings(batch: EmbeddingBatch, firstRow: number, shape: EmbeddingShape, found: RowFindings): void {
  for (const { row, flaw } of batch.flaws) found.add('invalid_row', 'embedding', FLAW_TEXT[flaw], firstRow + row)
  const flawed = new Set(batch.flaws.map(({ row }) => row))
  const { offsets, coded } = batch
  const allFinite = isFiniteThroughout(coded?.dictionary ?? batch.values)
  for (let i = 0; i < batch.rows; i++) {
    const from = offsets[i] ?? 0
    const to = offsets[i + 1] ?? 0
    const row = batch.firstRow + i
    if (flawed.size > 0 && flawed.has(row)) continue
    shape.smallest = Math.min(shape.smallest, to - from)
    shape.largest = Math.max(shape.largest, to - from)
    if (!allFinite && holdsStrange(batch.values, from, to))
      found.add('non_finite', 'embedding', 'holds NaN or infinite values', firstRow + row)
    else if (to - from > 1 && (coded === null ? isConstant(batch.values, from, to) : isConstantCoded(coded, from, to)))
      found.add('constant_vector', 'embedding', 'holds the same value throughout', firstRow + row)
  }
}

/** Whether all values are finite. If the whole page uses a dictionary, checking the dictionary is enough. */
function isFiniteThroughout(values: StoredValues): boolean {
  if (values instanceof Uint16Array) return areHalvesFinite(values)
  return !holdsStrange(values, 0, values.length)
}

function holdsStrange(values: StoredValues, from: number, to: number): boolean {
  if (values instanceof Uint16Array) {
    for (let i = from; i < to; i++) if (((values[i] ?? 0) & 0x7c00) === 0x7c00) return true
  } else {
    for (let i = from; i < to; i++) if (!Number.isFinite(values[i])) return true
  }
  return false
}

function isConstant(values: ArrayLike<number>, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (values[i] !== values[from]) return false
  return true
}

function isConstantCoded({ codes, dictionary }: CodedValues, from: number, to: number): boolean {
  const first = dictionary[codes[from] ?? 0]
  for (let i = from + 1; i < to; i++) if (dictionary[codes[i] ?? 0] !== first) return false
  return true
}
