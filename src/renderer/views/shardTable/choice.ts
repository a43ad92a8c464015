/** Which shards of the table are chosen: a set of paths with what they come to, independent of what is loaded or how it is sorted. Pure. */
import type { ShardRow } from '../../../shared/contract/index.ts'
import { formatCount, formatCounted } from '../../text/numbers.ts'
import type { ShardPage } from './pages.ts'

export type Choice = ReadonlyMap<string, ShardRow>

export const NOTHING: Choice = new Map()

/** Only these. */
export function chooseOnly(rows: readonly ShardRow[]): Choice {
  return new Map(rows.map(row => [row.shardPath, row]))
}

/** These as well. */
export function chooseAlso(choice: Choice, rows: readonly ShardRow[]): Choice {
  const next = new Map(choice)
  for (const row of rows) next.set(row.shardPath, row)
  return next
}

/** In if it was out, out if it was in. */
export function toggle(choice: Choice, row: ShardRow): Choice {
  const next = new Map(choice)
  if (!next.delete(row.shardPath)) next.set(row.shardPath, row)
  return next
}

/** The same choice with what the pages know now; itself when that is the same. */
export function refreshed(choice: Choice, pages: ReadonlyMap<number, ShardPage>): Choice {
  const fresh = [...pages.values()].flatMap(({ entries }) =>
    entries.filter(row => choice.has(row.shardPath) && choice.get(row.shardPath) !== row)
  )
  return fresh.length === 0 ? choice : chooseAlso(choice, fresh)
}

export type Totals = {
  readonly shards: number
  /** Of the shards with a readable footer. */
  readonly rows: number
  readonly bytes: number
  /** Shards whose rows are not known. */
  readonly unknown: number
}

/** Totals of the selected shards. */
export function totalsOf(choice: Choice): Totals {
  let rows = 0
  let bytes = 0
  let unknown = 0
  for (const row of choice.values()) {
    rows += row.rows ?? 0
    bytes += row.bytes
    if (row.rows === null) unknown += 1
  }
  return { shards: choice.size, rows, bytes, unknown }
}

/** `5 rows (those of 2 not known)`. */
export function rowsText({ shards, rows, unknown }: Totals): string {
  if (unknown === shards) return 'rows not known'
  return `${formatCounted(rows, 'row')}${unknown === 0 ? '' : ` (those of ${formatCount(unknown)} not known)`}`
}
