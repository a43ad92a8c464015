/** A table of any length as pages of a fixed size: the pages of a range of rows, and the row at an index. Pure. */
import { PAGE_ROWS } from '../../../shared/contract/constants.ts'
import type { ShardRow } from '../../../shared/contract/index.ts'

/** One page as the service gave it: its rows, and what the whole filter comes to. */
export type ShardPage = {
  readonly total: number
  /** Null until all footers were read. */
  readonly rows: number | null
  /** Shards whose rows are not among them. */
  readonly withoutRowCount: number
  readonly bytes: number
  readonly entries: readonly ShardRow[]
}

/** Page numbers that hold the rows `first` to `last`, both included; none when the range is empty. */
export function pagesOf(first: number, last: number, size: number = PAGE_ROWS): readonly number[] {
  if (last < first || last < 0) return []
  const from = Math.floor(Math.max(0, first) / size)
  const to = Math.floor(last / size)
  return Array.from({ length: to - from + 1 }, (_, step) => from + step)
}

/** The row at `index`, if its page has been loaded. */
export function rowAt(pages: ReadonlyMap<number, ShardPage>, index: number, size: number = PAGE_ROWS): ShardRow | undefined {
  return pages.get(Math.floor(index / size))?.entries[index % size]
}

/** The index of a shard in the loaded pages. */
export function indexAmong(pages: ReadonlyMap<number, ShardPage>, shardPath: string, size: number = PAGE_ROWS): number | null {
  for (const [page, { entries }] of pages) {
    const at = entries.findIndex(entry => entry.shardPath === shardPath)
    if (at !== -1) return page * size + at
  }
  return null
}

/**
 * The index of a shard in a table sorted by path, with as few page requests as possible.
 * @returns null when it is not there
 */
export async function findByPath(
  shardPath: string,
  total: number,
  descending: boolean,
  load: (page: number) => Promise<ShardPage>,
  size: number = PAGE_ROWS
): Promise<number | null> {
  let low = 0
  let high = Math.ceil(total / size) - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const { entries } = await load(middle)
    const at = entries.findIndex(entry => entry.shardPath === shardPath)
    if (at !== -1) return middle * size + at
    const first = entries[0]?.shardPath
    if (first === undefined || (descending ? shardPath > first : shardPath < first)) high = middle - 1
    else low = middle + 1
  }
  return null
}
