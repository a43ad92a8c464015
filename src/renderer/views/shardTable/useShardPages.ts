/**
 * The table's rows as far as they are in view: pages are requested when they come into view, and the shown rows stay until there
 * is something newer to show.
 */
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import { PAGE_ROWS, type SHARD_SORTS } from '../../../shared/contract/constants.ts'
import type { Health, Scope, ShardRow } from '../../../shared/contract/index.ts'
import { useApi } from '../../data/api.ts'
import { scopeKey } from '../../state/scope.ts'
import { useWorkspace } from '../../state/WorkspaceProvider.tsx'
import { pagesOf, rowAt, type ShardPage } from './pages.ts'

export type ShardSort = { readonly by: (typeof SHARD_SORTS)[number]; readonly descending: boolean }

export type ShardFilter = {
  readonly scope: Scope
  readonly text: string
  readonly health: readonly Health[]
  readonly sort: ShardSort
}

export type ShardPages = {
  /** Null until the first page has come. */
  readonly totals: Pick<ShardPage, 'total' | 'rows' | 'withoutRowCount' | 'bytes'> | null
  readonly pages: ReadonlyMap<number, ShardPage>
  /** Whether what is shown belongs to the filter that is asked for. */
  readonly current: boolean
  readonly error: Error | null
  at(index: number): ReturnType<typeof rowAt>
  load(page: number): Promise<ShardPage>
  /** The rows from one to another, both included, in the order of the table; loads what is not there. */
  between(from: number, to: number): Promise<readonly ShardRow[]>
}

type Shown = { readonly key: string; readonly pages: ReadonlyMap<number, ShardPage> }
const NOTHING: Shown = { key: '', pages: new Map() }

/** @param wanted page numbers in view */
export function useShardPages(filter: ShardFilter, wanted: readonly number[]): ShardPages {
  const api = useApi()
  const queries = useQueryClient()
  const { cacheId, version } = useWorkspace('cacheId', 'version')
  const key = JSON.stringify([scopeKey(filter.scope), filter.text, filter.health, filter.sort])
  const inputOf = (page: number) => ({ ...filter, health: [...filter.health], cacheId, offset: page * PAGE_ROWS, limit: PAGE_ROWS })
  const optionsOf = (page: number) => ({
    ...api.shards.page.queryOptions({ input: inputOf(page) }),
    queryKey: [...api.shards.page.queryKey({ input: inputOf(page) }), version],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000
  })
  const results = useQueries({ queries: wanted.map(optionsOf) })

  const shown = useRef(NOTHING)
  const loaded = wanted.flatMap((page, at) => {
    const data = results[at]?.data
    return data === undefined ? [] : [[page, data] as const]
  })
  if (loaded.length > 0) {
    const before = shown.current.key === key ? shown.current.pages : NOTHING.pages
    const fresh = shown.current.key !== key || loaded.some(([page, data]) => before.get(page) !== data) || before.size > loaded.length
    if (fresh) shown.current = { key, pages: new Map(loaded) }
  }
  const { pages } = shown.current
  const latest = useRef(optionsOf)
  latest.current = optionsOf
  const load = useCallback((page: number) => queries.ensureQueryData(latest.current(page)), [queries])
  const between = useCallback(
    async (from: number, to: number): Promise<readonly ShardRow[]> => {
      const [low, high] = from < to ? [from, to] : [to, from]
      const rows: ShardRow[] = []
      for (const page of pagesOf(low, high)) {
        const { entries } = await load(page)
        rows.push(...entries.slice(Math.max(0, low - page * PAGE_ROWS), high - page * PAGE_ROWS + 1))
      }
      return rows
    },
    [load]
  )
  const at = useCallback((index: number) => rowAt(pages, index), [pages])
  const totals = useMemo(() => pages.values().next().value ?? null, [pages])
  return {
    totals,
    pages,
    current: shown.current.key === key,
    error: results.find(({ error }) => error !== null)?.error ?? null,
    at,
    load,
    between
  }
}
