/** A row and its vector as text for other programs. Nothing is rounded or lost, and the names are those of GenoLeWM. */
import type { RowLine } from '../../../shared/contract/index.ts'
import { ALL_KEY_PARTS, type KeyPart, type KeySpec } from '../../../shared/model/keySpec.ts'
import { toTsv } from './tsv.ts'

/** Every value with the fewest digits that reproduce it exactly. -0 keeps its sign. */
export function exactNumber(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/**
 * The row as one JSON object with the fields of GenoLeWM's records and its location. `created_at` and positions beyond 2^53 are decimal
 * strings; NaN and infinities are the strings "NaN", "Infinity" and "-Infinity".
 */
export function jsonOf(row: RowLine, values: Float64Array): string {
  const fields = [
    ['shard_path', row.shardPath],
    ['row_offset', row.rowOffset],
    ['chrom', row.chrom],
    ['start_bp', position(row.startBp)],
    ['end_bp', position(row.endBp)],
    ...keyPartsOf(row).map(({ field, column }) => [column, row[field]]),
    ['untargeted', row.untargeted],
    ['created_at', String(row.createdAt)],
    ['schema_version', row.schemaVersion]
  ].map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  return `{\n${[...fields, `  "embedding": [${Array.from(values, jsonNumber).join(', ')}]`].join(',\n')}\n}\n`
}

function jsonNumber(value: number): string {
  return Number.isFinite(value) ? exactNumber(value) : `"${value}"`
}

function position(bp: bigint): number | string {
  const number = Number(bp)
  return Number.isSafeInteger(number) ? number : String(bp)
}

/** `index,value`, one value per line. NumPy and pandas can read its NaN and Infinity. */
export function csvOf(values: Float64Array): string {
  return `index,value\n${Array.from(values, (value, index) => `${index},${exactNumber(value)}\n`).join('')}`
}

/** The call of `geno_lewm` that reads this row's embedding. */
export function pythonOf(root: string, row: RowLine): string {
  return `from geno_lewm.encoder.cache import WindowCacheKey, read_embedding

embedding = read_embedding(
    ${pythonText(root)},
    WindowCacheKey(
${keyPartsOf(row)
  .map(({ field, column, kind }) => `        ${column}=${pythonValue(kind, row[field] ?? null)},\n`)
  .join('')}    ),
)
`
}

/** The parts of a row's key in its layout. */
function keyPartsOf(row: RowLine): KeySpec {
  return ALL_KEY_PARTS.filter(({ field }) => row[field] !== undefined)
}

function pythonValue(kind: KeyPart['kind'], value: string | number | null): string {
  if (value === null) return 'None'
  return kind === 'digests' ? `bytes.fromhex("${value}")` : typeof value === 'number' ? String(value) : pythonText(value)
}

/** A quoted JSON text is the same text in Python. */
function pythonText(text: string): string {
  return JSON.stringify(text)
}

/** A file name for a row: `lambda_0-1024_3f9a2c11.npy`. */
export function fileNameOf(row: RowLine, extension: string): string {
  const contig = row.chrom.replaceAll(/[^A-Za-z0-9._-]/g, '_').replace(/^[.-]+/, '_')
  return `${contig}_${row.startBp}-${row.endBp}_${row.windowHash.slice(0, 8)}.${extension}`
}

/** Rows as tab-separated values with a line of names, positions as stored. */
export function tsvOf(rows: readonly RowLine[]): string {
  // Most shards have one encoder, and its hash is long.
  const parts = ALL_KEY_PARTS.filter(({ field }) => field !== 'encoderHash' && rows.some(row => row[field] !== undefined))
  const lines = rows.map(row => [
    row.rowOffset,
    row.chrom,
    row.startBp,
    row.endBp,
    ...parts.map(({ field }) => row[field] ?? null),
    String(row.untargeted),
    row.createdAt
  ])
  return toTsv(['row', 'chrom', 'start_bp', 'end_bp', ...parts.map(({ column }) => column), 'untargeted', 'created_at'], lines)
}
