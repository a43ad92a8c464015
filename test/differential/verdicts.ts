/** The core's result for a file: its verdict, and each row as read by `get` and `show`. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describeShard, type Finding, readVectors } from '../../src/main/core/index.ts'
import { verifyShard } from '../../src/main/core/inspect/inspectShard.ts'
import { openShardRows, toEmbedding } from '../../src/main/core/shards/shardRows.ts'
import { describeFinding } from '../../src/shared/text/describeFinding.ts'
import { type RecordedFinding, toRecorded } from '../../src/shared/text/recordedFinding.ts'
import { digestOfRow, digestOfRows, rowFields } from './rowDigest.ts'

export type OurVerdict = {
  /** `bug`: an exception that is not a verdict. */
  readonly kind: 'healthy' | 'suspect' | 'corrupt' | 'missing' | 'unsupported' | 'unreadable' | 'bug'
  readonly findings: readonly Pick<RecordedFinding, 'kind' | 'severity' | 'message' | 'row' | 'column'>[]
  /** The rows. Null for a shard that is damaged or unsupported. A text if reading them failed. */
  readonly rows: OurRows | string | null
}
export type OurRows = { readonly digest: string; readonly each: readonly string[]; readonly fields: readonly (readonly Uint8Array[])[] }

/** Judges one file. The path is that of a shard, the rest is the program's own code. */
export type Judge = (root: string, shardPath: string) => Promise<OurVerdict>

/** Writes bytes to the path of the case's shard. @returns its path */
export function placeCase(root: string, shardPath: string, bytes: Uint8Array): string {
  const path = join(root, ...shardPath.split('/'))
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  writeFileSync(path, bytes)
  return path
}

export const judge: Judge = async (root, shardPath) => {
  try {
    const { findings: found, keys, rows } = verifyShard(root, shardPath, 'full')
    const kind = kindOf(found)
    const findings = found.map(toRecorded)
    if (kind !== 'healthy' && kind !== 'suspect') return { kind, findings, rows: null }
    const read = readRows(root, shardPath)
    if (typeof read !== 'string' && (rows !== read.each.length || keys?.rows !== read.each.length)) {
      return { kind, findings, rows: `verify counts ${rows} rows and ${keys?.rows} keys, ${read.each.length} were read` }
    }
    const other = typeof read === 'string' ? null : await otherReading(root, shardPath, read)
    return { kind, findings, rows: other ?? read }
  } catch (error) {
    const message = error instanceof Error ? `${error.stack?.split('\n').slice(0, 4).join(' | ')}` : String(error)
    return { kind: 'bug', findings: [], rows: message }
  }
}

/** Above this number of rows, they are read in only one way. */
const FEW_ROWS = 30

/** Rows that `show` lists or a heat map draws differently than `get` reads them. */
async function otherReading(root: string, shardPath: string, { fields }: OurRows): Promise<string | null> {
  if (fields.length > FEW_ROWS) return null
  const { rowList, findings } = await describeShard(root, shardPath, { rows: true })
  if (rowList?.length !== fields.length)
    return `show lists ${rowList?.length} rows of ${fields.length}: ${findings.map(describeFinding)[0]}`
  const shown = [...readVectors(root, shardPath)].flatMap(({ rows, offsets, values }) =>
    Array.from({ length: rows }, (_, i) => values.subarray(offsets[i], offsets[i + 1]))
  )
  for (const [row, own] of fields.entries()) {
    const info = rowList[row]
    const listed = info === undefined ? [] : rowFields(info, shown[row] ?? new Float32Array())
    if (digestOfRow(listed) !== digestOfRow(own)) return `show lists another row ${row} than get reads`
  }
  return null
}

function kindOf(findings: readonly Finding[]): OurVerdict['kind'] {
  for (const severity of ['corrupt', 'unreadable', 'missing', 'unsupported', 'suspect'] as const) {
    if (findings.some(found => found.severity === severity)) return severity
  }
  return 'healthy'
}

function readRows(root: string, shardPath: string): OurRows | string {
  try {
    const shard = openShardRows(root, shardPath)
    try {
      const fields: Uint8Array[][] = []
      for (let row = 0; row < shard.rows; row++) {
        const info = shard.info(row)
        // Only reading a column shows that it has fewer rows than the footer says.
        if (info === null && row >= shard.rows) break
        if (info === null) return `row ${row} has no key`
        fields.push(rowFields(info, toEmbedding(shard.values(row))))
      }
      const each = fields.map(digestOfRow)
      return { digest: digestOfRows(each), each, fields }
    } finally {
      shard.close()
    }
  } catch (error) {
    return `reading failed: ${error instanceof Error ? error.message : error}`
  }
}
