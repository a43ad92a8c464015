/** Checks the rows of a shard: every rule of the schema, and that the rows match the path of the shard. */
import { type Finding, finding } from '../../../shared/model/finding.ts'
import type { FlawKind, RowFlaw } from '../../../shared/model/findingKinds.ts'
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
  readonly kind: FlawKind
  readonly column: string
  readonly flaw: RowFlaw
  readonly rows: number[]
  count: number
}

/** Collects the broken rules of a shard over all its row groups and pages: one finding for each rule. */
export class RowFindings {
  private readonly breaches = new Map<string, Breach>()

  add(kind: FlawKind, column: string, flaw: RowFlaw, row: number): void {
    const id = `${kind} ${column} ${Object.values(flaw).join(' ')}`
    let breach = this.breaches.get(id)
    if (breach === undefined) {
      breach = { kind, column, flaw, rows: [], count: 0 }
      this.breaches.set(id, breach)
    }
    breach.count += 1
    if (breach.rows.length < ROWS_LISTED) breach.rows.push(row)
  }

  /** In order of the first row. */
  findings(shardPath: string): Finding[] {
    return [...this.breaches.values()].map(({ kind, column, flaw, rows, count }) => {
      const [row = 0] = rows
      return finding(kind, shardPath, { ...flaw, row, count }, { row, column, details: { rows, count } })
    })
  }
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
    if (other !== null) return ['unsupported_layout', { flaw: 'newer_layout', layout: other, version }]
    return ['unsupported_version', { flaw: 'unknown_version', version }]
  })
  checkTexts('chrom', columns.chrom, firstRow, found, chrom => {
    if (chrom === '') return ['invalid_row', { flaw: 'empty_contig' }]
    if (address === null || pathPart(chrom) === address.contig) return null
    return ['path_mismatch', { flaw: 'other_contig', contig: chrom, ofPath: address.contig }]
  })
  checkTexts('pool_type', columns.poolType, firstRow, found, pool => {
    if (!POOL_TYPES.some(known => known === pool))
      return ['invalid_row', { flaw: 'unknown_value', column: 'pool_type', value: pool, known: POOL_TYPES }]
    return address === null || pool === address.poolType
      ? null
      : ['path_mismatch', { flaw: 'other_value', column: 'pool_type', value: pool, ofPath: address.poolType }]
  })
  checkTexts('dtype', columns.dtype, firstRow, found, dtype =>
    DTYPES.some(known => known === dtype) ? null : ['invalid_row', { flaw: 'unknown_value', column: 'dtype', value: dtype, known: DTYPES }]
  )
  checkIntegers('state_layer', columns.stateLayer, firstRow, found, layer => {
    if (!Number.isSafeInteger(layer)) return ['unsupported_encoding', { flaw: 'inexact_integer', column: 'state_layer', value: layer }]
    return address === null || layer === address.stateLayer
      ? null
      : ['path_mismatch', { flaw: 'other_value', column: 'state_layer', value: layer, ofPath: address.stateLayer }]
  })
  checkIntegers('pool_radius', columns.poolRadius, firstRow, found, radius => {
    if (radius > Number.MAX_SAFE_INTEGER) return ['unsupported_encoding', { flaw: 'inexact_integer', column: 'pool_radius', value: radius }]
    if (radius < 0) return ['invalid_row', { flaw: 'negative', column: 'pool_radius', value: radius }]
    return address === null || radius === address.poolRadius
      ? null
      : ['path_mismatch', { flaw: 'other_value', column: 'pool_radius', value: radius, ofPath: address.poolRadius }]
  })
  checkCentres(columns, firstRow, found)
  for (const { field, column: name } of columns.layout.key) {
    const column = columns[field]
    if (column?.kind !== 'digests') continue
    for (const row of column.misfits)
      found.add('invalid_row', name, { flaw: 'wrong_width', column: name, width: column.width }, firstRow + row)
  }
  checkSpans(columns, firstRow, found)
}

/** From layout 2 on, every pool except the whole-window pool has a center. */
function checkCentres({ rows, poolType, centerToken }: RowColumns, firstRow: number, found: RowFindings): void {
  if (centerToken === undefined) return
  const { column: name } = KEY_PARTS.centerToken
  const isPool = poolType.texts.map(isPoolType)
  for (let row = 0; row < rows; row++) {
    const code = poolType.codes[row] ?? 0
    if (isPool[code] !== true || poolType.present?.[row] === 0) continue
    const token = centerToken.present?.[row] === 0 ? null : Number(centerToken.values[row])
    if (token !== null && token > Number.MAX_SAFE_INTEGER) {
      found.add('unsupported_encoding', name, { flaw: 'inexact_integer', column: name, value: token }, firstRow + row)
      continue
    }
    const fault = centerTokenFault(poolType.texts[code] ?? '', token)
    if (fault !== null) found.add('invalid_row', name, { flaw: 'broken_rule', what: fault }, firstRow + row)
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

function checkPresent(name: string, column: FlatColumn, firstRow: number, found: RowFindings): void {
  const { present } = column
  if (present === null) return
  for (let row = present.indexOf(0); row !== -1; row = present.indexOf(0, row + 1)) {
    found.add('invalid_row', name, { flaw: 'null', column: name }, firstRow + row)
  }
}

type Verdict = readonly [kind: FlawKind, flaw: RowFlaw] | null

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
    if (end <= start) found.add('invalid_row', 'end_bp', { flaw: 'empty_span', start: exact(start), end: exact(end) }, firstRow + row)
  }
}

function exact(position: number | bigint): number | string {
  const number = Number(position)
  return Number.isSafeInteger(number) ? number : String(position)
}

/** The shape of a shard's embeddings, collected over its batches. */
export type EmbeddingShape = { smallest: number; largest: number }

const FLAWS = { null: { flaw: 'no_embedding' }, empty: { flaw: 'empty_embedding' }, 'null element': { flaw: 'null_element' } } as const

/**
 * Checks every value of a batch: null and empty embeddings, values that are not finite, vectors with equal values.
 * @param firstRow of the row group, in the shard
 */
export function checkEmbeddings(batch: EmbeddingBatch, firstRow: number, shape: EmbeddingShape, found: RowFindings): void {
  for (const { row, flaw } of batch.flaws) found.add('invalid_row', 'embedding', FLAWS[flaw], firstRow + row)
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
    if (!allFinite && holdsStrange(batch.values, from, to)) found.add('non_finite', 'embedding', { flaw: 'non_finite' }, firstRow + row)
    else if (to - from > 1 && (coded === null ? isConstant(batch.values, from, to) : isConstantCoded(coded, from, to)))
      found.add('constant_vector', 'embedding', { flaw: 'constant' }, firstRow + row)
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
