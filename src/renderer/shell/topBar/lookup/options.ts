/** Options for the text in the search box: commands by name, and the places that a search found. Pure. */
import type { RowLine } from '../../../../shared/contract/index.ts'
import { formatLocus, formatStored, shortenHash } from '../../../text/index.ts'

export type Place = { readonly shardPath: string; readonly rowOffset: number | null }
export type PlaceOption = { readonly id: string; readonly place: Place; readonly title: string; readonly detail: string }

/** Commands whose name holds every word, in any case; those that begin with the first word come first. */
export function matchingCommands<T extends { readonly name: string }>(commands: readonly T[], query: string): readonly T[] {
  const words = query.replace(/^>/, '').toLowerCase().split(/\s+/).filter(Boolean)
  const [first] = words
  if (first === undefined) return query.startsWith('>') ? commands : []
  const found = commands.filter(({ name }) => words.every(word => name.toLowerCase().includes(word)))
  const begins = (name: string): number => (name.toLowerCase().startsWith(first) ? 0 : 1)
  return found.toSorted((one, other) => begins(one.name) - begins(other.name))
}

/** One option for each row, or each shard where the query named shards. */
export function placeOptions(found: { readonly rows: readonly RowLine[]; readonly shards: readonly string[] }): readonly PlaceOption[] {
  if (found.rows.length === 0) {
    return found.shards.map(shardPath => ({ id: shardPath, place: { shardPath, rowOffset: null }, title: shardPath, detail: 'shard' }))
  }
  return found.rows.map(row => ({
    id: `${row.shardPath}#${row.rowOffset}`,
    place: { shardPath: row.shardPath, rowOffset: row.rowOffset },
    title: formatLocus(row),
    detail: `${formatStored(row)} · ${shortenHash(row.windowHash, 6)} · layer ${row.stateLayer} · ${row.poolType}_${row.poolRadius} · ${row.dtype} · ${row.shardPath
      .split('/')
      .slice(1, 2)
      .join()}`
  }))
}
