/** Compares two shards with common keys value by value. */
import { type Finding, finding } from '../../../shared/model/finding.ts'
import type { WindowKey } from '../../../shared/model/record.ts'
import { ROWS_LISTED } from '../inspect/checkRows.ts'
import { spellKey } from '../keys/entryKey.ts'
import type { Layout } from '../layouts/layout.ts'
import { comparePaths } from '../layouts/paths.ts'
import { fromFloat16 } from '../parquet/encodings/float16.ts'
import type { StoredValues } from '../parquet/pages/embeddingBatch.ts'
import { openShardAt } from '../shards/openShardAt.ts'
import { keyAt } from '../shards/rowValues.ts'
import { ShardRows } from '../shards/shardRows.ts'

type Overlap = { readonly row: number; readonly otherRow: number; readonly same: boolean }

/**
 * Compares shard `second` with `first`, which is indexed (or is the same shard).
 * @returns findings for both; none if only the hashes collided
 * @throws ShardFault, SystemError if one of them can no longer be read
 */
export function compareShards(root: string, first: string, second: string): Finding[] {
  const a = open(root, first)
  const b = first === second ? a : open(root, second)
  try {
    const overlaps = overlapOf(a, b)
    return [true, false].flatMap(same => {
      const rows = overlaps.filter(overlap => overlap.same === same)
      return rows.length === 0 ? [] : describe(first, second, rows, same)
    })
  } finally {
    a.close()
    if (b !== a) b.close()
  }
}

function open(root: string, shardPath: string): ShardRows {
  return new ShardRows(shardPath, openShardAt(root, shardPath))
}

function* keysIn(rows: ShardRows): Generator<{ row: number; key: string }> {
  rows.reader.settleRows()
  for (const group of rows.reader.footer.rowGroups) {
    const columns = rows.reader.keys(group)
    for (let row = 0; row < group.rows; row++) {
      const key = keyAt(columns, row)
      if (key !== null) yield { row: group.firstRow + row, key: keyText(columns.layout, key) }
    }
  }
}

function keyText({ version, key: spec }: Layout, key: WindowKey): string {
  return `${version} ${Object.values(spellKey(spec, key) ?? {}).join(' ')}`
}

function overlapOf(a: ShardRows, b: ShardRows): Overlap[] {
  const known = new Map<string, number>()
  const overlaps: Overlap[] = []
  const meet = (row: number, otherRow: number): void => {
    overlaps.push({ row, otherRow, same: sameValues(a.values(otherRow), b.values(row)) })
  }
  for (const { row, key } of keysIn(a)) {
    const before = known.get(key)
    if (before === undefined) known.set(key, row)
    else if (a === b) meet(row, before)
  }
  if (a === b) return overlaps
  for (const { row, key } of keysIn(b)) {
    const other = known.get(key)
    if (other !== undefined) meet(row, other)
  }
  return overlaps
}

/** Equal as numbers, with NaN equal to NaN, because shards may store the same value in different widths. */
function sameValues(a: StoredValues, b: StoredValues): boolean {
  if (a.length !== b.length) return false
  const left = a instanceof Uint16Array ? fromFloat16(a) : a
  const right = b instanceof Uint16Array ? fromFloat16(b) : b
  for (let i = 0; i < left.length; i++) {
    const x = left[i] ?? 0
    const y = right[i] ?? 0
    if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return false
  }
  return true
}

function describe(first: string, second: string, overlaps: readonly Overlap[], same: boolean): Finding[] {
  const kind = same ? 'duplicate_key' : 'conflicting_key'
  const count = overlaps.length
  const rows = overlaps.slice(0, ROWS_LISTED).map(({ row }) => row)
  const otherRows = overlaps.slice(0, ROWS_LISTED).map(({ otherRow }) => otherRow)
  const [row = null] = rows
  const [otherRow = 0] = otherRows
  const keys = { count, sameValues: same }
  const details = { other_shard: first, rows, other_rows: otherRows, count }
  if (first === second) return [finding(kind, second, { ...keys, role: 'within', firstRow: otherRow }, { row, details })]
  const isFirst = comparePaths(first, second) < 0
  const ofFirst = { other_shard: second, rows: otherRows, other_rows: rows, count, indexed: true }
  return [
    finding(kind, first, { ...keys, role: 'indexed', other: second, isFirst }, { row: otherRow, details: ofFirst }),
    finding(kind, second, { ...keys, role: 'not_indexed', other: first }, { row, details: { ...details, indexed: false } })
  ]
}
