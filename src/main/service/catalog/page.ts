/** The table of shards: filtered, sorted, one page at a time. The last result is kept while nothing changes, so that scrolling is cheap. */

import type { Health, Scope, SHARD_SORTS } from '../../../shared/contract/index.ts'
import { badnessOf } from '../../../shared/model/health.ts'
import { type CatalogEntry, healthOf } from './catalogEntry.ts'
import { inScope } from './scope.ts'
import { countLines } from './totals.ts'

export type PageQuery = {
  readonly scope: Scope
  readonly text: string
  readonly health: readonly Health[]
  readonly sort: { readonly by: (typeof SHARD_SORTS)[number]; readonly descending: boolean }
}

export type Selected = {
  readonly lines: readonly CatalogEntry[]
  readonly rows: number | null
  readonly withoutRowCount: number
  readonly bytes: number
}

/** The shards that match a query, in its order. Unknown values come last, and equal ones are in path order. */
function select(lines: readonly CatalogEntry[], query: PageQuery): Selected {
  const text = query.text.trim().toLowerCase()
  const wanted = new Set(query.health)
  const chosen = lines.filter(
    line =>
      inScope(line, query.scope) &&
      (wanted.size === 0 || wanted.has(healthOf(line))) &&
      (text === '' || line.shardPath.toLowerCase().includes(text))
  )
  const { rows, withoutRowCount, bytes } = countLines(chosen)
  return { lines: sorted(chosen, query.sort), rows, withoutRowCount, bytes }
}

function sorted(lines: CatalogEntry[], { by, descending }: PageQuery['sort']): readonly CatalogEntry[] {
  // They are in path order already.
  if (by === 'shardPath') return descending ? lines.reverse() : lines
  const keys = Float64Array.from(lines, line => keyOf(line, by) ?? Number.NaN)
  const sign = descending ? -1 : 1
  const order = Uint32Array.from(lines.keys()).sort((a, b) => {
    const x = keys[a] ?? Number.NaN
    const y = keys[b] ?? Number.NaN
    if (x < y) return -sign
    if (x > y) return sign
    if (x === y) return a - b
    return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b
  })
  return Array.from(order, at => lines[at]).filter(line => line !== undefined)
}

function keyOf(line: CatalogEntry, by: Exclude<PageQuery['sort']['by'], 'shardPath'>): number | null {
  if (by === 'health') return badnessOf(healthOf(line))
  return by === 'modifiedMs' ? Number(line.mtimeNs) : line[by]
}

/** Keeps the last selection. */
export class PageSelection {
  private key = ''
  private last: Selected = { lines: [], rows: 0, withoutRowCount: 0, bytes: 0 }

  /** @param version of the entries */
  of(lines: readonly CatalogEntry[], version: number, { scope, text, health, sort }: PageQuery): Selected {
    const key = JSON.stringify([version, scope, text, health, sort])
    if (key !== this.key) this.last = select(lines, { scope, text, health, sort })
    this.key = key
    return this.last
  }
}
